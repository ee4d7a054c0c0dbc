"""`muster serve`, `web`, `work` and `migrate`: the processes of an installation."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Annotated, Any

import typer
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connection

from muster.cli.web_server import Server, prepare_numbers
from muster.imports import worker
from muster.imports.process import budget, presence
from muster.migrating import migrate_database, refuse_later, unapplied
from muster.pools import close_pools
from muster.settings import settings
from muster.teams import first_run

log = logging.getLogger(__name__)
app = typer.Typer()
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.")]


@app.command()
def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Web and worker together. The first run sets itself up."""
    tell_warnings()
    migrate_database(quiet=True)
    tell_warnings(checks.Tags.database)
    tell_address(host, port)
    tell_welcome()
    keeper = Keeper([[]] if connection.vendor == "sqlite" else [[], ["--small"]])  # SQLite has one writer at a time
    Server(host, port, workers=1, when_ready=keeper.start_beside, on_exit=lambda _: keeper.stop()).run()


@app.command()
def web(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes; each has 16 threads.")] = 2,
) -> None:
    """The pages and the API alone: imports wait for `muster work`, here or on another machine."""
    tell_warnings()
    tell_address(host, port)
    Server(host, port, workers=workers).run()


@app.command()
def work(
    once: Annotated[bool, typer.Option("--once", help="Do what is waiting, then end.")] = False,
    small: Annotated[bool, typer.Option("--small", help="Leave large files to other workers.")] = False,
    parent: Annotated[int, typer.Option(hidden=True)] = 0,
) -> None:
    """Run imports, send mails, clear up. As many as you like, on as many machines, against one PostgreSQL."""
    if parent:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    stop = threading.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: stop.set())
    require_migrations()
    tell_warnings(checks.Tags.database)
    prepare_numbers()
    os.nice(settings().worker_nice)  # somebody waits for a page; nobody waits for this to the second
    budget.limit_memory(settings().worker_memory_mb)
    with presence.told():
        worker.work(once=once, small=small, stop=stop)


@app.command()
def migrate() -> None:
    """Create or upgrade the database."""
    tell_warnings()
    migrate_database(quiet=False)
    tell_warnings(checks.Tags.database)


def require_migrations() -> None:
    """End here while the database is not up to date: a worker would read it wrongly."""
    refuse_later()
    missing = unapplied()
    if missing:
        typer.echo(f"Run `muster migrate` first: the database lacks {', '.join(missing)}.", err=True)
        raise typer.Exit(3)


def tell_address(host: str, port: int) -> None:
    """Where no address is set, links in mails lead to where we listen; the worker we start is told too."""
    if "url" not in settings().model_fields_set:
        name = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  compared, not bound
        settings().url = f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
        os.environ["MUSTER_URL"] = settings().url


def tell_welcome() -> None:
    """Say where a new installation begins, while nobody owns it."""
    if first_run.is_due():
        typer.echo(f"\n  Nobody owns this installation yet. Open {first_run.link()}\n")
    close_pools()


def tell_warnings(about: str = checks.Tags.security) -> None:
    """Say what should be put right about the installation, or its database. It runs all the same."""
    for warning in checks.run_checks(tags=[about], databases=[DEFAULT_DB_ALIAS]):
        typer.echo(f"Warning: {warning.msg} {warning.hint or ''}", err=True)


class Keeper:
    """Keeps one `muster work` for each of these options running beside the web process, and ends them with it."""

    def __init__(self, options: list[list[str]]) -> None:
        self.options = options
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self.stopping = threading.Event()

    def start_beside(self, arbiter: Any) -> None:
        """Start them, once the web process listens: a worker does not inherit what that listens on.

        A worker whose web process was killed finishes what it has in hand; the port must be free meanwhile.
        """
        for each in arbiter.LISTENERS:
            each.sock.set_inheritable(False)
        self.start()

    def start(self) -> None:
        """Begin them; they are asked to end as soon as this process is, not only once the web process has ended."""
        for asked in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(asked, self._and_then(signal.getsignal(asked)))
        for place in range(len(self.options)):
            threading.Thread(target=self._keep, args=(place,), daemon=True).start()

    def _and_then(self, then: Any) -> Callable[[int, FrameType | None], None]:
        def handle(number: int, frame: FrameType | None) -> None:
            self.stop()
            if callable(then):
                then(number, frame)

        return handle

    def _keep(self, place: int) -> None:
        command = [sys.executable, "-m", "muster", "work", *self.options[place], "--parent", str(os.getpid())]
        while not self.stopping.is_set():
            # Spawned, not forked: gunicorn forks beside us, and its child would keep open the pipe Popen waits on.
            begun = self.processes[place] = subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)
            ended = begun.wait()
            if not self.stopping.is_set():
                log.warning("the worker ended (%s); another one begins", ended)
            self.stopping.wait(1)  # it ended by itself: after a moment, another

    def stop(self) -> None:
        """Ask them to end."""
        self.stopping.set()
        for each in list(self.processes.values()):
            each.terminate()


def _end_with(parent: int) -> None:
    """End this process, politely, once its parent is gone."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)

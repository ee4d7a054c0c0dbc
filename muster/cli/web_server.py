"""The web processes: Gunicorn keeps them, with Waitress in each."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from muster.core import phones
from muster.pools import close_pools

SECONDS_TO_FINISH = 10


def prepare_numbers() -> None:
    """Compile the numbering plans aside, in a process that has just begun, so that no request waits for one."""
    threading.Thread(target=phones.prepare, daemon=True).start()


def leave() -> None:
    """End a web process that was asked to, at once: Python would take most of a second to clear up."""
    close_pools()
    ended = sys.exc_info()[1]
    if isinstance(ended, SystemExit) and not ended.code:
        os._exit(0)


class Log(Logger):
    """Gunicorn's own lines in the form of all others: text, or JSON."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Server(BaseApplication):
    """Gunicorn, set up here and not by a file."""

    def __init__(self, host: str, port: int, *, workers: int, **hooks: Any) -> None:
        self.options = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "worker_class": "muster.cli.web_worker.WebWorker",
            "logger_class": Log,
            "timeout": 120,
            "graceful_timeout": SECONDS_TO_FINISH,
            "control_socket_disable": True,
            "proc_name": "muster",
            "loglevel": "info",
            "pre_fork": lambda _server, _worker: close_pools(),
            "worker_exit": lambda _server, _worker: leave(),
            **hooks,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            if name in self.cfg.settings:  # an older gunicorn has no control socket to disable
                self.cfg.set(name, value)

    def load(self) -> Any:
        from muster.wsgi import application  # noqa: PLC0415  in the web process, not in the one that watches over it

        prepare_numbers()
        return application

"""A whole Muster of one's own: `muster serve` as a real process, with its own folder and port."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real.ports import free_port, wait_until
from tests.real.prepared import prepare

PROGRAM = Path(sys.executable).parent / "muster"


@dataclass
class MusterServer:
    """One running `muster serve`. `run()` plays the command line against the same data."""

    url: str
    data: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes]
    ready: str = "/readyz"

    def run(self, *arguments: str, input: str | None = None, check: bool = True, **env: str) -> str:  # noqa: A002
        """Run `muster ARGUMENTS` and return what it printed; anything but exit code 0 fails, unless `check` is off."""
        done = subprocess.run(
            [str(PROGRAM), *arguments],
            env=self.env | env,
            input=input,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"muster {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def log(self) -> str:
        return (self.data / "serve.log").read_text(errors="replace")

    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"muster serve ended with {self.process.returncode}\n{self.log()}")
        try:
            with urllib.request.urlopen(self.url + self.ready, timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Ask politely, then end the whole process group."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def muster(
    command: str = "serve", *, from_nothing: bool = False, demo: bool = False, **env: str
) -> Iterator[MusterServer]:
    """Start one, wait until it is ready, stop it at the end. `env` adds to its environment, `DATABASE_URL` say.

    Its embedded database has been made before, with the `demo` team if asked for, unless it is to start `from_nothing`.
    """
    data, port = Path(tempfile.mkdtemp(prefix="muster-")), free_port()
    url = f"http://127.0.0.1:{port}"
    everything = clean_environment() | {"MUSTER_DATA": str(data), "MUSTER_URL": url} | env
    if not from_nothing and not {"DATABASE_URL", "MUSTER_DATA"} & {*env}:
        prepare(data, PROGRAM, everything, demo=demo)
    with (data / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [str(PROGRAM), command, "--port", str(port)],
            env=everything,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    server = MusterServer(url, data, everything, process, "/readyz" if command == "serve" else "/healthz")
    try:
        wait_until(server.is_ready, seconds=120, what=lambda: f"muster serve is not ready\n{server.log()}")
        yield server
    finally:
        server.stop()
        shutil.rmtree(data, ignore_errors=True)


def clean_environment() -> dict[str, str]:
    """This process's environment without anything that would set up Muster or Django."""
    ours = ("MUSTER_", "DJANGO_", "DATABASE_URL", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}

"""Real worker processes on the test's own database, to be killed."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from muster.imports.models import Import, State
from tests.real.ports import wait_until

TOP = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 2


class WorkerProcess:
    """A worker that starts up while we go on; `pid` is also in `Import.worker` of what it has claimed."""

    def __init__(self, **env: str) -> None:
        names = [str(connections[alias].settings_dict["NAME"]) for alias in ("default", "progress", "calls")]
        everything = {**os.environ, "MUSTER_LEASE_SECONDS": str(LEASE_SECONDS), "PYTHONPATH": str(TOP), **env}
        command = [sys.executable, "-m", "tests.imports.worker_process", *names]
        self.process = subprocess.Popen(command, env=everything, cwd=TOP)

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def workers(count: int = 1, **env: str) -> Iterator[list[WorkerProcess]]:
    """Yield workers; whoever is in the list at the end is killed."""
    running = [WorkerProcess(**env) for _ in range(count)]
    try:
        yield running
    finally:
        for each in running:
            each.kill()


def wait_for(imp: Import, *states: str, seconds: float = 60) -> Import:
    """Wait until the import is in one of these states."""

    def is_there() -> bool:
        imp.refresh_from_db()
        return imp.state in states

    wait_until(is_there, seconds=seconds, what=lambda: f"still {imp.state} after {seconds} s")
    return imp


def wait_for_all(imports: Iterable[Import], seconds: float = 120) -> list[Import]:
    """Wait until every import has come to an end."""
    return [wait_for(each, State.DONE, State.FAILED, State.REFUSED, seconds=seconds) for each in imports]

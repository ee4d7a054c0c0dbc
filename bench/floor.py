"""The limit's turn: the very rows that an import wrote, finished and serialised, by the database's own bulk path.

`after` takes what an import has left, `before` what those rows were, `run` writes them. Only the writing is measured.
New contacts and the history go in by COPY (PostgreSQL) or one prepared statement (SQLite); of changed contacts only the
columns that differ, by a staging table and its key, or a prepared statement; the search index as Muster keeps it.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

import psycopg

from bench.meter import Cost, Meter, postmaster_of
from bench.turns import Deed, play

CONTACTS, CHANGES, SEARCH = "contacts_contact", "contacts_change", "contacts_search"
KEY, TEXT = "id", "search_text"
CHUNK = 1 << 20
Fields = tuple[Any, ...]


def differing(before: list[Fields], after: list[Fields], names: list[str]) -> dict[tuple[str, ...], list[Fields]]:
    """Group changed rows by the columns that differ: {columns: [(values…, id)]}."""
    key, found = names.index(KEY), []
    for old, new in zip(before, after, strict=True):
        places = tuple(place for place, (was, now) in enumerate(zip(old, new, strict=True)) if was != now)
        found.append((places, (*(new[place] for place in places), new[key])))
    found.sort(key=lambda each: each[0])
    return {
        tuple(names[place] for place in places): [values for _, values in rows]
        for places, rows in groupby(found, key=lambda each: each[0])
        if places
    }


class Sqlite:
    """Prepared statements over lists of tuples."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.new: list[Fields] = []
        self.changes: list[Fields] = []
        self.changed: list[Fields] = []
        self.groups: dict[tuple[str, ...], list[Fields]] = {}
        self.search: list[Fields] = []
        self.names: list[str] = []

    def connect(self) -> sqlite3.Connection:
        """As Muster does, but without Django."""
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY;"
        )
        return connection

    def after(self, import_: str) -> None:
        self.of = import_.replace("-", "")
        with closing(self.connect()) as connection:
            cursor = connection.execute(f"SELECT * FROM {CONTACTS} LIMIT 0")
            self.names = [column[0] for column in cursor.description]
            self.new = connection.execute(self._contacts("= 'created'"), [self.of]).fetchall()
            self.changed = connection.execute(self._contacts("IN ('updated', 'adopted')"), [self.of]).fetchall()
            self.changes = connection.execute(
                f"SELECT * FROM {CHANGES} WHERE import_id = ? ORDER BY id", [self.of]
            ).fetchall()

    def _contacts(self, action: str) -> str:
        return (
            f"SELECT c.* FROM {CHANGES} h JOIN {CONTACTS} c ON c.team_id = h.team_id AND c.id = h.contact "
            f"WHERE h.import_id = ? AND h.action {action} ORDER BY c.id"
        )

    def before(self) -> None:
        key, text = self.names.index(KEY), self.names.index(TEXT)
        with closing(self.connect()) as connection:
            old = [
                connection.execute(f"SELECT * FROM {CONTACTS} WHERE team_id = 1 AND id = ?", [row[key]]).fetchone()
                for row in self.changed
            ]
        self.groups = differing(old, self.changed, self.names)
        writes: list[Fields] = [(None, row[key], row[text]) for row in self.new]
        for was, now in zip(old, self.changed, strict=True):
            if was[text] != now[text]:
                writes += [("delete", now[key], was[text]), (None, now[key], now[text])]
        self.search = sorted(writes, key=lambda write: write[1])
        self.changed = []

    def run(self) -> Cost:
        cost, meter = Cost(), Meter()
        with closing(self.connect()) as connection:
            connection.execute(f"SELECT 1 FROM {CONTACTS} LIMIT 1").fetchall()  # the schema is read
            with meter.measured(cost):
                connection.execute("BEGIN IMMEDIATE")
                for columns, rows in self.groups.items():
                    sets = ", ".join(f"{column} = ?" for column in columns)
                    connection.executemany(f"UPDATE {CONTACTS} SET {sets} WHERE team_id = 1 AND id = ?", rows)
                if self.new:
                    connection.executemany(f"INSERT INTO {CONTACTS} VALUES ({_marks(self.new)})", self.new)
                if self.changes:
                    connection.executemany(f"INSERT INTO {CHANGES} VALUES ({_marks(self.changes)})", self.changes)
                connection.executemany(f"INSERT INTO {SEARCH} ({SEARCH}, rowid, body) VALUES (?, ?, ?)", self.search)
                connection.execute("COMMIT")
        return cost

    def digest(self) -> str:
        with closing(self.connect()) as connection:
            return _digest(
                row for table in (CONTACTS, CHANGES) for row in connection.execute(f"SELECT * FROM {table} ORDER BY id")
            )


class Postgres:
    """COPY over blocks of bytes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.new = self.changes = b""
        self.changed: list[Fields] = []
        self.ids: list[int] = []
        self.groups: dict[tuple[str, ...], bytes] = {}
        self.names: list[str] = []

    def after(self, import_: str) -> None:
        with psycopg.connect(self.url) as connection:
            self.names = [
                column.name for column in connection.execute(f"SELECT * FROM {CONTACTS} LIMIT 0").description or ()
            ]
            own = f"FROM {CHANGES} WHERE import_id = '{import_}'"
            self.new = self._out(
                connection,
                f"SELECT * FROM {CONTACTS} WHERE id IN (SELECT contact {own} AND action = 'created') ORDER BY id",
            )
            self.changes = self._out(connection, f"SELECT * {own} ORDER BY id")
            changed = f"SELECT contact {own} AND action IN ('updated', 'adopted')"
            self.ids = [row[0] for row in connection.execute(changed)]
            self.changed = self._rows(connection)

    def _rows(self, connection: psycopg.Connection[Any]) -> list[Fields]:
        """The rows that change, each field as COPY writes it."""
        connection.execute("CREATE TEMPORARY TABLE keys (key bigint) ON COMMIT DROP")
        with connection.cursor().copy("COPY keys FROM STDIN") as copy:
            for key in self.ids:
                copy.write_row((key,))
        out = self._out(connection, f"SELECT c.* FROM {CONTACTS} c JOIN keys ON c.id = keys.key ORDER BY c.id")
        return [tuple(line.split(b"\t")) for line in out.splitlines()]

    @staticmethod
    def _out(connection: psycopg.Connection[Any], query: str) -> bytes:
        with connection.cursor().copy(f"COPY ({query}) TO STDOUT") as copy:
            return b"".join(bytes(block) for block in copy)

    def before(self) -> None:
        with psycopg.connect(self.url) as connection:
            old = self._rows(connection)
        groups = differing(old, self.changed, self.names)
        self.groups = {columns: b"".join(b"\t".join(row) + b"\n" for row in rows) for columns, rows in groups.items()}
        self.changed = []

    def run(self) -> Cost:
        cost = Cost()
        with psycopg.connect(self.url) as connection:
            backend = connection.execute("SELECT pg_backend_pid()").fetchone()
            assert backend
            connection.execute(f"SELECT 1 FROM {CONTACTS} LIMIT 1")
            connection.commit()
            meter = Meter(postmaster_of(backend[0]))
            with meter.measured(cost):
                for columns, rows in self.groups.items():
                    self._update(connection, columns, rows)
                self._in(connection, f"COPY {CONTACTS} FROM STDIN", self.new)
                self._in(connection, f"COPY {CHANGES} FROM STDIN", self.changes)
                connection.commit()
        return cost

    def _update(self, connection: psycopg.Connection[Any], columns: tuple[str, ...], rows: bytes) -> None:
        names = ", ".join((*columns, KEY))
        connection.execute("DROP TABLE IF EXISTS staged")
        connection.execute(
            f"CREATE TEMPORARY TABLE staged ON COMMIT DROP AS SELECT {names} FROM {CONTACTS} WITH NO DATA"
        )
        self._in(connection, f"COPY staged ({names}) FROM STDIN", rows)
        connection.execute(f"ANALYZE staged ({KEY})")
        sets = ", ".join(f"{column} = s.{column}" for column in columns)
        connection.execute(f"UPDATE {CONTACTS} t SET {sets} FROM staged s WHERE t.team_id = 1 AND t.id = s.id")

    @staticmethod
    def _in(connection: psycopg.Connection[Any], statement: str, rows: bytes) -> None:
        if rows:
            with connection.cursor().copy(statement) as copy:
                for start in range(0, len(rows), CHUNK):
                    copy.write(rows[start : start + CHUNK])

    def digest(self) -> str:
        with psycopg.connect(self.url) as connection:
            return _digest(
                row for table in (CONTACTS, CHANGES) for row in connection.execute(f"SELECT * FROM {table} ORDER BY id")
            )


def _marks(rows: list[Fields]) -> str:
    return ", ".join("?" * len(rows[0]))


def _digest(rows: Iterable[Fields]) -> str:
    """One hash of all rows, to see that both have written the same."""
    found = hashlib.sha256()
    for row in rows:
        found.update(repr(row).encode())
    return found.hexdigest()


def main() -> None:
    url = os.environ.get("DATABASE_URL", "")
    floor = Postgres(url) if url else Sqlite(Path(os.environ["MUSTER_DATA"]) / "muster.sqlite3")
    deeds: dict[str, Deed] = {"after": floor.after, "before": floor.before, "run": floor.run, "digest": floor.digest}
    play(deeds, lambda: None)


if __name__ == "__main__":
    main()

"""`muster partition`: the tables that grow, divided by team into hash partitions, in place and in one transaction.

The names of indexes and constraints stay, as migrations know them, and so does everything the product asks.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction

from muster.connect.models import Delivery
from muster.contacts.models import Change, Contact, StopWord
from muster.upkeep.archive import NotDone

TABLES = tuple(model._meta.db_table for model in (Contact, Change, StopWord, Delivery))
FILLFACTOR = {Contact._meta.db_table: 85}  # room beside each contact, so that an update stays on its page
MOST = 1024


def partition(count: int) -> list[str]:
    """Divide the tables that are not divided yet. Returns their names. Raises NotDone."""
    todo = _undivided(count)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements(todo, count):
            cursor.execute(statement)
    with connection.cursor() as cursor:
        for table in todo:
            cursor.execute(f"ANALYZE {table}")
    return todo


def would(count: int) -> list[str]:
    """Return the statements, without doing anything. Raises NotDone."""
    return list(statements(_undivided(count), count))


def _undivided(count: int) -> list[str]:
    if connection.vendor != "postgresql":
        raise NotDone("Partitions are PostgreSQL's: this installation is on SQLite.")
    if not 2 <= count <= MOST:
        raise NotDone(f"The number of partitions is 2 to {MOST:,}.")
    return [table for table in TABLES if _kind(table) == "r"]


def statements(tables: list[str], count: int) -> Iterator[str]:
    """Yield what is done to the tables, statement by statement."""
    if tables:
        yield "SET LOCAL maintenance_work_mem = '512MB'"
        yield f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"
    for table in tables:
        yield from _divide(table, count)


def _divide(table: str, count: int) -> Iterator[str]:
    old, named = f"{table}_undivided", _definitions(table)
    yield f"ALTER TABLE {table} RENAME TO {old}"
    yield from (f"ALTER INDEX {_quoted(name)} RENAME TO {_quoted(f'{name}_undivided'[-63:])}" for name, _ in named)
    yield f"CREATE TABLE {table} (LIKE {old} INCLUDING DEFAULTS INCLUDING STORAGE) PARTITION BY HASH (team_id)"
    full = FILLFACTOR.get(table)
    rest = f" WITH (fillfactor = {full})" if full else ""
    for number in range(count):
        values = f"FOR VALUES WITH (MODULUS {count}, REMAINDER {number})"
        yield f"CREATE TABLE {table}_{number} PARTITION OF {table} {values}{rest}"
    yield f"INSERT INTO {table} TABLE {old}"
    yield from (definition for _, definition in named)
    equal = f"(SELECT count(*) FROM {table}) = (SELECT count(*) FROM {old})"  # noqa: S608  names of our own tables
    yield f"DO $$ BEGIN ASSERT {equal}, 'rows were lost'; END $$"
    yield f"DROP TABLE {old}"


def _definitions(table: str) -> list[tuple[str, str]]:
    """Return the name of every index and key of a table, and the statement that makes it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, pg_get_indexdef(i.indexrelid), k.contype, pg_get_constraintdef(k.oid) FROM pg_index i "
            "JOIN pg_class c ON c.oid = i.indexrelid LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid "
            "AND k.conrelid = i.indrelid WHERE i.indrelid = %s::regclass ORDER BY i.indisprimary DESC, c.relname",
            [table],
        )
        found = cursor.fetchall()
    return [
        (name, f"ALTER TABLE {table} ADD CONSTRAINT {_quoted(name)} {key}" if kind else index)
        for name, index, kind, key in found
    ]


def _kind(table: str) -> str:
    """Return "r" for a plain table, "p" for one that is divided."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relkind::text FROM pg_class WHERE oid = %s::regclass", [table])
        return str(cursor.fetchone()[0])


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)

"""Many rows at once, by each database's own bulk path: COPY on PostgreSQL, prepared statements on SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from typing import Any

from django.db import connection, transaction
from orjson import dumps

# Many keys go as one parameter, put in place of {keys} and {wanted}. CROSS JOIN: SQLite then walks the keys and looks
# each up, not the other way round. PostgreSQL, which sees how many there are, would rather read a whole large table.
_KEYS_SQLITE, _WANTED_SQLITE = "(SELECT value AS key FROM json_each(%s)) k CROSS JOIN", "= k.key"
_WANTED_POSTGRES = {
    str: "= ANY(string_to_array(%s, chr(10)))",
    int: "= ANY(string_to_array(%s, chr(10))::bigint[])",
}
_BY_INDEX = "SET LOCAL enable_seqscan = {0}; SET LOCAL enable_bitmapscan = {0}"
_KEYS_AT_ONCE = 50_000
_NULL = "\x01"  # no text is that, since control characters are problems; so every backslash is a text's own
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def is_postgres() -> bool:
    """Whether this installation runs on PostgreSQL; else it is SQLite."""
    return connection.vendor == "postgresql"


def as_time(at: datetime) -> str:
    """Return a time as the bulk paths take it: as text, which for SQLite has no zone, and means UTC."""
    return str(at if is_postgres() else at.astimezone(UTC).replace(tzinfo=None))


def from_time(kept: datetime) -> datetime:
    """Return the time of a column that was read past the ORM: SQLite's have no zone, and mean UTC."""
    return kept if kept.tzinfo else kept.replace(tzinfo=UTC)


def insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], same: Mapping[str, Any]) -> None:
    """Write new rows; `same` is what all of them have in common, told once: that is quicker than in every row.

    On PostgreSQL this is one COPY.
    """
    names = ", ".join((*columns, *same))
    if is_postgres():
        _copy(f"COPY {table} ({names}) FROM STDIN", rows, tuple(same.values()))
    else:
        values = ", ".join(("?",) * len(columns) + tuple(map(_literal, same.values())))
        _prepared(f"INSERT INTO {table} ({names}) VALUES ({values})", rows)  # noqa: S608  our own names


def update(
    table: str, columns: Sequence[str], team_id: int, rows: Iterable[Sequence[Any]], same: Mapping[str, Any]
) -> None:
    """Set `columns` of a team's rows, and `same` in all of them; each of `rows` holds the values, and last the id."""
    if is_postgres():
        _update_from_staging(table, columns, team_id, rows, same)
    else:
        sets = [f"{column} = ?" for column in columns] + [f"{name} = {_literal(each)}" for name, each in same.items()]
        _prepared(f"UPDATE {table} SET {', '.join(sets)} WHERE team_id = {team_id:d} AND id = ?", rows)  # noqa: S608


def delete(table: str, team_id: int, ids: Iterable[int]) -> None:
    """Remove a team's rows."""
    if is_postgres():
        wanted = "\n".join(map(str, ids))
        _run(f"DELETE FROM {table} WHERE team_id = {team_id:d} AND id {_WANTED_POSTGRES[int]}", (wanted,))  # noqa: S608
    else:
        _prepared(f"DELETE FROM {table} WHERE team_id = {team_id:d} AND id = ?", ((key,) for key in ids))  # noqa: S608


def select_by(keys: Sequence[str] | Sequence[int], query: str, parameters: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Run a query `… FROM {keys} a_table c WHERE c.team_id = %s AND c.a_column {wanted} …`; {wanted} are the keys.

    The first of `parameters` is the team's. Keys are numbers, or texts of one line.
    """
    look_up = _looked_up if is_postgres() else _joined
    some = (keys[start : start + _KEYS_AT_ONCE] for start in range(0, len(keys), _KEYS_AT_ONCE))
    return chain.from_iterable(look_up(each, query, parameters) for each in some)


def _joined(keys: Sequence[Any], query: str, parameters: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    with_keys = query.format(keys=_KEYS_SQLITE, wanted=_WANTED_SQLITE)
    return select(with_keys, (dumps(keys).decode(), *parameters))


def _looked_up(keys: Sequence[Any], query: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    team, *others = parameters
    with_keys = query.format(keys="", wanted=_WANTED_POSTGRES[type(keys[0])])
    with transaction.atomic(savepoint=False):
        _run(_BY_INDEX.format("off"))
        found = list(select(with_keys, (team, "\n".join(map(str, keys)), *others)))
        _run(_BY_INDEX.format("on"))
    return found


def select(query: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """Run a query past the ORM, its rows as the database gives them."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        yield from chain.from_iterable(iter(partial(cursor.fetchmany, 2_000), []))


def _update_from_staging(
    table: str, columns: Sequence[str], team_id: int, rows: Iterable[Sequence[Any]], same: Mapping[str, Any]
) -> None:
    names = ", ".join((*columns, "id"))
    _run("DROP TABLE IF EXISTS muster_staged")
    _run(f"CREATE TEMPORARY TABLE muster_staged ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA")  # noqa: S608
    _copy(f"COPY muster_staged ({names}) FROM STDIN", rows)
    _run("ANALYZE muster_staged (id)")
    sets = ", ".join((*(f"{column} = s.{column}" for column in columns), *(f"{name} = %s" for name in same)))
    update = f"UPDATE {table} t SET {sets} FROM muster_staged s WHERE t.team_id = {team_id:d} AND t.id = s.id"  # noqa: S608
    _run(update, tuple(same.values()))


def _run(statement: str, parameters: Sequence[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _copy(statement: str, rows: Iterable[Sequence[Any]], same: Sequence[Any] = ()) -> None:
    """Past Django's wrapper, which does not know COPY."""
    connection.ensure_connection()
    as_text = f"{statement} (NULL '{_NULL}')"
    end = f"\t{_line(same)}\n" if same else "\n"
    lines = map(_line, rows)
    with connection.wrap_database_errors, connection.connection.cursor() as cursor, cursor.copy(as_text) as copy:
        while some := list(islice(lines, 500)):
            copy.write(end.join((*some, "")))


def _line(row: Sequence[Any]) -> str:
    """A row in the text form of COPY, several times as quick as the driver's own."""
    line = "\t".join([value if value.__class__ is str else _NULL if value is None else str(value) for value in row])
    if "\\" in line or "\r" in line or line.count("\t") != len(row) - 1:
        line = "\t".join([_NULL if value is None else str(value).translate(_ESCAPES) for value in row])
    return line.replace("\n", "\\n") if "\n" in line else line


def _prepared(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Past Django's wrapper, which would rewrite the placeholders and keep a list of the rows."""
    connection.ensure_connection()
    with connection.wrap_database_errors, closing(connection.connection.cursor()) as cursor:
        cursor.executemany(statement, rows)


def _literal(value: str | int | None) -> str:
    """A value of our own as SQLite writes it."""
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(int(value))
    return "'" + value.replace("'", "''") + "'"

"""Many rows at once: values of their own for each by one statement, and as many as one statement takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

from django.db import connections, router
from django.db.models import Field, Model

AT_ONCE = 500
T = TypeVar("T")


def update_each(
    model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], where: Mapping[str, Any]
) -> None:
    """Set `columns` of rows: each of `rows` begins with an id, and its values follow. `where`: of no others."""
    listed = list(rows)
    fields = [each for name in columns if isinstance(each := model._meta.get_field(name), Field)]
    if not listed:
        return
    connection = connections[router.db_for_write(model)]
    values = [
        (key, *(field.get_db_prep_save(value, connection) for field, value in zip(fields, each, strict=True)))
        for key, *each in listed
    ]
    is_postgres = connection.vendor == "postgresql"
    sets = (
        f"{name} = " + (f"CAST(v.column{place} AS {field.db_type(connection)})" if is_postgres else f"v.column{place}")
        for place, (name, field) in enumerate(zip(columns, fields, strict=True), 2)
    )
    table, one = model._meta.db_table, f"({', '.join(['%s'] * (len(columns) + 1))})"
    statement = (
        f"UPDATE {table} SET {', '.join(sets)} FROM (VALUES {', '.join([one] * len(values))}) v "  # noqa: S608
        f"WHERE {table}.id = v.column1 AND {' AND '.join(f'{table}.{name} = %s' for name in where)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*chain.from_iterable(values), *where.values()])


def portions(every: list[T]) -> Iterator[list[T]]:
    """Yield a few at a time: as many as one statement takes."""
    return (every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE))

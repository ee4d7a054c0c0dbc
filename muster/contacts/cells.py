"""Reading what a person typed on a contact's page, by the very rules of the import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from muster.core.check import Record, check
from muster.core.errors import Note, Problem
from muster.core.fields import CHANNELS, Options, Schema
from muster.core.table import Row, Table
from muster.core.values import UNREAD

BY_HAND = Options(blank_mobile="infer")  # a blank mobile number is no problem of its own
MAY_BE_BLANK = ("value-blank", "ContactId")  # by hand, a contact needs no ContactId
ELSEWHERE = {*CHANNELS, "staff_id"}  # not typed into a cell: ticked, or chosen from a list


class Read(NamedTuple):
    """Values by stored key, and what there is to say of them."""

    values: dict[str, Any]
    problems: list[Problem]
    notes: list[Note]


def read(schema: Schema, cells: Mapping[str, str | None]) -> Read:
    """Read the given cells, by field key. A blank one gives None; one that cannot be read gives a problem."""
    fields = [field for field in schema.fields if field.key not in ELSEWHERE]
    row = Row(1, tuple(cells.get(field.key) or "" for field in fields))
    table = Table(tuple(field.name for field in fields), [row])
    checked = check(table, schema, BY_HAND)
    record = checked.records[0]
    keys = [field.key for field in (*schema.fields[: -len(schema.custom) or None], *checked.custom)]
    values = dict(zip(keys, record.values, strict=True))
    given = {field.key: field.name for field in fields if field.key in cells}
    kept = {key: values[key] for key in given if values[key] is not UNREAD}
    return Read(kept, *_said(record, set(given.values())))


def _said(record: Record, names: set[str]) -> tuple[list[Problem], list[Note]]:
    """Return the problems and notes of the fields with these names; there is no row to speak of."""
    problems = [
        problem._replace(row=None)
        for problem in record.problems
        if problem.field in names and (problem.code, problem.field) != MAY_BE_BLANK
    ]
    return problems, [note._replace(row=None) for note in record.notes if note.field in names]

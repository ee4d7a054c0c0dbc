"""Which field a header is, and how columns that are the same field are told apart: by their letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from muster.core.fields import EXTRA_HEADERS, OTHER_EXTRA_HEADERS, REVERSED, Field, Options, Schema


def field_of(header: str, schema: Schema, options: Options) -> tuple[Field | None, bool]:
    """Return the field of a header, and whether we know what to do with the column at all."""
    if header in schema.by_header:
        return schema.by_header[header], True
    if header not in options.columns:
        return None, False
    answer = options.columns[header]
    if answer is None:
        return None, True
    field = schema.by_name.get(answer) or schema.by_header.get(answer) or _reversed(answer, schema)
    return field, field is not None


def _reversed(answer: str, schema: Schema) -> Field | None:
    """Return the field that a column is the opposite of: "!WhatsAppOptedOut" (T14)."""
    field = schema.by_name.get(answer.removeprefix(REVERSED)) if answer.startswith(REVERSED) else None
    return replace(field, reversed=True) if field and field.may_be_reversed else None


def extra_places(names: Sequence[str]) -> frozenset[int]:
    """Return the places of the columns that a file of rows to fix has from us: all three, or they are the person's."""
    for extra in (OTHER_EXTRA_HEADERS, EXTRA_HEADERS):
        if set(extra) <= set(names):
            return frozenset(len(names) - 1 - list(reversed(names)).index(name) for name in extra)
    return frozenset()


def told_apart(names: Sequence[str], schema: Schema, options: Options) -> tuple[str, ...]:
    """Call a column by its letter where another one is the same field and the answer is not to import this one.

    From there on it is like any other column that is not imported: edits and downloads know it by that name.
    """
    extra = extra_places(names)
    fields = [None if place in extra else field_of(name, schema, options)[0] for place, name in enumerate(names)]
    counted = Counter(field.name for field in fields if field)

    def is_out(place: int) -> bool:
        field, name = fields[place], placed(names[place], place)
        return bool(field and counted[field.name] > 1 and options.columns.get(name, field.name) is None)

    return tuple(placed(name, place) if is_out(place) else name for place, name in enumerate(names))


def placed(header: str, place: int) -> str:
    """Return what a column is called in an answer about this one alone."""
    return f"{header} (column {column_letter(place)})"


def column_letter(index: int) -> str:
    """Return the letter a spreadsheet gives the column: 0 → "A", 26 → "AA"."""
    letters = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        letters, index = chr(65 + rest) + letters, index - 1
    return letters

"""Every row on its own: which column is which field, and what each cell says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from muster.core.cells.dress import EDGES
from muster.core.cells.values import READERS, Report
from muster.core.fields import SYSTEM_FIELDS, Blank, Field, Kind, Options, Schema, position
from muster.core.known import ABSENT, UNREAD
from muster.core.phones.cells import IMPOSSIBLE, NOT_ASSIGNED, read_all
from muster.core.phones.spellings import older_spelling
from muster.core.problems import BadFile, Note, Problem
from muster.core.records import Checked, Record
from muster.core.table.header import column_letter, extra_places, field_of
from muster.core.table.header_row import header_candidate, looks_like_data
from muster.core.table.near_names import near_field
from muster.core.table.table import Table

_ID, _MOBILE, _WHATSAPP = map(position, ("ContactId", "MobileNumber", "WhatsAppMobileNumber"))
LONGEST_HEADER = 1_000  # characters of a header that is no field's: it is shown and asked about, whole
MOST_COMPARED = 100  # unknown headers that are compared with the names of fields: each is compared with every name
_AT_ONCE = 2_000  # rows: columns that fit a processor's cache
_NO_NUMBER = {None, ABSENT, UNREAD}
_NOTES = {"number-respelt", "text-garbled", "text-spreadsheet-error", "id-cleaned", "id-zero"}


class _Found(NamedTuple):
    """Problems and notes by the index of their row."""

    problems: dict[int, list[Problem]]
    notes: dict[int, list[Note]]


def check(table: Table, schema: Schema, options: Options) -> Checked:
    """Read every cell of every row; each row keeps all its problems. Raises BadFile for the header, all at once."""
    columns = resolve_columns(table, schema, options)
    custom = tuple(field for field in schema.custom if field in columns)
    records: list[Record] = []
    for start in range(0, len(table.rows), _AT_ONCE):
        part = replace(table, rows=table.rows[start : start + _AT_ONCE])
        records += read_rows(part, columns, schema, options)
    return Checked(columns, custom, records, table.notes)


def reread(before: Checked, table: Table, places: Sequence[int], schema: Schema, options: Options) -> Checked:
    """Check a table again of which only the rows at these places were edited. Raises BadFile as `check` does."""
    columns = resolve_columns(table, schema, options)  # a blank header may have got its first cell
    records = list(before.records)
    part = replace(table, rows=[table.rows[place] for place in places])
    for place, record in zip(places, read_rows(part, columns, schema, options), strict=True):
        records[place] = record
    return replace(before, records=records)


def read_rows(table: Table, columns: Sequence[Field | None], schema: Schema, options: Options) -> list[Record]:
    """Read every cell, a column at a time, and return the rows as records."""
    found = _Found({}, {})
    numbers, rows = zip(*table.rows, strict=True) if table.rows else ((), ())
    by_column = list(zip(*rows, strict=False))
    read: dict[Field, list[Any]] = {}
    for field, cells in zip(columns, by_column, strict=False):
        if field:
            as_notes = _NOTES if schema.strict_numbers else _NOTES | {NOT_ASSIGNED}
            report = _reporter(field, cells, table, as_notes, found)
            read[field] = _read_column(field, cells, report, schema, options)
    _check_marks(table, columns, read, found)
    _check_rows(table, found.problems)
    absent = [ABSENT] * len(table.rows)
    present = (*SYSTEM_FIELDS, *(field for field in schema.custom if field in read))
    values = zip(*(read.get(field, absent) for field in present), strict=True)
    records = list(map(Record._make, zip(numbers, values, repeat(()), repeat(()), strict=False)))
    for index in found.problems.keys() | found.notes.keys():
        problems, notes = found.problems.get(index, ()), found.notes.get(index, ())
        records[index] = Record(*records[index][:2], tuple(problems), tuple(notes))
    return records


def _reporter(field: Field, cells: Sequence[str], table: Table, as_notes: set[str], found: _Found) -> Report:
    def report(index: int, code: str, facts: Mapping[str, Any] | None = None) -> None:
        number = table.rows[index].number
        if code == "text-garbled" and table.is_broken and "\ufffd" in cells[index]:
            code = "value-broken"
        if code in as_notes:
            found.notes.setdefault(index, []).append(
                Note(code, number, field.name, {"value": cells[index], **(facts or {})})
            )
        else:
            found.problems.setdefault(index, []).append(Problem(code, number, field.name, cells[index], facts))

    return report


def _read_column(field: Field, cells: Sequence[str], report: Report, schema: Schema, options: Options) -> list[Any]:
    if field.kind is Kind.PHONE:
        values = _read_phones(cells, report, schema)
    else:
        values = READERS[field.kind](field, cells, report, options.date_orders.get(field.name))
        if field.reversed:
            values = [not value if isinstance(value, bool) else value for value in values]
    if field.blank is Blank.FAILS or (field.blank is Blank.OPTION and options.blank_mobile == "fail"):
        for index, value in enumerate(values):
            if value is None:
                report(index, "value-blank")
                values[index] = UNREAD
    return values


def _read_phones(cells: Sequence[str], report: Report, schema: Schema) -> list[Any]:
    home, strict = schema.home_region, schema.strict_numbers
    read, odd = read_all(cells, home)
    values: list[Any] = read
    for index, code in odd:
        if code == NOT_ASSIGNED and not strict:
            report(index, code, {"number": values[index]})
        elif not cells[index].strip(EDGES):
            values[index] = None
        elif code == IMPOSSIBLE[1] and (respelt := older_spelling(cells[index], home)):
            values[index] = respelt
            report(index, "number-respelt", {"number": respelt})
        else:
            values[index] = UNREAD
            report(index, code, {"home": home})
    return values


def _check_marks(table: Table, columns: Sequence[Field | None], read: Mapping[Field, list[Any]], found: _Found) -> None:
    """Put what the reader found odd about a cell in place of what is wrong with its text."""
    for (number, column), code in table.marks.items():
        place = table.place_of(number)
        if place is None or column >= len(table.header):
            continue
        field = columns[column]
        if field:
            read[field][place] = UNREAD
        elif code != "cell-quotes":  # a column that is not imported; where a cell ends matters to the whole row
            continue
        name, cell = field.name if field else table.header[column], table.rows[place].cells[column]
        others = [each for each in found.problems.get(place, ()) if each.field != name]
        found.problems[place] = [*others, Problem(code, number, name, cell)]


def _check_rows(table: Table, problems: dict[int, list[Problem]]) -> None:
    """Find what is wrong with a row as a whole: more cells than headers, or left out by hand."""
    width = len(table.header)
    longest = max(map(len, map(itemgetter(1), table.rows)), default=0)
    for index, (number, cells) in enumerate(table.rows) if longest > width else ():
        if len(cells) > width:
            extra = next(cell for cell in cells[width:] if cell.strip(EDGES))
            facts = {"cells": len(cells), "headers": width}
            problems.setdefault(index, []).append(Problem("row-too-long", number, None, extra, facts))
    for number in table.left_out:
        place = table.place_of(number)
        if place is not None:
            problems.setdefault(place, []).append(Problem("row-left-out", number))


def resolve_columns(table: Table, schema: Schema, options: Options) -> tuple[Field | None, ...]:
    """Say which field each column is. Raises BadFile with every problem of the header."""
    extra = extra_places(table.header)
    resolved = [
        (None, True) if place in extra else field_of(header, schema, options)
        for place, header in enumerate(table.header)
    ]
    if not any(known for _, known in resolved) and _is_data(table, schema):
        raise BadFile(Problem("header-none", table.header_row, None, None, {"start": _start_of(table.header)}))
    columns = tuple(field for field, _ in resolved)
    is_known = [known for _, known in resolved]
    problems = [*_not_known(table, is_known, schema), *_all_twice(table, columns), *_missing(table, columns, schema)]
    if problems:
        raise BadFile(*problems)
    return columns


def _is_data(table: Table, schema: Schema) -> bool:
    """Whether the first row is like the rows below a header, and none of the next ones is more like a header."""
    return (
        looks_like_data(table.header)
        and not any(near_field(name, schema) for name in table.header[:MOST_COMPARED] if name)
        and header_candidate(table, schema) is None
    )


def _start_of(cells: Sequence[str]) -> str:
    return ", ".join(cell for cell in cells if cell)[:60]


def _not_known(table: Table, is_known: Sequence[bool], schema: Schema) -> Iterator[Problem]:
    """Yield the headers of no field, each once, and the blank headers above cells that are not."""
    unknown: set[str] = set()
    for index, header in enumerate(table.header):
        if is_known[index] or header in unknown:
            continue
        if header == "":
            if any(cells[index].strip(EDGES) for _, cells in table.rows):
                yield Problem("header-blank", table.header_row, None, None, {"column": column_letter(index)})
        elif len(header) > LONGEST_HEADER:
            facts = {"column": column_letter(index), "length": len(header), "limit": LONGEST_HEADER}
            yield Problem("header-too-long", table.header_row, None, header[:LONGEST_HEADER], facts)
        else:
            unknown.add(header)
            near = near_field(header, schema) if len(unknown) <= MOST_COMPARED else None
            yield Problem("header-unknown", table.header_row, header, header, {"near": near})


def _all_twice(table: Table, columns: Sequence[Field | None]) -> list[Problem]:
    """Return the fields that are in several columns."""
    counted = Counter(field.name for field in columns if field)
    return [_twice(name, table, columns) for name, count in counted.items() if count > 1]


def _missing(table: Table, columns: Sequence[Field | None], schema: Schema) -> list[Problem]:
    """Return the required fields that are in no column, each with the row that looks more like a header."""
    missing = [field for field in schema.fields if field.required and field not in columns]
    guess = header_candidate(table, schema) if missing else None
    return [
        Problem(
            "header-missing",
            table.header_row,
            field.name,
            None,
            {"headers": field.headers or (field.name,), "header_row": guess},
        )
        for field in missing
    ]


def _twice(name: str, table: Table, columns: Iterable[Field | None]) -> Problem:
    places = [index for index, field in enumerate(columns) if field and field.name == name]
    facts = {
        "columns": [column_letter(index) for index in places],
        "headers": tuple(table.header[index] for index in places),
        "places": tuple(places),
    }
    return Problem("header-twice", table.header_row, name, table.header[places[-1]], facts)

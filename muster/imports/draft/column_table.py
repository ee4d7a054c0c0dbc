"""The columns of a file as one table: what is in each, what it is or may become, and why that is proposed."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from muster.contacts.schema import schema_of
from muster.core.cells.dress import EDGES
from muster.core.fields import REVERSED, Field, Kind, Options, Schema
from muster.core.problems import Problem
from muster.core.table import column_values
from muster.core.table.header import column_letter, extra_places, field_of
from muster.core.table.near_names import is_risky, near_field
from muster.core.table.table import Table
from muster.imports.draft.columns import (
    DO_NOT_IMPORT,
    MOST_ALIKE,
    MOST_ASKED,
    Answer,
    SameColumn,
    choices,
    same_columns,
)
from muster.teams.models import Membership, Team

SAMPLES = 3
_LOOKED_AT = 2_000  # cells of a column that are not blank, for what its values say
_NEAR, _LAST_TIME, _VALUES = "near", "answer", "values"


@dataclass(slots=True)
class ColumnRow:
    """One column: its samples, and one of: the field it is by its name, an answer, a choice among alike, or ours."""

    letter: str
    header: str
    sample: list[str]
    field: Field | None = None  # by its exact header
    is_ours: bool = False  # of a file of rows to fix
    is_asked: bool = False  # what it is can be answered here
    chosen: str = ""  # the answer that is preselected
    why: str = ""  # answer, near, values
    tick: Answer | None = None  # what it may be, and is only when a person says so: consent, and ids
    above: str = ""  # the letter of a column with the same header, whose answer is for both
    same: SameColumn | None = None  # one of several columns of one field
    same_name: str = ""
    same_field: str = ""
    asks_order: bool = False
    order: str = ""
    kind: str = Kind.TEXT.value
    choices: list[str] = dataclasses.field(default_factory=list)

    @property
    def direction(self) -> str:
        """What yes means, where the column is one of consent by its own name."""
        return Answer(self.field.name).direction if self.field else ""

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.is_asked and not self.chosen


class Required(NamedTuple):
    """A field that every file must have, and whether this one has it."""

    name: str
    is_there: bool
    is_own: bool


class Columns(NamedTuple):
    """The table, what must be in it, and what a column can be."""

    rows: list[ColumnRow]
    required: list[Required]
    fields: list[Answer]
    later: int  # columns that are asked about once these are answered

    @property
    def missing(self) -> list[str]:
        """The required fields that no column is, by name or by answer."""
        return [each.name for each in self.required if not each.is_there]

    @property
    def missing_own(self) -> list[str]:
        """Those of them that are the team's own."""
        return [each.name for each in self.required if not each.is_there and each.is_own]

    @property
    def open(self) -> int:
        """How many columns have no answer yet, not even a proposed one."""
        return sum(row.is_open for row in self.rows)


def column_table(team: Team, table: Table, options: Options, problems: Iterable[Problem] = ()) -> Columns:
    """Return all columns in the file's order. A table that is too wide shows the ones that are asked about."""
    schema = schema_of(team)
    rows = [_row(table, place, schema, options) for place in range(len(table.header))]
    _mark_alike(rows, table, problems)
    _mark_repeated(rows)
    shown, later = _as_many_as_fit(rows)
    _propose(shown, rows, schema, team)
    for row in shown:
        _look_at_dates(row, schema, options)
    there = {row.field.name for row in rows if row.field} | {row.chosen.removeprefix(REVERSED) for row in rows}
    needed = [Required(each.name, each.name in there, each.is_custom) for each in schema.fields if each.required]
    return Columns(shown, needed, choices(schema), later)


def _row(table: Table, place: int, schema: Schema, options: Options) -> ColumnRow:
    header = table.header[place]
    row = ColumnRow(column_letter(place), header, [])
    cells = (each.cells[place].strip(EDGES) for each in table.rows if place < len(each.cells))
    row.choices = list(islice(filter(None, cells), _LOOKED_AT))
    row.sample = list(islice(dict.fromkeys(row.choices), SAMPLES))
    row.is_ours = place in extra_places(table.header)
    if header in schema.by_header:
        row.field = schema.by_header[header]
    elif not row.is_ours and (header or row.sample):
        row.is_asked = True
        found, is_known = field_of(header, schema, options)
        if is_known:
            row.chosen, row.why = (found.answer if found else DO_NOT_IMPORT), _LAST_TIME
    return row


def _mark_alike(rows: list[ColumnRow], table: Table, problems: Iterable[Problem]) -> None:
    """Let one of the columns that are the same field be chosen, in place of an answer for each."""
    problems = list(problems)
    for each in same_columns(problems, table):
        by_letter = {one.letter: one for one in each.columns}
        for row in rows:
            if row.letter in by_letter:
                row.same, row.same_name, row.same_field = by_letter[row.letter], each.name, each.field
                row.is_asked = False
    places = [place for each in problems if each.code == "header-twice" for place in (each.facts or {})["places"]]
    for place in places[MOST_ALIKE:]:
        rows[place].is_asked = False


def _mark_repeated(rows: list[ColumnRow]) -> None:
    """Ask once where several columns have the same header: the answer is for all of them."""
    first: dict[str, str] = {}
    for row in rows:
        if row.is_asked and row.header in first:
            row.above, row.is_asked = first[row.header], False
        elif row.is_asked:
            first[row.header] = row.letter


def _as_many_as_fit(rows: list[ColumnRow]) -> tuple[list[ColumnRow], int]:
    if len(rows) <= MOST_ASKED:
        return rows, 0
    asked = [row for row in rows if row.is_open or row.same]
    answered = [row for row in rows if not row.is_open and not row.same]
    shown = {row.letter for row in (*asked[:MOST_ASKED], *answered[: max(0, MOST_ASKED - len(asked))])}
    return [row for row in rows if row.letter in shown], max(0, len(asked) - MOST_ASKED)


def _propose(shown: list[ColumnRow], rows: list[ColumnRow], schema: Schema, team: Team) -> None:
    """Preselect what a name or the values say; consent and ids only to be ticked."""
    taken = {row.field.name for row in rows if row.field} | {row.chosen.removeprefix(REVERSED) for row in rows}
    waiting = [row for row in shown if row.is_open]
    for row in waiting:
        row.kind = column_values.kind_of(row.choices).value
        _take(row, near_field(row.header, schema), _NEAR, taken, schema)
    by_values = _by_values([row for row in waiting if row.is_open and not row.tick], schema, taken, team)
    for row in waiting:
        if row.letter in by_values:
            _take(row, by_values[row.letter], _VALUES, taken, schema)


def _take(row: ColumnRow, answer: str | None, why: str, taken: set[str], schema: Schema) -> None:
    """Preselect an answer; one that rests on yes and no alone, or may do harm, is only offered to be ticked."""
    name = (answer or "").removeprefix(REVERSED)
    if not answer or name in taken:
        return
    taken.add(name)
    row.why = why
    is_yes_no = why == _VALUES and schema.by_name[name].kind is Kind.YES_NO
    if is_yes_no or is_risky(answer, schema):
        row.tick = Answer(answer)
    else:
        row.chosen = answer


def _by_values(rows: list[ColumnRow], schema: Schema, taken: Collection[str], team: Team) -> Mapping[str, str]:
    """Return the field that only one column can be by its values: Staff IDs of the team, numbers with +, yes and no.

    Consent is never told by values: yes and no may be those of the team's own field, where one is not taken.
    """
    found: dict[str, str] = {}
    staff = set(Membership.everybody.filter(team=team).exclude(staff_id=None).values_list("staff_id", flat=True))
    assigned = [row for row in rows if row.sample and staff and set(row.choices) <= staff]
    numbers = [row for row in rows if column_values.are_numbers_with_plus(row.choices[:100], schema.home_region)]
    if len(assigned) == 1 and "StaffId" not in taken:
        found[assigned[0].letter] = "StaffId"
    missing = [name for name in ("MobileNumber", "WhatsAppMobileNumber") if name not in taken]
    if len(numbers) == 1 and len(missing) == 1:
        found[numbers[0].letter] = missing[0]
    yes_no = [row for row in rows if row.kind == Kind.YES_NO.value]
    own = [each.name for each in schema.custom if each.kind is Kind.YES_NO and each.name not in taken]
    if len(yes_no) == 1 and len(own) == 1:
        found[yes_no[0].letter] = own[0]
    return found


def _look_at_dates(row: ColumnRow, schema: Schema, options: Options) -> None:
    """Ask for the order where dates can be read two ways, and propose the one that all agree with."""
    its = row.field or schema.by_name.get(row.chosen)
    may_be = (its.kind is Kind.DATE) if its else row.is_asked
    cells, row.choices = row.choices, []
    if may_be and column_values.asks_order(cells):
        fitting = column_values.orders_of(cells)
        row.asks_order = True
        row.order = (options.date_orders.get(its.name, "") if its else "") or (fitting[0] if len(fitting) == 1 else "")

"""The columns of a file as people answer them: what each header is used as, and what it may be used as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from muster.contacts.schema import schema_of
from muster.core.errors import Problem
from muster.core.fields import REVERSED, Field, Options, Schema, answer_in_words
from muster.core.header import column_letter, field_of, placed
from muster.core.near_names import is_risky
from muster.core.table import Table
from muster.imports.draft.sample import cells_of
from muster.imports.workspace import Reading
from muster.teams.models import Team

MOST_ASKED = 100  # columns at once; the others are asked about once these are answered
MOST_ALIKE = 20  # columns of one field among which one can be chosen
COLUMN = "column:"  # the prefix of the inputs: "column:Cell Phone" → "MobileNumber"
DO_NOT_IMPORT = "-"  # no field can be called so: it is not asked for as a name
CHOOSE = "choose:"  # the prefix of the inputs for columns that are the same field; they hold answers for all of those
_UNKNOWN = ("header-unknown", "header-blank")


class Answer(str):
    """What a column is used as: the name of a field, with "!" before it for a column that says the opposite."""

    __slots__ = ()

    @property
    def words(self) -> str:
        """The answer for people."""
        return answer_in_words(self)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A header that is none of the team's fields, and what it could be."""

    header: str
    near: Answer | None
    choices: list[Answer]
    chosen: str = ""
    letter: str = ""
    sample: list[str] = field(default_factory=list)
    is_suggested: bool = False  # the field it is near to is no other column's, and is not consent or an id


class Column(NamedTuple):
    """A column of a file that could be read: what it is used as, and whether that was an answer."""

    header: str
    field: Field | None
    is_answer: bool


class SameColumn(NamedTuple):
    """One of the columns that are the same field: what is in it, and the answers that choose it over the others."""

    letter: str
    header: str
    sample: list[str]
    answers: str


class Same(NamedTuple):
    """Columns that are the same field, of which one can be imported. `name` is that of the input."""

    field: str
    name: str
    columns: list[SameColumn]


def same_columns(problems: Iterable[Problem], table: Table) -> list[Same]:
    """Return the columns of which a person has to choose one, field by field."""
    places = {str(each.field): each.facts["places"] for each in problems if each.code == "header-twice" and each.facts}
    return [
        Same(name, f"{CHOOSE}{name}", [_one_of(name, place, found, table) for place in found[:MOST_ALIKE]])
        for name, found in places.items()
    ]


def _one_of(name: str, place: int, places: Iterable[int], table: Table) -> SameColumn:
    answers = {placed(table.header[each], each): DO_NOT_IMPORT for each in places}
    answers[placed(table.header[place], place)] = name  # an earlier answer may have said otherwise
    return SameColumn(column_letter(place), table.header[place], cells_of(table, place), urlencode(answers))


def chosen_columns(posted: Mapping[str, str]) -> dict[str, str | None]:
    """Return the answers in a form, as `Options.columns` takes them. Columns not answered are not in it."""
    found = {key.removeprefix(COLUMN): value for key, value in posted.items() if key.startswith(COLUMN)}
    for key, value in posted.items():
        if key.startswith(CHOOSE):
            found |= dict(parse_qsl(value))
    return {header: None if value == DO_NOT_IMPORT else value for header, value in found.items() if value}


def unknown_headers(
    team: Team, problems: Iterable[Problem], table: Table, chosen: Mapping[str, str | None] | None = None
) -> list[Unknown]:
    """Return the headers that a person can answer, each with what is in its column and what it may be."""
    schema, answers = schema_of(team), chosen or {}
    options = Options(columns=answers)
    taken = {its.name for header in table.header if (its := field_of(header, schema, options)[0])}
    found = []
    asked = (each for each in problems if each.code in _UNKNOWN)
    for problem in islice(asked, MOST_ASKED):
        header, facts = problem.field or "", problem.facts or {}
        letter, near = str(facts.get("column", "")), Answer(facts["near"]) if facts.get("near") else None
        answer = answers.get(header, "")
        said = DO_NOT_IMPORT if answer is None else answer
        sample = cells_of(table, _place_of(header, letter, table))
        named = (near or "").removeprefix(REVERSED)
        is_suggested = near is not None and named not in taken and not is_risky(near, schema)
        found.append(Unknown(header, near, choices(schema), said, letter, sample, is_suggested))
        taken.add(named)
    return found


def not_asked_yet(problems: Iterable[Problem]) -> int:
    """Return how many headers wait until the first ones are answered."""
    return max(0, sum(each.code in _UNKNOWN for each in problems) - MOST_ASKED)


def _place_of(header: str, letter: str, table: Table) -> int:
    if not letter:
        return table.header.index(header)
    width = len(table.header)
    return next((place for place in range(width) if column_letter(place) == letter), width)


def choices(schema: Schema) -> list[Answer]:
    """Return everything a column can be used as: all fields, those of consent reversed too."""
    return [
        Answer(sign + each.name)
        for each in schema.fields
        for sign in (("", REVERSED) if each.may_be_reversed else ("",))
    ]


def columns_of(read: Reading) -> list[Column]:
    """Return the columns of a file that could be read, in its order."""
    pairs = zip(read.table.header, read.checked.columns, strict=True)
    return [Column(header, its, header not in read.schema.by_header) for header, its in pairs]

"""The columns of a file as people answer them: what each header is used as, and what it may be used as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from muster.core.fields import REVERSED, SYSTEM_FIELDS, Field, Kind, Schema, answer_in_words
from muster.core.problems import Problem
from muster.core.replan import Reading
from muster.core.sentences.language import gettext as _
from muster.core.table.header import column_letter, placed
from muster.core.table.table import Table
from muster.imports.draft.sample import cells_of

MOST_ASKED = 100  # columns at once; the others are asked about once these are answered
MOST_ALIKE = 20  # columns of one field among which one can be chosen
COLUMN = "column:"  # the prefix of the inputs: "column:Cell Phone" → "MobileNumber"
DO_NOT_IMPORT = "-"  # no field can be called so: it is not asked for as a name
CHOOSE = "choose:"  # the prefix of the inputs for columns that are the same field; they hold answers for all of those
TICK = "tick:"  # the prefix of the boxes that say yes to what a column may be: consent, and ids
NEW = "+"  # add a field for the column; "name:Cell Phone" and "kind:Cell Phone" say which
_OPT_OUTS = {each.name for each in SYSTEM_FIELDS if each.kind is Kind.OPT_OUT}


class Answer(str):
    """What a column is used as: the name of a field, with "!" before it for a column that says the opposite."""

    __slots__ = ()

    @property
    def words(self) -> str:
        """The answer for people."""
        return answer_in_words(self)

    @property
    def in_full(self) -> str:
        """The answer for people, with what yes means where it is about consent."""
        return f"{self}: {self.direction}" if self.direction else self.words

    @property
    def direction(self) -> str:
        """What yes means in a column of consent that is not reversed; else nothing."""
        return _("yes means opted out") if self in _OPT_OUTS else ""


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
    found = {key.removeprefix(TICK): value for key, value in posted.items() if key.startswith(TICK)}
    found |= {key.removeprefix(COLUMN): value for key, value in posted.items() if key.startswith(COLUMN) and value}
    found = {header: value for header, value in found.items() if value != NEW}
    for key, value in posted.items():
        if key.startswith(CHOOSE):
            found |= dict(parse_qsl(value))
    return {header: None if value == DO_NOT_IMPORT else value for header, value in found.items() if value}


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

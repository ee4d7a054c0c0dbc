"""A draft as the Review page shows it: which rows, grouped by cause, and every cell with what is wrong or changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from muster.core import errors, fixes, phones
from muster.core.consent import Channel
from muster.core.errors import Note, Problem
from muster.core.fields import Blank, Field, Kind
from muster.core.plan import Plan, Verdict
from muster.core.table import EDGES, Row
from muster.imports import reading, run
from muster.imports.models import Import

LEFT_OUT = "row-left-out"

# Notes that ask for a second look. The others only say what happens.
WARNINGS = frozenset({
    "phone-not-assigned", "number-kept", "whatsapp-shared", "opted-back-in", "opt-out-kept", "opt-out-left-out",
    "contact-erased-before", "id-zeros-lost", "number-respelt", "text-garbled", "text-spreadsheet-error",
})  # fmt: skip
# Notes that the cells themselves show.
_SEEN_IN_CELL = frozenset({"number-inferred", "number-changed", "value-cleared"})

CHIPS = {
    "all": "All",
    "problems": "Problems",
    "warnings": "Warnings",
    "new": "New",
    "updates": "Updates",
    "unchanged": "No change",
    "left-out": "Left out",
}
_OUTCOMES = {"created": "new", "updated": "updates", "unchanged": "unchanged"}
OUTCOME_WORDS = {"created": "New", "updated": "Update", "unchanged": "No change", "failed": "Problem"}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are shown: a chip, and perhaps only those with a code of problem or note, or with any in a field."""

    show: str = "all"
    code: str = ""
    field: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str], default: str = "all") -> Filter:
        """Read it from an address; what is not known there falls back to the default."""
        show = query.get("show", default)
        code = query.get("code", "")
        return cls(show if show in CHIPS else default, code if code in errors.REGISTRY else "", query.get("field", ""))

    def query(self, **more: Any) -> str:
        """Return it as the query of an address."""
        parts = {"show": self.show, "code": self.code, "field": self.field, **more}
        return urlencode({key: value for key, value in parts.items() if value not in ("", None)})

    def wants(self, verdict: Verdict) -> bool:
        """Whether a row is shown."""
        return self._wants_chip(verdict) and (not (self.code or self.field) or self._has_code(verdict))

    def _wants_chip(self, verdict: Verdict) -> bool:
        if self.show == "all":
            return True
        if self.show == "warnings":
            return has_warning(verdict)
        return chip_of(verdict) == self.show

    def _has_code(self, verdict: Verdict) -> bool:
        found: Iterable[Problem | Note] = (*verdict.problems, *verdict.notes)
        return any(self.code in ("", each.code) and self.field in ("", each.field) for each in found)


def is_left_out(verdict: Verdict) -> bool:
    """Whether somebody left the row out by hand."""
    return any(problem.code == LEFT_OUT for problem in verdict.problems)


def has_warning(verdict: Verdict) -> bool:
    """Whether a note of the row asks for a second look."""
    return any(note.code in WARNINGS for note in verdict.notes)


def chip_of(verdict: Verdict) -> str:
    """Return the one chip, apart from All and Warnings, that a row is under."""
    if verdict.outcome == "failed":
        return "left-out" if is_left_out(verdict) else "problems"
    return _OUTCOMES[verdict.outcome]


class Cause(NamedTuple):
    """Rows with the same problem or warning in the same field."""

    code: str
    field: str | None
    rows: int
    title: str
    fixes: list[fixes.Fix]
    query: str


class Message(NamedTuple):
    """What is said of a row, at a cell or of the row as a whole. `level`: problem, warning, note."""

    level: str
    field: str | None
    text: str
    fix: str
    code: str


@dataclass(slots=True)
class Cell:
    """One cell of the table. `state`: problem, warning, changed, inferred, or nothing special."""

    header: str
    text: str
    field: Field | None
    state: str = ""
    before: str | None = None
    after: str | None = None
    is_edited: bool = False
    message: int | None = None  # the place of its message in the row's messages

    @property
    def is_key(self) -> bool:
        """Whether a narrow screen shows it even when there is nothing to say about it."""
        return bool(self.field and self.field.blank is Blank.FAILS)


@dataclass(slots=True)
class ShownRow:
    """One row of the table."""

    number: int
    chip: str
    word: str
    cells: list[Cell]
    messages: list[Message] = field(default_factory=list)
    extra: list[Message] = field(default_factory=list)

    @property
    def is_left_out(self) -> bool:
        """Whether it can be restored."""
        return self.chip == "left-out"

    @property
    def is_ready(self) -> bool:
        """Whether it will be imported."""
        return self.chip not in ("problems", "left-out")


@dataclass(slots=True)
class Draft:
    """An import that waits for its Admin, with its reading and its plan. Rows and verdicts go side by side."""

    imp: Import
    reading: reading.Reading
    plan: Plan

    @classmethod
    def of(cls, imp: Import) -> Draft:
        """Look at it. Raises BadFile while it is refused."""
        return cls(imp, reading.read(imp), run.look(imp))

    @property
    def rows(self) -> list[Row]:
        """The rows of the file, as last edited."""
        return self.reading.table.rows

    @property
    def header(self) -> tuple[str, ...]:
        """The headers of the file."""
        return self.reading.table.header

    def counts(self) -> dict[str, int]:
        """Return the number of rows under each chip."""
        found = Counter(map(chip_of, self.plan.verdicts))
        found["all"] = len(self.plan.verdicts)
        found["warnings"] = sum(map(has_warning, self.plan.verdicts))
        return {chip: found[chip] for chip in CHIPS}

    def places(self, wanted: Filter) -> list[int]:
        """Return the places, in rows and verdicts, of the rows that a filter shows."""
        return [place for place, verdict in enumerate(self.plan.verdicts) if wanted.wants(verdict)]

    def place_of(self, number: int) -> int | None:
        """Return the place of the row with this number in the spreadsheet."""
        return next((place for place, row in enumerate(self.rows) if row.number == number), None)

    def causes(self) -> tuple[list[Cause], list[Cause]]:
        """Return what is wrong and what to look at twice, grouped by cause, largest first."""
        problems: Counter[tuple[str, str | None]] = Counter()
        warnings: Counter[tuple[str, str | None]] = Counter()
        values: dict[tuple[str, str | None], set[str]] = defaultdict(set)
        for verdict in self.plan.verdicts:
            if verdict.problems and not is_left_out(verdict):
                problems.update({(each.code, each.field) for each in verdict.problems})
                for each in verdict.problems:
                    values[each.code, each.field].add(each.value or "")
            warnings.update({(each.code, each.field) for each in verdict.notes if each.code in WARNINGS})
        return _causes(problems, "problems", values), _causes(warnings, "warnings", values)

    def problems_by_field(self) -> Counter[str]:
        """Return how many cells of each field have a problem."""
        found: Counter[str] = Counter()
        for verdict in self.plan.verdicts:
            if verdict.problems and not is_left_out(verdict):
                found.update({each.field for each in verdict.problems if each.field})
        return found

    def show(self, places: Iterable[int]) -> list[ShownRow]:
        """Return rows as the table shows them."""
        return [self._row(place) for place in places]

    def _row(self, place: int) -> ShownRow:
        row, verdict = self.rows[place], self.plan.verdicts[place]
        came, messages = self.reading.file.rows[place].cells, messages_of(verdict)
        columns = zip(self.header, self.reading.checked.columns, row.cells, came, strict=False)
        cells = [Cell(header, text, each, is_edited=text != before) for header, each, text, before in columns]
        for cell in cells:
            _mark(cell, verdict, messages)
        chip = chip_of(verdict)
        said = {cell.message for cell in cells}
        extra = [message for place, message in enumerate(messages) if place not in said]
        word = "Left out" if chip == "left-out" else OUTCOME_WORDS[verdict.outcome]
        return ShownRow(row.number, chip, word, cells, messages, extra)


def _causes(
    found: Counter[tuple[str, str | None]], show: str, values: Mapping[tuple[str, str | None], Collection[str]]
) -> list[Cause]:
    return [
        Cause(
            code,
            name,
            count,
            errors.title(code, name),
            _helpful(code, values[code, name]) if name else [],
            Filter(show, code, name or "").query(),
        )
        for (code, name), count in found.most_common()
    ]


def _helpful(code: str, values: Collection[str]) -> list[fixes.Fix]:
    """Return the fixes for a cause that would change at least one of its cells, as far as that is quick to tell."""
    return [fix for fix in fixes.offered(code) if not values or any(fixes.may_help(fix, value) for value in values)]


def messages_of(verdict: Verdict) -> list[Message]:
    """Return everything said of a row, problems first; a row left out by hand says only that."""
    if is_left_out(verdict):
        return [Message("note", None, "Left out by you or another Admin.", "", LEFT_OUT)]
    said = [_message("problem", each) for each in verdict.problems]
    said += [_message("warning", each) for each in verdict.notes if each.code in WARNINGS]
    return said + [_message("note", each) for each in verdict.notes if each.code not in WARNINGS]


def _message(level: str, found: Problem | Note) -> Message:
    return Message(
        level, found.field, errors.message(found), errors.fix(found) if level == "problem" else "", found.code
    )


def _mark(cell: Cell, verdict: Verdict, messages: list[Message]) -> None:
    """Say what is special about a cell: what is wrong with it, or what the stored value was."""
    if cell.field is None:
        cell.state = "unused"
        return
    at_cell = [place for place, message in enumerate(messages) if message.field == cell.field.name]
    if at_cell:
        cell.message = at_cell[0]
        cell.state = messages[at_cell[0]].level if messages[at_cell[0]].level != "note" else ""
    _mark_change(cell, cell.field, verdict)


def _mark_change(cell: Cell, its: Field, verdict: Verdict) -> None:
    after = verdict.after or {}
    if its.key not in after:
        return
    cell.after = shown(its, after[its.key])
    if verdict.before is not None:
        cell.before = shown(its, verdict.before.get(its.key))
        cell.state = cell.state or "changed"
    if its.key == "mobile_number" and after.get("mobile_number_inferred"):
        cell.state = cell.state or "inferred"


def shown(its: Field, value: Any) -> str:
    """Return a stored value as people read it; nothing for none."""
    if value is None:
        return ""
    if isinstance(value, Channel):
        return "Opted out" if value.opted_out else "Opted in"
    return phones.show(value) if its.kind is Kind.PHONE else str(value)


def moved(before: Plan, after: Plan) -> str:
    """Say in a sentence what a change of options or columns moved, row by row."""
    was = {verdict.row: chip_of(verdict) for verdict in before.verdicts}
    moves = Counter((was[each.row], chip_of(each)) for each in after.verdicts if each.row in was)
    ready = sum(count for (old, new), count in moves.items() if old == "problems" and new != "problems")
    broken = sum(count for (old, new), count in moves.items() if old != "problems" and new == "problems")
    other = sum(count for (old, new), count in moves.items() if old != new) - ready - broken
    said = [
        _moved(ready, "moved from problem to ready"),
        _moved(broken, "moved from ready to problem"),
        _moved(other, "changed between new, update and no change"),
    ]
    told = [each for each in said if each]
    return f"{' and '.join(told)}." if told else "Checked again: every row comes out the same."


def _moved(count: int, words: str) -> str:
    return f"{count:,} row{'' if count == 1 else 's'} {words}" if count else ""


def is_blank(text: str) -> bool:
    """Whether a cell counts as blank."""
    return not text.strip(EDGES)


def without(wanted: Filter) -> Filter:
    """Return the filter without its code."""
    return replace(wanted, code="", field="")

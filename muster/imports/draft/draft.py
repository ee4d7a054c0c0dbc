"""A draft as the Review page shows it: which rows, grouped by cause, and every cell with what is wrong or changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from muster.core import errors, fixes, phones
from muster.core.cells.dress import EDGES
from muster.core.consent import Channel
from muster.core.fields import Blank, Field, Kind
from muster.core.problems import Note, Problem
from muster.core.replan import Reading
from muster.core.sentences.language import Words, gettext_noop, ngettext, pgettext_noop
from muster.core.sentences.language import gettext as _
from muster.core.table.table import Row
from muster.core.verdicts import Verdict
from muster.imports import workspace
from muster.imports.filters import LEFT_OUT, WARNINGS, CauseTally, Filter, chip_of, is_left_out
from muster.imports.models import Import
from muster.imports.workspace import Look

# Notes that the cells themselves show.
_SEEN_IN_CELL = frozenset({"number-inferred", "number-changed", "value-cleared"})

_Key = tuple[str, str | None]  # a code, and a field
OUTCOME_WORDS = Words(
    {
        "created": pgettext_noop("rows", "New"),
        "updated": gettext_noop("Update"),
        "unchanged": gettext_noop("No change"),
        "failed": gettext_noop("Problem"),
    }
)


class Cause(NamedTuple):
    """Rows with the same problem or warning in the same field."""

    code: str
    field: str | None
    rows: int
    title: str
    fixes: list[fixes.Fix]
    query: str

    @property
    def why(self) -> str:
        """How it usually comes about."""
        return errors.plain(errors.REGISTRY[self.code].cause, self.field)

    @property
    def how(self) -> str:
        """What to do."""
        return errors.plain(errors.REGISTRY[self.code].fix, self.field)

    @property
    def example(self) -> tuple[str, str] | None:
        """A cell before and after, where one cell shows it."""
        return errors.example(self.code)


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


@dataclass(frozen=True, slots=True)
class Draft:
    """An import that waits for its Admin, and one look at it: all that is asked of a draft agrees."""

    imp: Import
    look: Look

    @classmethod
    def of(cls, imp: Import) -> Draft:
        """Look at it. Raises BadFile while it is refused."""
        return cls(imp, workspace.look(imp))

    @property
    def reading(self) -> Reading:
        """The file with the edits, and what its cells say."""
        return self.look.reading

    @property
    def verdicts(self) -> list[Verdict]:
        """What happens to each row."""
        return self.look.verdicts

    @property
    def rows(self) -> list[Row]:
        """The rows of the file, as last edited."""
        return self.look.rows

    @property
    def header(self) -> tuple[str, ...]:
        """The headers of the file."""
        return self.reading.table.header

    def places(self, wanted: Filter) -> list[int]:
        """Return the places, in rows and verdicts, of the rows that a filter shows."""
        return [place for place, verdict in enumerate(self.verdicts) if wanted.wants(verdict)]

    def place_of(self, number: int) -> int | None:
        """Return the place of the row with this number in the spreadsheet."""
        return self.reading.table.place_of(number)

    def causes(self) -> tuple[list[Cause], list[Cause]]:
        """Return what is wrong and what to look at twice, grouped by cause, largest first."""
        tally, values = CauseTally(), defaultdict[_Key, set[str]](set)
        for verdict in self.verdicts:
            tally.add(verdict)
            if verdict.problems and not is_left_out(verdict):
                for each in verdict.problems:
                    values[each.code, each.field].add(each.value or "")
        return causes_of(tally, values)

    def show(self, places: Iterable[int]) -> list[ShownRow]:
        """Return rows as the table shows them."""
        return [self._row(place) for place in places]

    def _row(self, place: int) -> ShownRow:
        row, verdict = self.rows[place], self.verdicts[place]
        came, messages = self.reading.file.rows[place].cells, messages_of(verdict)
        columns = zip(self.header, self.reading.checked.columns, row.cells, came, strict=False)
        cells = [Cell(header, text, each, is_edited=text != before) for header, each, text, before in columns]
        for cell in cells:
            _mark(cell, verdict, messages)
        chip = chip_of(verdict)
        said = {cell.message for cell in cells}
        extra = [message for place, message in enumerate(messages) if place not in said]
        word = _("Left out") if chip == "left-out" else OUTCOME_WORDS[verdict.outcome]
        return ShownRow(row.number, chip, word, cells, messages, extra)


def causes_of(tally: CauseTally, values: Mapping[_Key, Collection[str]] | None) -> tuple[list[Cause], list[Cause]]:
    """Return problems and warnings as causes, largest first; fixes that none of their `values` needs are not offered.

    Without values, none are.
    """
    return _causes(tally.problems, "problems", values), _causes(tally.warnings, "warnings", values)


def _causes(found: Counter[_Key], show: str, values: Mapping[_Key, Collection[str]] | None) -> list[Cause]:
    return [
        Cause(
            code,
            name,
            count,
            errors.title(code, name),
            _helpful(code, name, values[code, name]) if name and values is not None else [],
            Filter(show, code, name or "").query(),
        )
        for (code, name), count in found.most_common()
    ]


def _helpful(code: str, name: str, values: Collection[str]) -> list[fixes.Fix]:
    """Return the fixes for a cause that would change at least one of its cells, as far as that is quick to tell."""
    found = fixes.offered(code, name)
    return [fix for fix in found if not values or any(fixes.may_help(fix, value) for value in values)]


def messages_of(verdict: Verdict) -> list[Message]:
    """Return everything said of a row, problems first; a row left out by hand says only that."""
    if is_left_out(verdict):
        return [Message("note", None, _("Left out by you or another Admin."), "", LEFT_OUT)]
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
        return _("Opted out") if value.opted_out else _("Opted in")
    return phones.show(value) if its.kind is Kind.PHONE else str(value)


def moved(before: Look, after: Look) -> str:
    """Say in a sentence what a change of options or columns moved, row by row."""
    was = {verdict.row: chip_of(verdict) for verdict in before.verdicts}
    moves = Counter((was[each.row], chip_of(each)) for each in after.verdicts if each.row in was)
    ready = sum(count for (old, new), count in moves.items() if old == "problems" and new != "problems")
    broken = sum(count for (old, new), count in moves.items() if old != "problems" and new == "problems")
    other = sum(count for (old, new), count in moves.items() if old != new) - ready - broken
    said = (
        ready
        and ngettext(
            "{count:,} row moved from problem to ready.", "{count:,} rows moved from problem to ready.", ready
        ),
        broken
        and ngettext(
            "{count:,} row moved from ready to problem.", "{count:,} rows moved from ready to problem.", broken
        ),
        other
        and ngettext(
            "{count:,} row changed between new, update and no change.",
            "{count:,} rows changed between new, update and no change.",
            other,
        ),
    )
    return " ".join(str(each) for each in said if each) or _("Checked again: every row comes out the same.")


def is_blank(text: str) -> bool:
    """Whether a cell counts as blank."""
    return not text.strip(EDGES)

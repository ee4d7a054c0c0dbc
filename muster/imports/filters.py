"""Which rows of a draft are shown, how many there are of each kind, and the list that a filter showed when pressed."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from muster.core.catalogue import REGISTRY
from muster.core.problems import Note, Problem
from muster.core.sentences.language import Words, gettext_noop, pgettext_noop
from muster.core.verdicts import OUTCOMES, Verdict

LEFT_OUT = "row-left-out"
TO_CONFIRM = "opted-back-in"

# Notes that ask for a second look. The others only say what happens.
WARNINGS = frozenset({
    "phone-not-assigned", "number-kept", "whatsapp-shared", "opted-back-in", "opt-out-kept", "opt-out-left-out",
    "contact-erased-before", "id-zeros-lost", "id-zero", "name-changed", "number-respelt",
    "text-garbled", "text-spreadsheet-error",
})  # fmt: skip

CHIPS = Words(
    {
        "all": pgettext_noop("rows", "All"),
        "problems": gettext_noop("Problems"),
        "warnings": gettext_noop("Warnings"),
        "new": pgettext_noop("rows, counted", "New"),
        "updates": gettext_noop("Updates"),
        "unchanged": gettext_noop("No change"),
        "left-out": pgettext_noop("rows, counted", "Left out"),
    }
)
_CHIP_OF = {"created": "new", "updated": "updates", "unchanged": "unchanged"}


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
        return cls(show if show in CHIPS else default, code if code in REGISTRY else "", query.get("field", ""))

    def query(self, **more: Any) -> str:
        """Return it as the query of an address."""
        parts = {"show": self.show, "code": self.code, "field": self.field, **more}
        return urlencode({key: value for key, value in parts.items() if value not in ("", None)})

    @property
    def key(self) -> tuple[str, str, str]:
        """What it counts under."""
        return self.show, self.code, self.field

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
    return bool(verdict.problems) and LEFT_OUT in [problem.code for problem in verdict.problems]


def has_warning(verdict: Verdict) -> bool:
    """Whether a note of the row asks for a second look."""
    return any(note.code in WARNINGS for note in verdict.notes)


def chip_of(verdict: Verdict) -> str:
    """Return the one chip, apart from All and Warnings, that a row is under."""
    if verdict.outcome == "failed":
        return "left-out" if is_left_out(verdict) else "problems"
    return _CHIP_OF[verdict.outcome]


class Counts:
    """How many rows come to each outcome and are under each chip, and how many have a problem in each field."""

    def __init__(self, counted: Counter[tuple[str, str]]) -> None:
        self._counted = counted

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> Counts:
        """Count all rows."""
        return cls(Counter(key for verdict in verdicts for key in _keys(verdict)))

    def followed(self, pairs: Iterable[tuple[Verdict, Verdict]]) -> Counts:
        """Return the counts after rows changed: what each was is taken away, what it is now is added."""
        counted = Counter(self._counted)
        for old, new in pairs:
            counted.subtract(_keys(old))
            counted.update(_keys(new))
        return Counts(counted)

    def with_more(self, verdicts: Iterable[Verdict]) -> Counts:
        """Return the counts with more rows."""
        return Counts(self._counted + Counter(key for verdict in verdicts for key in _keys(verdict)))

    def as_json(self) -> list[tuple[str, str, int]]:
        """Return them as JSON keeps them."""
        return [(*key, count) for key, count in self._counted.items()]

    @classmethod
    def from_json(cls, kept: Iterable[Sequence[Any]]) -> Counts:
        """Return what `as_json` wrote."""
        return cls(Counter({(of, name): count for of, name, count in kept}))

    def chips(self) -> dict[str, int]:
        """Return the number of rows under each chip."""
        return {chip: self._counted["chip", chip] for chip in CHIPS}

    def outcomes(self) -> dict[str, int]:
        """Return how many rows are created, updated, left as they are and failed."""
        return {name: self._counted["outcome", name] for name in OUTCOMES}

    def to_confirm(self) -> int:
        """Return how many rows would opt somebody back in, which Confirm asks about."""
        return self._counted["outcome", TO_CONFIRM]

    def summed(self) -> dict[str, int]:
        """Return all rows by what becomes of them, those that Confirm asks about apart."""
        counts, asked = self.outcomes(), self.to_confirm()
        return {**counts, "updated": counts["updated"] - asked, "to_confirm": asked}

    def problems_in(self, field: str) -> int:
        """Return how many rows have a problem in a field."""
        return self._counted["field", field]


def _keys(verdict: Verdict) -> Iterator[tuple[str, str]]:
    yield "outcome", verdict.outcome
    if verdict.notes and any(note.code == TO_CONFIRM for note in verdict.notes):
        yield "outcome", TO_CONFIRM
    yield "chip", "all"
    yield "chip", chip_of(verdict)
    if has_warning(verdict):
        yield "chip", "warnings"
    if verdict.problems and not is_left_out(verdict):
        yield from (("field", name) for name in {each.field for each in verdict.problems} if name)


def keys_of(verdict: Verdict) -> Iterator[tuple[str, str, str]]:
    """Yield the keys of all filters that show a row."""
    found: Iterable[Problem | Note] = (*verdict.problems, *verdict.notes)
    codes = {("", "")}
    for each in found:
        codes |= {(each.code, ""), ("", each.field or ""), (each.code, each.field or "")}
    shows = ["all", chip_of(verdict), *(["warnings"] if has_warning(verdict) else [])]
    return ((show, *code) for show in shows for code in codes)


Cause = tuple[str, str | None]  # a code, and a field


class CauseTally:
    """How many rows have each problem, and how many each warning, by code and field."""

    def __init__(self, problems: Counter[Cause] | None = None, warnings: Counter[Cause] | None = None) -> None:
        self.problems: Counter[Cause] = problems or Counter()
        self.warnings: Counter[Cause] = warnings or Counter()

    def add(self, verdict: Verdict) -> None:
        """Count a row once for each code and field it has; one that was left out by hand has no problems."""
        found = verdict.problems
        if len(found) == 1 and found[0].code != LEFT_OUT:
            self.problems[found[0].code, found[0].field] += 1
        elif found and not is_left_out(verdict):
            self.problems.update({(each.code, each.field) for each in found})
        if verdict.notes:
            self.warnings.update({(each.code, each.field) for each in verdict.notes if each.code in WARNINGS})

    def as_json(self) -> list[list[tuple[str, str | None, int]]]:
        """Return it as JSON keeps it."""
        return [[(*key, count) for key, count in each.items()] for each in (self.problems, self.warnings)]

    @classmethod
    def from_json(cls, kept: Iterable[Iterable[Sequence[Any]]]) -> CauseTally:
        """Return what `as_json` wrote."""
        return cls(*(Counter({(code, field): count for code, field, count in each}) for each in kept))


@dataclass(frozen=True, slots=True)
class RowList:
    """Places of rows, in the order of the file, as a filter found them at a revision. They stay once they are fixed.

    `gone` are those that the filter would not show any more, `joined` those it would show now and did not then;
    `verdicts` are what "now" is.
    """

    wanted: Filter
    revision: int
    places: Sequence[int]
    verdicts: Sequence[Verdict]
    gone: frozenset[int] = frozenset()
    joined: frozenset[int] = frozenset()

    def index(self, place: int) -> int | None:
        """Return where in the list a place is."""
        if isinstance(self.places, range):
            return place if place in self.places else None
        found = bisect_left(self.places, place)
        return found if found < len(self.places) and self.places[found] == place else None

    def followed(self, verdicts: Sequence[Verdict], places: Iterable[int]) -> RowList:
        """Return the list after the rows at these places got new verdicts."""
        changed = {place: self.wanted.wants(verdicts[place]) for place in places}
        listed = {place for place in changed if self.index(place) is not None}
        gone = {place for place in listed if not changed[place]}
        joined = {place for place, wanted in changed.items() if wanted and place not in listed}
        gone, joined = gone | (self.gone - changed.keys()), joined | (self.joined - changed.keys())
        return replace(self, verdicts=verdicts, gone=frozenset(gone), joined=frozenset(joined))

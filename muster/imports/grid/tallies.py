"""Counts of a draft's rows that are kept, not counted anew: what a row was is taken away, what it is now is added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from muster.core.plan import Verdict
from muster.imports.draft.draft import CHIPS, chip_of, has_warning, is_left_out

Key = tuple[str, str]


class Tallies:
    """How many rows are under each chip, and how many have a problem in each field."""

    def __init__(self, verdicts: Iterable[Verdict]) -> None:
        self._counts: Counter[Key] = Counter(key for verdict in verdicts for key in _keys(verdict))

    def replace(self, old: Verdict, new: Verdict) -> None:
        """Count a row's new verdict in place of its old one."""
        self._counts.subtract(_keys(old))
        self._counts.update(_keys(new))

    def chips(self) -> dict[str, int]:
        """Return the number of rows under each chip."""
        return {chip: self._counts["chip", chip] for chip in CHIPS}

    def problems_in(self, field: str) -> int:
        """Return how many rows have a problem in a field."""
        return self._counts["field", field]


def _keys(verdict: Verdict) -> Iterator[Key]:
    yield "chip", "all"
    yield "chip", chip_of(verdict)
    if has_warning(verdict):
        yield "chip", "warnings"
    if verdict.problems and not is_left_out(verdict):
        yield from (("field", name) for name in {each.field for each in verdict.problems} if name)

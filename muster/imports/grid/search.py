"""Finding in a draft: the next cell with a problem, and cells that hold a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from muster.core.cells.dress import EDGES
from muster.core.verdicts import Verdict
from muster.imports.draft.draft import Draft
from muster.imports.filters import is_left_out


class Place(NamedTuple):
    """A cell: the place of its row among all rows, and its column; -1 for the row as a whole."""

    row: int
    column: int


def next_problem(found: Draft, start: Place, *, back: bool) -> Place | None:
    """Return the next cell with a problem in the whole file, or the one before, going round at its end."""
    columns = {its.name: index for index, its in enumerate(found.reading.checked.columns) if its}
    for row in _round(len(found.rows), start.row, back=back):
        places = _problems(found.verdicts[row], columns)
        ahead = [each for each in places if (each < start.column if back else each > start.column)]
        chosen = ahead if row == start.row else places
        if chosen:
            return Place(row, chosen[-1 if back else 0])
    here = _problems(found.verdicts[start.row], columns) if start.row >= 0 else []
    return Place(start.row, here[-1 if back else 0]) if here else None


def _round(rows: int, start: int, *, back: bool) -> Iterator[int]:
    """Go through all rows once, from where one stands; before the first one stands before all."""
    first = start if start >= 0 else -1 if back else 0
    return ((first + (-step if back else step)) % rows for step in range(rows))


def _problems(verdict: Verdict, columns: dict[str, int]) -> list[int]:
    if not verdict.problems or is_left_out(verdict):
        return []
    return sorted({columns.get(each.field or "", -1) for each in verdict.problems})


def problems_among(found: Draft, cells: Iterable[tuple[int, str | None]]) -> int:
    """Count the cells, given by row and header, that have a problem."""
    names = {header: its.name for header, its in zip(found.header, found.reading.checked.columns, strict=True) if its}
    wrong: dict[int, set[str | None]] = {}
    count = 0
    for row, header in cells:
        if row not in wrong:
            place = found.reading.table.place_of(row)
            problems = found.verdicts[place].problems if place is not None else ()
            wrong[row] = {each.field for each in problems if each.field}
        count += names.get(header or "") in wrong[row]
    return count


class Sought(NamedTuple):
    """What is looked for, and where: in one column, or in all."""

    text: str
    column: int | None
    match_case: bool
    whole_cell: bool

    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.text), 0 if self.match_case else re.IGNORECASE)


def matches(found: Draft, places: Sequence[int], sought: Sought) -> list[tuple[int, int]]:
    """Return every match as its index in the list and its column, in order."""
    pattern, width = sought.pattern(), len(found.header)
    columns = range(width) if sought.column is None else range(sought.column, sought.column + 1)
    may_match = _quick(sought, pattern)
    every: list[tuple[int, int]] = []
    for index, place in enumerate(places):
        cells = found.rows[place].cells
        if sought.column is not None or may_match(_BETWEEN.join(cells)):
            every += [(index, column) for column in columns if _matches(pattern, cells[column], sought)]
    return every


_BETWEEN = "\x1f"


def _quick(sought: Sought, pattern: re.Pattern[str]) -> Callable[[str], Any]:
    """Return a quick look at a whole row that misses no match. Folding case is simple only in ASCII."""
    text = sought.text
    if sought.match_case:
        return lambda row: text in row
    if not text.isascii():
        return pattern.search
    small = text.lower()
    return lambda row: small in row.lower() if row.isascii() else pattern.search(row)


def _matches(pattern: re.Pattern[str], cell: str, sought: Sought) -> bool:
    return bool(pattern.fullmatch(cell.strip(EDGES)) if sought.whole_cell else pattern.search(cell))


def nearest(every: list[tuple[int, int]], start: tuple[int, int], *, back: bool) -> dict[str, Any]:
    """Return how many matches there are, and the next one from a cell, going round at the end."""
    if not every:
        return {"count": 0}
    if back:
        at = next((index for index in reversed(range(len(every))) if every[index] < start), len(every) - 1)
    else:
        at = next((index for index, each in enumerate(every) if each > start), 0)
    offset, column = every[at]
    return {"count": len(every), "nth": at + 1, "offset": offset, "column": column}

"""A table as it was read: the header, the rows with the numbers a person sees, and what there is to say of the file."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import NamedTuple

from muster.core.problems import Note


class Extent(NamedTuple):
    """How large a table can be at most, told without making it."""

    rows: int
    cells: int


class Row(NamedTuple):
    """One row that is not wholly blank: its number in the spreadsheet (the header is 1) and its cells as written."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What `parse` read. Every row has at least as many cells as `header`; more only where the extra ones hold text."""

    header: tuple[str, ...]
    rows: list[Row]
    encoding: str = "utf-8"
    delimiter: str = ","
    header_row: int = 1
    blank_rows: int = 0
    blank_columns: int = 0
    notes: tuple[Note, ...] = ()
    left_out: frozenset[int] = frozenset()
    marks: Mapping[tuple[int, int], str] = field(default_factory=dict)  # cells by row and place → a code
    is_broken: bool = False  # some bytes are no letters: U+FFFD stands there
    sheet: str = ""  # of a workbook
    sheets: tuple[str, ...] = ()

    def edited(self, cells: Mapping[tuple[int, str], str], left_out: Collection[int] = ()) -> Table:
        """Return the table with `cells` replaced, by (row, header), and the rows of `left_out` marked as left out."""
        column = {header: index for index, header in reversed(list(enumerate(self.header)))}
        by_row: dict[int, dict[int, str]] = {}
        for (number, header), value in cells.items():
            if header in column:
                by_row.setdefault(number, {})[column[header]] = value
        rows = list(self.rows)
        for number, new in by_row.items():
            place = self.place_of(number)
            if place is not None:
                rows[place] = _with_cells(rows[place], new)
        marks = {where: code for where, code in self.marks.items() if where[1] not in by_row.get(where[0], ())}
        return replace(self, rows=rows, left_out=frozenset(left_out), marks=marks)

    def place_of(self, number: int) -> int | None:
        """Return the place, in `rows`, of the row with this number."""
        place = bisect_left(self.rows, number, key=_number)
        return place if place < len(self.rows) and self.rows[place].number == number else None


_number = attrgetter("number")


def _with_cells(row: Row, cells: Mapping[int, str]) -> Row:
    changed = list(row.cells)
    for index, cell in cells.items():
        changed[index] = cell
    return Row(row.number, tuple(changed))

"""The rows that failed, as a file to correct and upload again as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from muster.core import errors
from muster.core.cells.formulas import export_unsafe
from muster.core.fields import EXTRA_HEADERS, OTHER_EXTRA_HEADERS
from muster.core.problems import Problem
from muster.core.table.csv_text import csv_text
from muster.core.table.header import extra_places
from muster.core.table.table import Row, Table
from muster.core.verdicts import Verdict

EXTRA = len(EXTRA_HEADERS)


def rows_to_fix(table: Table, verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield the failed rows as CSV: their own columns and cells as last edited, then Row, Problem, How to fix.

    Safe to open in a spreadsheet; the reader takes the guards away again. Columns of an earlier such file are dropped.
    """
    rows = {row.number: row for row in table.rows}
    return as_csv(*failed_rows(table.header, ((rows[verdict.row], verdict) for verdict in verdicts)))


def as_csv(header: list[str], failed: Iterable[FailedRow], delimiter: str = ",") -> Iterator[str]:
    """Yield these rows as CSV."""
    return csv_text(chain([header], (row.cells for row in failed)), delimiter)


class FailedRow(NamedTuple):
    """A row that failed: its own cells, those beyond the header, and what is said of it."""

    number: int
    theirs: list[str]
    said: tuple[str, str]  # the problems, and how to fix them
    beyond: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as it stands in the file: its own cells, then the three of ours, then what was beyond the header."""
        return *self.theirs, str(self.number), *self.said, *self.beyond


def failed_rows(header: Sequence[str], rows: Iterable[tuple[Row, Verdict]]) -> tuple[list[str], Iterator[FailedRow]]:
    """Return the header of the file, and its rows, each as it is asked for."""
    ours = extra_places(header)
    kept = [index for index in range(len(header)) if index not in ours]
    theirs = [header[index] for index in kept]
    extra = OTHER_EXTRA_HEADERS if set(theirs) & set(EXTRA_HEADERS) else EXTRA_HEADERS
    return [*theirs, *extra], _failed(len(header), rows, kept)


def _failed(width: int, rows: Iterable[tuple[Row, Verdict]], kept: list[int]) -> Iterator[FailedRow]:
    for (_, row), verdict in rows:
        if verdict.outcome == "failed":
            found = verdict.problems
            said = " ".join(map(errors.message, found)), " ".join(map(errors.fix, found))
            theirs, beyond = [row[index] for index in kept], row[width:]
            yield FailedRow(verdict.row, _plain(theirs), said, tuple(_plain(beyond)), found)


def _plain(cells: Iterable[str]) -> list[str]:
    """Take off the guards that cells of an earlier such file have: the writer puts them on."""
    return [export_unsafe(cell) for cell in cells]


def problems_by_place(row: FailedRow, places: Mapping[str, int]) -> dict[int, str]:
    """Return what is wrong with which cell of `row.cells`, and how to fix it. `places`: name of a field → its place.

    What is wrong with the row as a whole is said at its number; with more cells than headers, at the first of those.
    """
    said: dict[int, str] = {}
    number = len(row.theirs)
    for found in row.problems:
        other = number + EXTRA if found.code == "row-too-long" and row.beyond else number
        place = places.get(found.field or "", other)
        words = f"{errors.message(found)} {errors.fix(found)}"
        said[place] = f"{said[place]}\n{words}" if place in said else words
    return said

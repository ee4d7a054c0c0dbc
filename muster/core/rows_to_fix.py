"""The rows that failed, as a file to correct and upload again as it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from muster.core import errors
from muster.core.errors import Problem
from muster.core.fields import EXTRA_HEADERS, OTHER_EXTRA_HEADERS
from muster.core.header import extra_places
from muster.core.plan import Verdict
from muster.core.table import Table
from muster.core.values import export_safe, export_unsafe


def rows_to_fix(table: Table, verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield the failed rows as CSV: their own columns and cells as last edited, then Row, Problem, How to fix.

    Safe to open in a spreadsheet; the reader takes the guards away again. Columns of an earlier such file are dropped.
    """
    header, failed = failed_rows(table, verdicts)
    yield "\ufeff" + line_of(header)
    for row in failed:
        yield line_of([*map(_safe, row.theirs), str(row.number), *map(export_safe, row.said), *map(_safe, row.beyond)])


class FailedRow(NamedTuple):
    """A row that failed: its own cells, those beyond the header, and what is said of it."""

    number: int
    theirs: list[str]
    said: tuple[str, str]  # the problems, and how to fix them
    beyond: tuple[str, ...]
    problems: tuple[Problem, ...]


def failed_rows(table: Table, verdicts: Iterable[Verdict]) -> tuple[list[str], Iterator[FailedRow]]:
    """Return the header of the file, and its rows."""
    ours = extra_places(table.header)
    kept = [index for index in range(len(table.header)) if index not in ours]
    theirs = [table.header[index] for index in kept]
    extra = OTHER_EXTRA_HEADERS if set(theirs) & set(EXTRA_HEADERS) else EXTRA_HEADERS
    return [*theirs, *extra], _failed(table, verdicts, kept)


def _failed(table: Table, verdicts: Iterable[Verdict], kept: list[int]) -> Iterator[FailedRow]:
    cells = {row.number: row.cells for row in table.rows}
    for verdict in verdicts:
        if verdict.outcome == "failed":
            row, found = cells[verdict.row], verdict.problems
            said = " ".join(map(errors.message, found)), " ".join(map(errors.fix, found))
            yield FailedRow(verdict.row, [row[index] for index in kept], said, row[len(table.header) :], found)


def _safe(cell: str) -> str:
    """A cell of a file so that a spreadsheet shows it; one that was guarded already stays as it is."""
    return export_safe(export_unsafe(cell))


def line_of(cells: Iterable[str]) -> str:
    """Return one line of CSV."""
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()

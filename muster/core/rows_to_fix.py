"""The rows that failed, as a file to correct and upload again as it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from muster.core import errors
from muster.core.fields import EXTRA_HEADERS
from muster.core.plan import Verdict
from muster.core.table import Table
from muster.core.values import export_safe, export_unsafe


def rows_to_fix(table: Table, verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield the failed rows as CSV: their own columns and cells as last edited, then Row, Problem, How to fix.

    Safe to open in a spreadsheet; the reader takes the guards away again. Columns of an earlier such file are dropped.
    """
    kept = [index for index, header in enumerate(table.header) if header not in EXTRA_HEADERS]
    cells = {row.number: row.cells for row in table.rows}
    yield "\ufeff" + line_of([*(table.header[index] for index in kept), *EXTRA_HEADERS])
    for verdict in verdicts:
        if verdict.outcome == "failed":
            row = cells[verdict.row]
            said = [" ".join(map(errors.message, verdict.problems)), " ".join(map(errors.fix, verdict.problems))]
            theirs, extra = [row[index] for index in kept], row[len(table.header) :]
            yield line_of([*map(_safe, theirs), str(verdict.row), *map(export_safe, said), *map(_safe, extra)])


def _safe(cell: str) -> str:
    """A cell of a file so that a spreadsheet shows it; one that was guarded already stays as it is."""
    return export_safe(export_unsafe(cell))


def line_of(cells: Iterable[str]) -> str:
    """Return one line of CSV."""
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()

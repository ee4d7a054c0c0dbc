"""The one writer of CSV: every cell of every download goes through it, and none is run by a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice

from muster.core.cells.formulas import export_safe

BOM = "\ufeff"  # tells a spreadsheet that the text is UTF-8
LINES_AT_ONCE = 500


def csv_text(rows: Iterable[Iterable[str]], delimiter: str = ",") -> Iterator[str]:
    """Yield rows as the text of a CSV file, some lines at a time; the first is the header."""
    text, written = io.StringIO(newline=""), iter(rows)
    writer = csv.writer(text, delimiter=delimiter)
    text.write(BOM)
    while some := list(islice(written, LINES_AT_ONCE)):
        writer.writerows([export_safe(cell) for cell in row] for row in some)
        yield text.getvalue()
        text.seek(0)
        text.truncate()

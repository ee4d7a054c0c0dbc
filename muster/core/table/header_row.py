"""Which row is the header: a row below titles that looks more like one, or none at all."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from muster.core.cells.dress import EDGES
from muster.core.fields import Schema
from muster.core.table.table import Table

_HEADER_SEARCH_ROWS = 10
_DATA = re.compile(
    r"[^@\s]{1,64}@[^@\s.]{1,64}\.[^@\s]{1,64}|[+(]?\d(?:[\s()./+-]*+\d){4,20}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
)


def header_candidate(table: Table, schema: Schema) -> int | None:
    """Return the row, among the first ten, that looks more like the header than the header does, if there is one."""
    here = sum(name in schema.by_header for name in table.header)
    near = itertools.takewhile(lambda row: row.number <= table.header_row + _HEADER_SEARCH_ROWS, table.rows)
    scores = {row.number: sum(cell.strip(EDGES) in schema.by_header for cell in row.cells) for row in near}
    best = max(scores, key=lambda number: scores[number], default=None)
    return best if best is not None and scores[best] > max(here, 1) else None


def looks_like_data(cells: Iterable[str]) -> bool:
    """Whether any of these cells is an e-mail address, a telephone number or another long number, or a date."""
    return any(_DATA.fullmatch(cell.strip(EDGES)) for cell in cells)

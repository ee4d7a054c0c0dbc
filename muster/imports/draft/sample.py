"""The first rows of a file: enough to show what is in its columns, and to see which row looks like the header."""

from __future__ import annotations

from itertools import islice, takewhile

from muster.core.cells.dress import EDGES
from muster.core.checking import MOST_COMPARED
from muster.core.fields import Options, Schema
from muster.core.problems import BadFile, Problem
from muster.core.table.near_names import near_field
from muster.core.table.reader import parse
from muster.core.table.table import Row, Table
from muster.core.workbook.archive import kind_of
from muster.imports.models import Import
from muster.imports.store import blobs
from muster.settings import settings

SAMPLE_BYTES = 64 * 1024
SEARCHED_ROWS = 10
SAMPLE_CELLS = 3
FEWEST_HEADERS = 3


def first_rows(imp: Import, schema: Schema, options: Options) -> Table:
    """Parse the beginning of a file, or all of it where a cell goes on past the beginning. Raises BadFile."""
    data = blobs.original(imp) if imp.is_small else _beginning(imp)
    if len(data) > SAMPLE_BYTES:
        try:
            return parse(data[:SAMPLE_BYTES].rpartition(b"\n")[0], schema, options)
        except BadFile:
            return parse(data, schema, options)
    return parse(data, schema, options)


def _beginning(imp: Import) -> bytes:
    """Return the first lines of a large file; the rest is for the worker. A large workbook has no beginning."""
    data = blobs.beginning(imp)
    most = settings().page_rows
    if kind_of(data):
        raise BadFile(
            Problem("file-too-many-rows", facts={"rows": imp.rows, "limit": most, "over": max(imp.rows - most, 0)})
        )
    return data[: data.rfind(b"\n") + 1] or data


def cells_of(table: Table, place: int) -> list[str]:
    """Return the first cells of a column that are not blank."""
    cells = (row.cells[place].strip(EDGES) for row in table.rows if place < len(row.cells))
    return list(islice(filter(None, cells), SAMPLE_CELLS))


def header_among(table: Table, schema: Schema) -> Row | None:
    """Return the row, among the first ten, that looks more like the header than the header does, if there is one."""

    def known(cells: tuple[str, ...]) -> int:
        names = {cell.strip(EDGES) for cell in cells[:MOST_COMPARED]} - {""}
        return sum(name in schema.by_header or near_field(name, schema) is not None for name in names)

    near = takewhile(lambda row: row.number <= table.header_row + SEARCHED_ROWS, table.rows)
    scores = {row: known(row.cells) for row in near}
    best = max(scores, key=lambda row: scores[row], default=None)
    return best if best and scores[best] >= max(known(table.header) + 1, FEWEST_HEADERS) else None

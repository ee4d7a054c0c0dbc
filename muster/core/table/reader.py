"""From any bytes to a table: what they are, the rows that are not blank, and the limits they must keep to."""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from muster.core.cells.dress import EDGES
from muster.core.cells.formulas import export_unsafe
from muster.core.fields import Options, Schema
from muster.core.problems import BadFile, Note, Problem
from muster.core.table.delimiter import DELIMITERS
from muster.core.table.header import extra_places, told_apart
from muster.core.table.header_row import looks_like_data
from muster.core.table.kinds import refuse_what_is_no_table
from muster.core.table.mending import Mending
from muster.core.table.table import Extent, Row, Table
from muster.core.table.text import Text
from muster.core.workbook.archive import kind_of
from muster.core.workbook.sheet import Sheet

MOST_COLUMNS = 500
MOST_CELLS = 50_000_000  # some gigabytes, once every row is as wide as the header
_ROWS_AT_ONCE, _ROWS_TO_LEARN_FROM = 100, 2_000  # few at once, as they may be wider than is allowed


def parse(
    data: bytes,
    schema: Schema,
    options: Options | None = None,
    *,
    max_bytes: int | None = None,
    max_rows: int | None = None,
    max_cells: int = MOST_CELLS,
) -> Table:
    """Read any bytes. Raises BadFile when they are not a table of text; the header is judged by `check`."""
    options = options or Options()
    refuse_what_is_no_table(data, max_bytes, schema)
    source = _source(data, schema, options)
    mending = Mending(source)
    written = mending if options.mend_letters else source
    read = _rows(written, sys.maxsize if max_rows is None else max_rows, max_cells)
    header, rows = read.header, read.rows
    _refuse_quoted_lines(header, schema)
    reach = max(len(header.cells), min(read.width, read.longest))
    width = len(header.cells) if _ends_with_ours(header.cells) else reach
    _refuse_too_many(len(rows), len(rows), max_cells - len(rows) * width, max_cells)
    names = told_apart([_name(cell) for cell in _padded(header.cells, width)], schema, options)
    skipped = _Skipped(
        source.last - header.number - len(rows), read.width - reach, header.number - 1 if options.header_row else 0
    )
    fitted = [row if len(row.cells) >= width else Row(row.number, _padded(row.cells, width)) for row in rows]
    return Table(
        names,
        fitted,
        header_row=header.number,
        blank_rows=skipped.rows,
        blank_columns=skipped.columns,
        notes=(*source.notes(), *mending.notes(), *skipped.notes()),
        **source.read_as(),
    )


def _source(data: bytes, schema: Schema, options: Options) -> Text | Sheet:
    kind = kind_of(data)
    return Sheet(data, kind, schema, options) if kind else Text(data, schema, options)


class _Skipped(NamedTuple):
    """How many blank rows and columns were left aside, and rows above the header."""

    rows: int
    columns: int
    above: int

    def notes(self) -> Iterable[Note]:
        return (Note("rows-skipped", facts=self._asdict()),) if any(self) else ()


def extent(data: bytes, schema: Schema, options: Options) -> Extent:
    """Return how many rows and cells `parse` can make of the bytes at most: none where it refuses them."""
    try:
        return _extent(data, schema, options)
    except BadFile:
        return Extent(0, 0)


def _extent(data: bytes, schema: Schema, options: Options) -> Extent:
    """Tell it of a workbook by reading it, of a text by its line ends and its header."""
    if kind_of(data):
        try:
            table = parse(data, schema, options)
        except BadFile:
            return Extent(0, 0)
        return Extent(len(table.rows), len(table.rows) * len(table.header))
    text = Text(data, schema, options)
    lines = text.text.count("\n") + text.text.count("\r") - text.text.count("\r\n") + 1
    _, header = next(iter(text), (0, [""]))
    return Extent(lines, lines * min(len(header), MOST_COLUMNS))


class _Read(NamedTuple):
    """The header without blank cells at its end, the rows below it, and how many columns it was written with.

    `longest`: how many cells the longest of the rows that are longer than the header has, 0 where none is.
    """

    header: Row
    rows: list[Row]
    width: int
    longest: int


def _rows(written: Iterable[tuple[int, list[str]]], max_rows: int, max_cells: int) -> _Read:
    """Take the rows that are not wholly blank. Keeps no more of them than there may be."""
    each = iter(written)
    number, cells = next(each, (0, list[str]()))
    if not cells:
        raise BadFile(Problem("file-empty"))
    header, width, left = Row(number, tuple(_without_blank_end(cells, 0, number))), len(cells), max_cells
    named, longest, count, rows, frequent = len(header.cells), 0, 0, list[Row](), dict[str, str]()
    while some := list(itertools.islice(each, _ROWS_AT_ONCE)):
        lengths = [len(cells) for _, cells in some]
        if max(lengths) > named:
            some = [(number, _without_blank_end(cells, named, number)) for number, cells in some]
            lengths = [len(cells) for _, cells in some]
            longest = max(longest, *(length for length in lengths if length > named), 0)
        count, left = count + len(some), left - sum(lengths)
        if count <= max_rows and left >= 0:
            rows += [Row._make((number, tuple(map(frequent.get, cells, cells)))) for number, cells in some]
            if count - len(some) < _ROWS_TO_LEARN_FROM <= count:
                frequent = _frequent(rows)
    if not count and looks_like_data(header.cells):
        raise BadFile(
            Problem("header-none", header.number, facts={"start": ", ".join(filter(None, header.cells))[:60]})
        )
    _refuse_too_many(count, max_rows, left, max_cells)
    return _Read(header, rows, width, longest)


def _without_blank_end(cells: list[str], least: int, row: int) -> list[str]:
    """Drop blank cells from the end of a row, but keep `least`. Raises BadFile when too many are left."""
    width = len(cells)
    while width > least and not cells[width - 1].strip(EDGES):
        width -= 1
    if width > MOST_COLUMNS:
        raise BadFile(Problem("file-too-many-columns", row, facts={"columns": width, "limit": MOST_COLUMNS}))
    return cells[:width]


def _refuse_too_many(rows: int, max_rows: int, cells_left: int, max_cells: int) -> None:
    if not rows:
        raise BadFile(Problem("file-no-rows"))
    if rows > max_rows:
        raise BadFile(Problem("file-too-many-rows", facts={"rows": rows, "limit": max_rows, "over": rows - max_rows}))
    if cells_left < 0:
        raise BadFile(Problem("file-too-many-cells", facts={"limit": max_cells}))


def _refuse_quoted_lines(header: Row, schema: Schema) -> None:
    """Refuse a file whose every line is one quoted cell: its header row is one cell that holds the headers."""
    if len(header.cells) == 1 and sum(name.strip(EDGES) in schema.by_header for name in _split(header.cells[0])) > 1:
        raise BadFile(Problem("file-quoted-lines", header.number, value=header.cells[0][:80]))


def _split(cell: str) -> Iterable[str]:
    return max((cell.split(each) for each in DELIMITERS), key=len)


def _frequent(rows: list[Row]) -> dict[str, str]:
    """Return the texts that many rows have: later rows share them, which saves a long file a third of its memory."""
    counted = Counter(itertools.chain.from_iterable(row.cells for row in rows))
    return {cell: cell for cell, count in counted.items() if count > 2}


def _ends_with_ours(header: tuple[str, ...]) -> bool:
    """Whether the last column is one that rows to fix have from us: what stands beyond it was beyond the header."""
    return len(header) - 1 in extra_places([_name(cell) for cell in header])


def _name(cell: str) -> str:
    """Return a header without white space at its ends and without the guard of a download."""
    return export_unsafe(cell.strip(EDGES)).strip(EDGES)


def _padded(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return cells + ("",) * (width - len(cells))

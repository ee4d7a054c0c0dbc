"""From bytes to a table: encoding, delimiter, quotes, and the row numbers a person sees in the spreadsheet."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import sys
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from muster.core.dress import EDGES
from muster.core.errors import BadFile, Note, Problem
from muster.core.fields import Options, Schema
from muster.core.header import told_apart

csv.field_size_limit(2**31 - 1)  # a long cell is a problem of its row, not of the file

DELIMITERS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "pipe"}
ENCODINGS = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "cp1252": "Windows-1252"}

MOST_COLUMNS = 500
MOST_CELLS = 50_000_000  # some gigabytes, once every row is as wide as the header

_HEADER_SEARCH_ROWS = 10
_HEADER_WITHIN = _STRETCH = 1 << 18  # characters
_ROWS_TO_LEARN_FROM = 2_000
_SEP_LINE = re.compile(r'\A"?sep=(\t|[,;|])"?(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_UNDEFINED_IN_1252 = {0xDC00 + byte: chr(byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_END = "\ue000end of file\ue000"  # private-use characters: a line of our own, after the person's last
_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"7z\xbc\xaf", "a compressed file (7z)"),
    (b"Rar!", "a compressed file (rar)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a word-processor document (RTF)"),
    (b"SQLite format 3", "a database"),
)
_HTML = re.compile(rb"\A\s*<(?:!doctype html|html|head|body|table|meta|style)\b", re.IGNORECASE)
_XML = re.compile(rb"\A\s*<\?xml\b", re.IGNORECASE)


class Extent(NamedTuple):
    """How large a table can be at most, told without making it."""

    rows: int
    cells: int


class Row(NamedTuple):
    """One row that is not wholly blank: its number in the spreadsheet (the header is 1) and its cells as written."""

    number: int
    cells: tuple[str, ...]


_row: Callable[[tuple[int, tuple[str, ...]]], Row] = partial(tuple.__new__, Row)  # twice as quick as Row(…)


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
        return replace(self, rows=rows, left_out=frozenset(left_out))

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
    _refuse_what_is_no_text(data, max_bytes)
    text, encoding, delimiter = _text_of(data, schema, options)
    read = _rows(text, delimiter, options.header_row or 1, sys.maxsize if max_rows is None else max_rows, max_cells)
    header, rows = read.header, read.rows
    width = max(len(header.cells), min(read.width, max(len(row.cells) for row in rows)))
    _refuse_too_many(len(rows), len(rows), max_cells - len(rows) * width, max_cells)
    names = told_apart([name.strip(EDGES) for name in _padded(header.cells, width)], schema, options)
    blank_rows, blank_columns = read.last - header.number - len(rows), read.width - width
    notes = _notes(encoding, delimiter, blank_rows, blank_columns, header.number - 1 if options.header_row else 0)
    fitted = [row if len(row.cells) >= width else Row(row.number, _padded(row.cells, width)) for row in rows]
    return Table(names, fitted, encoding, delimiter, header.number, blank_rows, blank_columns, notes)


def extent(data: bytes, schema: Schema, options: Options) -> Extent:
    """Return how many rows and cells `parse` can make of the bytes at most, by their line ends and their header."""
    text, _, delimiter = _text_of(data, schema, options)
    lines = text.count("\n") + text.count("\r") - text.count("\r\n") + 1
    _, header = next(_written(_lines(text), delimiter, options.header_row or 1), (0, [""]))
    return Extent(lines, lines * min(len(header), MOST_COLUMNS))


def _text_of(data: bytes, schema: Schema, options: Options) -> tuple[str, str, str]:
    """Return the text, the encoding it was in, and its delimiter."""
    text, encoding = _decode(data, options.encoding)
    text, delimiter = _split_off_sep(text)
    return text, encoding, options.delimiter or delimiter or _find_delimiter(text, schema, options)


class _Read(NamedTuple):
    """The header without blank cells at its end, the rows below it, how many columns the header was written with, and
    the number of the last row of all."""

    header: Row
    rows: list[Row]
    width: int
    last: int


def _rows(text: str, delimiter: str, first: int, max_rows: int, max_cells: int) -> _Read:
    """Read the rows from `first` on that are not wholly blank. Keeps no more of them than there may be.

    One record is one row of the spreadsheet, however many lines, and blank ones are counted too. Python's reader
    swallows the rest of the file after a quote that never closes, without an error. So a line of our own goes last:
    if it does not come back as a record of its own, a quote was open.
    """
    end = [_END, _END]
    written = _written(itertools.chain(_lines(text), [delimiter.join(end)]), delimiter, first)
    number, cells = next(written, (0, end))
    if cells == end:
        raise BadFile(Problem("file-empty"))
    header, width, left = Row(number, tuple(_without_blank_end(cells, 0, number))), len(cells), max_cells
    named, count, rows, frequent = len(header.cells), -1, list[Row](), dict[str, str]()
    for count, (number, cells) in enumerate(written):
        if len(cells) > named:
            cells = _without_blank_end(cells, named, number)  # noqa: PLW2901
        left -= len(cells)
        if count <= max_rows and left >= 0:
            rows.append(_row((number, tuple(map(frequent.get, cells, cells)))))
            if count == _ROWS_TO_LEARN_FROM:
                frequent = _frequent(rows)
    if cells != end:
        raise BadFile(Problem("file-open-quote", number, value=cells[-1].partition("\n")[0][:80]))
    _refuse_too_many(count, max_rows, left + len(end), max_cells)
    return _Read(header, rows[:-1], width, number - 1)


def _written(lines: Iterable[str], delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the records from `first` on that are not wholly blank, with their numbers."""
    for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), 1):
        if cells and number >= first and (cells[0].isalnum() or "".join(cells).strip(EDGES)):
            yield number, cells


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


def _frequent(rows: list[Row]) -> dict[str, str]:
    """Return the texts that many rows have: later rows share them, which saves a long file a third of its memory."""
    counted = Counter(itertools.chain.from_iterable(row.cells for row in rows))
    return {cell: cell for cell, count in counted.items() if count > 2}


def _padded(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return cells + ("",) * (width - len(cells))


def _notes(encoding: str, delimiter: str, blank_rows: int, blank_columns: int, above: int) -> tuple[Note, ...]:
    notes = []
    if encoding != "utf-8":
        notes.append(Note("file-encoding", facts={"encoding": ENCODINGS.get(encoding, encoding)}))
    if delimiter != ",":
        notes.append(Note("file-delimiter", facts={"delimiter": DELIMITERS.get(delimiter, delimiter)}))
    if blank_rows or blank_columns or above:
        notes.append(Note("rows-skipped", facts={"rows": blank_rows, "columns": blank_columns, "above": above}))
    return tuple(notes)


def _refuse_what_is_no_text(data: bytes, max_bytes: int | None) -> None:
    if max_bytes is not None and len(data) > max_bytes:
        raise BadFile(Problem("file-too-big", facts={"size": len(data), "limit": max_bytes}))
    if not data.strip(b"\x00\t\n\r \xef\xbb\xbf\xff\xfe"):
        raise BadFile(Problem("file-empty"))
    kind = _kind_of_file(data)
    if kind:
        raise BadFile(Problem("file-not-text", facts={"kind": kind}))


def _kind_of_file(data: bytes) -> str | None:
    """Say what a file is by its first bytes, if it is a well-known kind that is not text."""
    if data.startswith(b"PK\x03\x04"):
        return "an Excel workbook" if b"xl/" in data else "a zip file"
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    start = data[:1024].removeprefix(codecs.BOM_UTF8)
    if _HTML.match(start) or (_XML.match(start) and b"<html" in start.lower()):
        return "a web page (HTML)"
    if _XML.match(start):
        return "an XML document"
    if b"\x00" in data[:4096] and _utf_16(data) is None and data[:4096].count(0) * 10 > len(data[:4096]):
        return "not text"
    return None


def _utf_16(data: bytes) -> str | None:
    """Tell UTF-16 by its mark, or by zeros in nearly every other byte."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    start = data[:2000]
    even, odd, half = start[0::2].count(0), start[1::2].count(0), len(start) // 2
    if half and max(even, odd) > 0.6 * half and min(even, odd) < 0.1 * half:
        return "utf-16-be" if even > odd else "utf-16-le"
    return None


def _decode(data: bytes, switched_to: str | None) -> tuple[str, str]:
    """Decode by byte-order mark, else strict UTF-8, else Windows-1252, which reads anything."""
    encoding = switched_to or _utf_16(data)
    if encoding is None:
        try:
            return data.decode("utf-8").removeprefix("\ufeff"), "utf-8"
        except UnicodeDecodeError:
            encoding = "cp1252"
    if encoding == "cp1252":
        return data.decode("cp1252", "surrogateescape").translate(_UNDEFINED_IN_1252), encoding
    return data.decode(encoding, "replace").removeprefix("\ufeff"), encoding


def _split_off_sep(text: str) -> tuple[str, str | None]:
    """Honour and drop a first line such as `sep=;`, which spreadsheets neither show nor count."""
    found = _SEP_LINE.match(text)
    return (text[found.end() :], found[1]) if found else (text, None)


def _find_delimiter(text: str, schema: Schema, options: Options) -> str:
    """Choose the delimiter that gives the most known headers; then the most near ones; then the most cells."""
    start = text[:_HEADER_WITHIN]

    def score(delimiter: str) -> tuple[int, int, int]:
        records = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
        later = itertools.islice(records, (options.header_row or 1) - 1, None)
        names = next((names for cells in later if any(names := [cell.strip(EDGES) for cell in cells])), [])
        near = {_squeezed(name) for name in schema.by_header}
        known = sum(name in schema.by_header or name in options.columns for name in names)
        return known, sum(_squeezed(name) in near for name in names), len(names)

    return max((",", "\t", ";", "|"), key=score)


def _squeezed(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _lines(text: str) -> Iterator[str]:
    """Yield the lines with their ends, by stretches of the text: StringIO takes four bytes for each character."""
    return itertools.chain.from_iterable(io.StringIO(each, newline="") for each in _stretches(text))


def _stretches(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start + _STRETCH) + 1 or len(text)
        yield text[start:end]
        start = end


def header_candidate(table: Table, schema: Schema) -> int | None:
    """Return the row, among the first ten, that looks more like the header than the header does, if there is one."""
    here = sum(name in schema.by_header for name in table.header)
    near = itertools.takewhile(lambda row: row.number <= table.header_row + _HEADER_SEARCH_ROWS, table.rows)
    scores = {row.number: sum(cell.strip(EDGES) in schema.by_header for cell in row.cells) for row in near}
    best = max(scores, key=lambda number: scores[number], default=None)
    return best if best is not None and scores[best] > max(here, 1) else None

"""What the reader of .xls files does not tell: error values, texts of formulas, shapes of numbers.

An .xls file holds a stream of records, each with its kind, its length and its data (BIFF8, since Excel 97).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from muster.core.problems import BadFile, Problem
from muster.core.sentences.language import gettext_noop
from muster.core.workbook.archive import damaged
from muster.core.workbook.binary import error_of, number_at, shapes_of
from muster.core.workbook.details import Details
from muster.core.workbook.formats import Shape
from muster.core.workbook.ole import workbook_stream

_BOF, _EOF, _SHEET, _FORMAT, _STYLE, _PROTECTED = 0x809, 0x0A, 0x85, 0x41E, 0xE0, 0x2F
_FORMULA, _STRING, _ERROR, _NUMBER, _PACKED, _PACKED_ROW = 0x06, 0x207, 0x205, 0x203, 0x27E, 0xBD
_EXTENT, _WIDE_EXTENT = 0x200, 14  # of 14 bytes, or of 10
_BIFF8 = 0x600
_LAST_COLUMN, _MOST_CELLS = 0xFF, 65_536 * 256
_HEAD = struct.Struct("<HH")
_SAVED_TEXT, _SAVED_ERROR = 0, 2  # what a formula's result is, where it is no number

Record = tuple[int, bytes]


def refuse(data: bytes) -> None:
    """Raise BadFile for a workbook that opens with a password, and for sheets that claim more cells than there can be.

    The reader makes room for all the cells that a sheet claims.
    """
    stream, place = workbook_stream(data), 0
    while place + 4 <= len(stream):
        kind, size = _HEAD.unpack_from(stream, place)
        if kind == _PROTECTED:
            raise BadFile(Problem("file-protected"))
        if kind == _EXTENT and _cells_of(stream[place + 4 : place + 4 + size]) > _MOST_CELLS:
            raise damaged(gettext_noop("a sheet claims more cells than there can be"))
        place += 4 + size


def _cells_of(extent: bytes) -> int:
    """Return how many cells a sheet claims, by its first and last rows and columns."""
    size = "I" if len(extent) == _WIDE_EXTENT else "H"
    end = struct.calcsize(size)
    rows = number_at(extent, end, size) - number_at(extent, 0, size)
    first, after = number_at(extent, 2 * end, "H"), number_at(extent, 2 * end + 2, "H")
    columns = after - (first if first <= min(after, _LAST_COLUMN) else 0)
    if not number_at(extent, end, size) or not after:
        return 1
    return rows * columns if rows >= 0 else _MOST_CELLS + 1  # backwards: the reader would count around the end


def details(data: bytes, sheet: str) -> Details:
    """Return the details of a sheet. Raises BadFile for a workbook that is damaged."""
    stream = workbook_stream(data)
    if number_at(stream, 4, "H") != _BIFF8:
        return Details()
    formats: dict[int, str] = {}
    styles: list[int] = []
    start = None
    for kind, record in _records(stream, 0):
        if kind == _FORMAT:
            formats[number_at(record, 0, "H")] = _text(record, 2, "H")
        elif kind == _STYLE:
            styles.append(number_at(record, 2, "H"))
        elif kind == _SHEET and _text(record, 6, "B") == sheet:
            start = number_at(record, 0, "I")
    return _of_sheet(_records(stream, start), shapes_of(styles, formats)) if start is not None else Details()


def _records(stream: bytes, start: int) -> Iterator[Record]:
    """Yield the records of a part, without those of what is embedded in it."""
    place, depth = start, 0
    while place + 4 <= len(stream):
        kind, size = number_at(stream, place, "H"), number_at(stream, place + 2, "H")
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, stream[place + 4 : place + 4 + size]
        place += 4 + size


def _of_sheet(records: Iterator[Record], shapes: dict[int, Shape]) -> Details:
    found, formula = Details(), (0, 0)
    for kind, record in records:
        where = number_at(record, 0, "H"), number_at(record, 2, "H")
        if kind in (_NUMBER, _PACKED):
            _shape(found, where, shapes.get(number_at(record, 4, "H")))
        elif kind == _PACKED_ROW:
            for place in range((len(record) - 6) // 6):
                _shape(found, (where[0], where[1] + place), shapes.get(number_at(record, 4 + 6 * place, "H")))
        elif kind == _ERROR and record[7:8] == b"\x01":
            found.texts[where] = error_of(record[6])
        elif kind == _FORMULA:
            formula = where
            _result(found, where, record, shapes)
        elif kind == _STRING:
            found.texts[formula] = _text(record, 0, "H")
    return found


def _result(found: Details, where: tuple[int, int], record: bytes, shapes: dict[int, Shape]) -> None:
    """Keep what is saved as the result of a formula; its text comes in a record of its own."""
    if record[12:14] != b"\xff\xff":
        _shape(found, where, shapes.get(number_at(record, 4, "H")))
    elif record[6] == _SAVED_ERROR:
        found.texts[where] = error_of(record[8])


def _shape(found: Details, where: tuple[int, int], shape: Shape | None) -> None:
    if shape:
        found.shapes[where] = shape


def _text(record: bytes, place: int, size: str) -> str:
    """Return the text at a place: how many letters, whether each takes two bytes, and the letters."""
    begin = place + struct.calcsize(size) + 1
    count, is_wide = number_at(record, place, size), record[begin - 1 : begin] and record[begin - 1] & 1
    if is_wide:
        return record[begin : begin + 2 * count].decode("utf-16-le", "replace")
    return record[begin : begin + count].decode("latin-1")

"""A small writer of .xlsb workbooks for tests: texts, numbers with a format, dates, yes/no and errors."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tests.core.workbooks import zipped

_RELS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships'
    ' xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
_REL = (
    '<Relationship Id="rId{0}" Target="worksheets/sheet{0}.bin"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>'
)
_EPOCHS = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}  # noqa: DTZ001  a sheet knows no zones


class Shown(NamedTuple):
    """A number, a date or a time as the sheet shows it."""

    value: float | dt.datetime | dt.time
    number_format: str


class Error(NamedTuple):
    """An error by its code; 42 is #N/A."""

    code: int


def xlsb(
    sheets: Mapping[str, Sequence[Sequence[Any]]], *, hidden: Sequence[str] = (), date_1904: bool = False
) -> bytes:
    """Return an .xlsb workbook."""
    formats = list(
        dict.fromkeys(
            cell.number_format for rows in sheets.values() for row in rows for cell in row if isinstance(cell, Shown)
        )
    )
    bundle = [
        _record(156, struct.pack("<II", int(name in hidden), place) + _text(f"rId{place}") + _text(name))
        for place, name in enumerate(sheets, 1)
    ]
    book = [_record(131), _record(153, struct.pack("<II", int(date_1904), 0) + _text("")), _record(143)]
    parts = {
        "xl/workbook.bin": b"".join([*book, *bundle, _record(144), _record(132)]),
        "xl/_rels/workbook.bin.rels": _RELS.format("".join(map(_REL.format, range(1, len(sheets) + 1)))).encode(),
        "xl/styles.bin": _styles(formats),
    }
    for place, rows in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{place}.bin"] = _sheet(rows, formats, _EPOCHS[date_1904])
    return zipped(parts)


def _record(kind: int, data: bytes = b"") -> bytes:
    begin = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, lengths = len(data), b""
    while True:
        more = size > 127
        lengths += bytes([size & 0x7F | (0x80 if more else 0)])
        size >>= 7
        if not more:
            return begin + lengths + data


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _styles(formats: Sequence[str]) -> bytes:
    named = [_record(44, struct.pack("<H", 164 + place) + _text(each)) for place, each in enumerate(formats)]
    styles = [0, *(164 + place for place in range(len(formats)))]
    return b"".join([
        _record(278), _record(615, struct.pack("<I", len(named))), *named, _record(616),
        _record(617, struct.pack("<I", len(styles))),
        *(_record(47, struct.pack("<HH", 0, each) + bytes(12)) for each in styles), _record(618), _record(279),
    ])  # fmt: skip


def _sheet(rows: Sequence[Sequence[Any]], formats: Sequence[str], epoch: dt.datetime) -> bytes:
    width = max(map(len, rows), default=1)
    cells = []
    for number, row in enumerate(rows):
        cells.append(_record(0, struct.pack("<II", number, 0) + bytes(9)))
        cells += [_cell(place, value, formats, epoch) for place, value in enumerate(row) if value not in (None, "")]
    size = struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, max(width - 1, 0))
    return b"".join([_record(129), _record(148, size), _record(145), *cells, _record(146), _record(130)])


def _cell(place: int, value: Any, formats: Sequence[str], epoch: dt.datetime) -> bytes:
    style = formats.index(value.number_format) + 1 if isinstance(value, Shown) else 0
    where = struct.pack("<II", place, style)
    if isinstance(value, Error):
        return _record(3, where + bytes([value.code]))
    if isinstance(value, bool):
        return _record(4, where + bytes([value]))
    if isinstance(value, str):
        return _record(6, where + _text(value))
    return _record(5, where + struct.pack("<d", _number(value.value if isinstance(value, Shown) else value, epoch)))


def _number(value: Any, epoch: dt.datetime) -> float:
    if isinstance(value, dt.time):
        return (value.hour * 60 + value.minute) / 1440
    return (value - epoch) / dt.timedelta(days=1) if isinstance(value, dt.datetime) else float(value)

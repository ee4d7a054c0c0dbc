"""How many cells the sheets of an .xlsb file span: read off its records before anything is made of them."""

from __future__ import annotations

from muster.core.workbook.archive import Archive, refuse_span

_ROW, _CELLS = 0, range(1, 12)


def refuse_spans(archive: Archive) -> None:
    """Raise BadFile where a sheet spans too many cells to be read."""
    for name in archive.names:
        if name.startswith("xl/worksheets/") and name.endswith(".bin"):
            refuse_span(*_span(archive.whole(name)))


def _span(part: bytes) -> tuple[int, int]:
    """Return how many rows and columns the records of a sheet reach."""
    place, row, rows, columns = 0, 0, 0, 0
    while place < len(part):
        kind, place = _varint(part, place, 2)
        size, place = _varint(part, place, 4)
        value = int.from_bytes(part[place : place + 4], "little")
        if kind == _ROW:
            row = value
        elif kind in _CELLS:
            rows, columns = max(rows, row + 1), max(columns, value + 1)
        place += size
    return rows, columns


def _varint(part: bytes, place: int, most: int) -> tuple[int, int]:
    value = 0
    for step in range(most):
        byte = part[place + step] if place + step < len(part) else 0
        value |= (byte & 0x7F) << (7 * step)
        if byte < 0x80:
            return value, place + step + 1
    return value, place + most

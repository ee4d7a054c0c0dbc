"""What the reader of .xlsb files does not tell: error values, shapes of numbers, and how many cells a sheet spans.

A part holds records, each with its kind, its length and its data (BIFF12).
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from muster.core.sentences.language import gettext_noop
from muster.core.workbook.archive import Archive, damaged, refuse_span
from muster.core.workbook.binary import error_of, number_at, shapes_of
from muster.core.workbook.details import Details
from muster.core.workbook.formats import Shape

_ROW, _CELLS = 0, range(1, 12)
_PACKED, _ERROR, _NUMBER, _FORMULA_NUMBER, _FORMULA_ERROR = 2, 3, 5, 9, 11
_SHEET, _FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END = 156, 44, 47, 617, 618

Record = tuple[int, bytes]


def refuse(archive: Archive) -> None:
    """Raise BadFile for a workbook that is damaged: the reader makes room for a record as long as it claims to be."""
    archive.check()
    for name in archive.names:
        if name.casefold().endswith(".bin"):
            part = archive.whole(name)
            if any(end > len(part) for _, _, end in _places(part)):
                raise damaged(gettext_noop("a record claims to be longer than its part"))


def details(archive: Archive, sheet: str) -> Details:
    """Return the details of a sheet. Raises BadFile where it spans too many cells to be read."""
    part = _part_of(archive, sheet)
    found = Details()
    shapes = _shapes(archive)
    row, rows, columns = 0, 0, 0
    for kind, record in _records(archive.whole(part)) if part else ():
        value = number_at(record, 0, "I")
        if kind == _ROW:
            row = value
        elif kind in _CELLS:
            rows, columns = max(rows, row + 1), max(columns, value + 1)
            _keep(found, (row, value), kind, record, shapes)
    refuse_span(rows, columns)
    return found


def _keep(found: Details, where: tuple[int, int], kind: int, record: bytes, shapes: dict[int, Shape]) -> None:
    if kind in (_ERROR, _FORMULA_ERROR):
        found.texts[where] = error_of(number_at(record, 8, "B"))
    elif kind in (_PACKED, _NUMBER, _FORMULA_NUMBER):
        shape = shapes.get(number_at(record, 4, "I") & 0xFFFFFF)
        if shape:
            found.shapes[where] = shape


def _shapes(archive: Archive) -> dict[int, Shape]:
    formats: dict[int, str] = {}
    styles: list[int] = []
    inside = False
    for kind, record in _records(archive.whole("xl/styles.bin")):
        if kind in (_STYLES_BEGIN, _STYLES_END):
            inside = kind == _STYLES_BEGIN
        elif kind == _FORMAT:
            formats[number_at(record, 0, "H")] = _text(record, 2)[0]
        elif kind == _STYLE and inside:
            styles.append(number_at(record, 2, "H"))
    return shapes_of(styles, formats)


def _part_of(archive: Archive, sheet: str) -> str | None:
    """Return the name of the part that holds a sheet."""
    wanted = ""
    for kind, record in _records(archive.whole("xl/workbook.bin")):
        if kind == _SHEET:
            relation, end = _text(record, 8)
            if _text(record, end)[0] == sheet:
                wanted = relation
    target = _targets(archive).get(wanted, "")
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"
    return part if part in archive.names else None


def _targets(archive: Archive) -> dict[str, str]:
    relations = archive.whole("xl/_rels/workbook.bin.rels")
    try:
        tree = ET.fromstring(relations) if relations else ()  # noqa: S314  no entities: see Archive
    except ET.ParseError as error:
        raise damaged(str(error)) from error
    return {each.get("Id", ""): each.get("Target", "") for each in tree}


def _records(part: bytes) -> Iterator[Record]:
    for kind, begin, end in _places(part):
        yield kind, part[begin:end]


def _places(part: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the kind of each record, where its data begins and where it ends."""
    place = 0
    while place < len(part):
        kind, place = _varint(part, place, 2)
        size, place = _varint(part, place, 4)
        yield kind, place, place + size
        place += size


def _varint(part: bytes, place: int, most: int) -> tuple[int, int]:
    value = 0
    for step in range(most):
        byte = part[place + step] if place + step < len(part) else 0
        value |= (byte & 0x7F) << (7 * step)
        if byte < 0x80:
            return value, place + step + 1
    return value, place + most


def _text(record: bytes, place: int) -> tuple[str, int]:
    """Return the text at a place, and where it ends."""
    begin = place + 4
    end = begin + 2 * number_at(record, place, "I")
    return record[begin:end].decode("utf-16-le", "replace"), min(end, len(record))

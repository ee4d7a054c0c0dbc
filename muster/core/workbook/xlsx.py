"""What the reader of .xlsx files does not tell: error values, formulas saved without a result, shapes of numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree as ET

from muster.core.sentences.language import gettext_noop
from muster.core.workbook.archive import Archive, damaged, refuse_span
from muster.core.workbook.details import Details
from muster.core.workbook.formats import Shape, shape_of

_CELL = re.compile(rb"<(?:\w{1,20}:)?c\s([^<>]*?)(/?)>(?:\s*<(?:\w{1,20}:)?(f)\b)?")
_REF = re.compile(rb"<(?:\w{1,20}:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"'][^<>]*[^<>/]>")
_ROW = re.compile(rb"<(?:\w{1,20}:)?row\b[^<>]*?\br\s*=\s*[\"'](\d{1,7})[\"']")
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")
_NOWHERE = re.compile(rb"(?<![\w:.-])r\s*=\s*[\"'](?:[A-Za-z]{4}|[A-Za-z]{0,3}\d{8})")  # outside any sheet
_MAY_BE_NOWHERE = [re.compile(rb"r=" + quote + rb"(?:[A-Za-z]{4}|[A-Za-z]{0,3}\d{8})") for quote in (rb'"', rb"'")]
_SPACED = [each for space in (b" ", b"\t", b"\n", b"\r") for each in (space + b"=", b"=" + space)]
_STYLE = re.compile(rb"\bs=[\"'](\d{1,6})[\"']")
_TYPE = re.compile(rb"\bt=[\"'](\w{1,20})[\"']")
_VALUE = re.compile(rb"<(?:\w{1,20}:)?v(?:\s[^<>]*)?>([^<]*)</")
_COUNT = re.compile(rb"\bunique[Cc]ount\s*=\s*[\"']\s*\+?(\d{1,30})")
_CELL_END = re.compile(rb"</(?:\w{1,20}:)?c>")


def refuse(archive: Archive) -> None:
    """Raise BadFile for a workbook that is damaged, or whose table of texts claims more texts than it has room for.

    The reader makes room for as many as it claims.
    """
    archive.check()
    for name in archive.names:
        if name.casefold().replace("\\", "/").endswith("sharedstrings.xml"):
            begin = next(archive.chunks(name), b"")
            if any(int(count) > archive.size_of(name) for count in _COUNT.findall(begin)):
                raise damaged(gettext_noop("a table claims more texts than it has"))


def details(archive: Archive, sheet: str) -> Details:
    """Return the details of a sheet. Raises BadFile where it spans too many cells to be read."""
    found = Details()
    part = _part_of(archive, sheet)
    if part is None:
        return found
    shapes = _shapes(archive)
    signs = _signs(shapes)
    rows, columns = 0, set[bytes]()
    for chunk in archive.chunks(part):
        if _is_outside(chunk):
            raise damaged(gettext_noop("a cell is outside the sheet"))
        letters, numbers = zip(*refs, strict=True) if (refs := _REF.findall(chunk)) else ((), ())
        rows = max(rows, max(map(int, set(numbers)), default=0))
        columns.update(letters)
        if not refs and b"<c" in chunk:
            rows = max(rows, max(map(int, _ROW.findall(chunk)), default=0))
        if any(sign.search(chunk) for sign, _ in signs):
            _look(chunk, [cell for _, cell in signs], shapes, found)
    refuse_span(rows, max(map(_column, columns), default=0) + 1)
    return found


def _is_outside(chunk: bytes) -> bool:
    """Whether a cell names a place outside any sheet. Most chunks are told by what is quick to find."""
    quick = any(sign.search(chunk) for sign in _MAY_BE_NOWHERE) or any(each in chunk for each in _SPACED)
    return quick and _NOWHERE.search(chunk) is not None


def _signs(shapes: Mapping[int, Shape]) -> list[tuple[re.Pattern[bytes], re.Pattern[bytes]]]:
    """Return what is quick to find of each kind of cell that needs a look, and the cell itself."""
    cell = rb"<(?:\w{1,20}:)?c\s[^<>]*?"
    signs = [(rb"<(?:\w{1,20}:)?f\b", cell + rb">\s*<(?:\w{1,20}:)?f\b")]
    attributes = [rb"t=[\"']e[\"']"]
    if shapes:
        attributes.append(rb"s=[\"'](?:" + b"|".join(str(each).encode() for each in shapes) + rb")[\"']")
    signs += [(each, cell + rb"\b" + each) for each in attributes]
    return [(re.compile(sign), re.compile(whole)) for sign, whole in signs]


def _look(chunk: bytes, cells: Sequence[re.Pattern[bytes]], shapes: Mapping[int, Shape], found: Details) -> None:
    """Look at the cells that one of the expressions finds."""
    for start in sorted({each.start() for cell in cells for each in cell.finditer(chunk)}):
        cell = _CELL.match(chunk, start)
        if cell:
            _look_at(chunk, cell, shapes, found)


def _look_at(chunk: bytes, cell: re.Match[bytes], shapes: Mapping[int, Shape], found: Details) -> None:
    attributes, is_empty, formula = cell.groups()
    style, kind, place = _STYLE.search(attributes), _TYPE.search(attributes), _PLACE.search(attributes)
    shape = shapes.get(int(style[1])) if style else None
    is_error = kind is not None and kind[1] == b"e"
    if is_empty or not place:
        return
    where = (int(place[2]) - 1, _column(place[1]))
    end = _CELL_END.search(chunk, cell.end())
    value = _VALUE.search(chunk, cell.start(), end.start()) if end else None
    text = value[1].strip() if value else b""
    if shape:
        found.shapes[where] = shape
    if is_error and text:
        found.texts[where] = text.decode("utf-8", "replace").replace("&amp;", "&")
    elif end and formula and not text and (kind is None or kind[1] != b"str"):
        found.uncalculated.add(where)


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - 64
    return column - 1


def _shapes(archive: Archive) -> dict[int, Shape]:
    """Return the shapes that cells of a style show numbers in, by the number of the style."""
    formats: dict[str, str] = {}
    styles: list[str] = []
    inside = False
    for event, name, attributes in _elements(archive.whole("xl/styles.xml")):
        if name == "cellXfs":
            inside = event == "start"
        elif event == "start" and name == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif event == "start" and name == "xf" and inside:
            styles.append(attributes.get("numFmtId", ""))
    shapes = ((place, shape_of(formats.get(each, ""))) for place, each in enumerate(styles))
    return {place: shape for place, shape in shapes if shape}


def _part_of(archive: Archive, sheet: str) -> str | None:
    """Return the name of the part that holds a sheet."""
    ids = [
        next((value for key, value in attributes.items() if key.endswith("}id")), "")
        for event, name, attributes in _elements(archive.whole("xl/workbook.xml"))
        if event == "start" and name == "sheet" and attributes.get("name") == sheet
    ]
    targets = {
        attributes.get("Id", ""): attributes.get("Target", "")
        for event, name, attributes in _elements(archive.whole("xl/_rels/workbook.xml.rels"))
        if event == "start" and name == "Relationship"
    }
    target = targets.get(ids[0], "") if ids else ""
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"
    return part if part in archive.names else None


def _elements(part: bytes) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the beginnings and ends of the elements of a small part, by their local names."""
    if not part:
        return
    try:
        for event, element in ET.iterparse(io.BytesIO(part), ("start", "end")):  # noqa: S314  no entities: see Archive
            yield event, element.tag.rpartition("}")[2], element.attrib
    except ET.ParseError as error:
        raise damaged(str(error)) from error

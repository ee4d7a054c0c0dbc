"""What the reader of .ods files does not tell: errors, formulas saved without a result, zeros in front, tabs."""

from __future__ import annotations

import re
from html import unescape

from muster.core.workbook.archive import Archive, refuse_span
from muster.core.workbook.details import Details, Place

_TAG = re.compile(
    rb"<table:table\s([^<>]*)>|<table:table-row\b([^<>]*)>|<table:(?:covered-)?table-cell\b([^<>]*?)(/?)>"
    rb"|<text:p\b[^<>/]*>([^<]*)|(</table:table>)|(<text:(?:tab|line-break)\b)"
)
_NAME = re.compile(rb'\btable:name="([^"]*)"')
_ROWS = re.compile(rb"\btable:number-rows-repeated\s*=\s*[\"']\s*\+?(\d{1,9})")
_COLUMNS = re.compile(rb"\btable:number-columns-repeated\s*=\s*[\"']\s*\+?(\d{1,9})")
_NUMBER = re.compile(rb'\boffice:value="(\d{1,15})"')
_TRUTH = re.compile(rb'\btable:formula="of:=(TRUE|FALSE)\(\)"')  # as LibreOffice keeps yes and no of other workbooks
_SHAPED = re.compile(r"(?=[+(]*\d)[-+() /\d]{2,40}", re.ASCII)
_SPACES = re.compile(rb'<text:s\b(?: text:c="(\d{1,3})")?[^<>]*>')
_ANY_TAG = re.compile(rb"<[^<>]*>")
_MOST_REPEATED = 1_000  # places of a repeated cell that its details are kept for


class _Walk:
    """Where in the sheet the walk over its tags is, and what it has found."""

    def __init__(self, sheet: str) -> None:
        self.sheet, self.inside, self.found = sheet, False, Details()
        self.row, self.after, self.column = 0, 0, 0
        self.rows, self.columns = 0, 0
        self.cell: tuple[int, int, bytes] | None = None  # its column, how often it is repeated, its attributes
        self.last, self.start = (0, 0, b""), 0  # the cell begun last, and where its content begins
        self.marked: tuple[list[Place], int] | None = None  # a cell with tabs or line breaks, and where its text begins

    def take(self, tag: re.Match[bytes]) -> None:
        """Go on by one tag."""
        table, row, cell, _, text, _, mark = tag.groups()
        if self.marked and mark is None and text is None:
            places, start = self.marked
            self.found.texts.update(dict.fromkeys(places, _text(tag.string[start : tag.start()])))
            self.marked = None
        if table is not None:
            name = _NAME.search(table)
            self.inside = name is not None and unescape(name[1].decode("utf-8", "replace")) == self.sheet
        elif not self.inside:
            return
        elif row is not None:
            self.row, self.column, self.cell = self.after, 0, None
            self.after += _times(_ROWS, row)
        elif cell is not None:
            self._begin(cell)
            self.start = tag.end()
        elif text is not None and self.cell:
            self._end(unescape(text.decode("utf-8", "replace")))
        elif mark is not None and not self.marked and b'office:value-type="string"' in self.last[2]:
            self.marked = (_places(self.row, self.last[0], self.last[1]), self.start)

    def _begin(self, attributes: bytes) -> None:
        times = _times(_COLUMNS, attributes)
        self.cell = self.last = (self.column, times, attributes)
        self.column += times
        if b"office:value" in attributes or b"formula=" in attributes:
            self._reach()
            if b"formula=" in attributes and b"office:value-type=" not in attributes:
                self.found.uncalculated.add((self.row, self.cell[0]))

    def _reach(self) -> None:
        self.rows, self.columns = max(self.rows, self.after), max(self.columns, self.column)
        refuse_span(self.rows, self.columns)

    def _end(self, text: str) -> None:
        assert self.cell
        column, times, attributes = self.cell
        self._reach()
        number, truth = _NUMBER.search(attributes), _TRUTH.search(attributes)
        if truth:
            text = truth[1].decode().lower()
        if truth or b'calcext:value-type="error"' in attributes or (number and _is_shaped(text, int(number[1]))):
            self.found.texts.update(dict.fromkeys(_places(self.row, column, times), text))
        self.cell = None


def details(archive: Archive, sheet: str) -> Details:
    """Return the details of a sheet. Raises BadFile where it spans too many cells to be read."""
    walk, seen = _Walk(sheet), 0
    whole = archive.whole("content.xml")
    for tag in _TAG.finditer(whole, seen):
        walk.take(tag)
    return walk.found


def _is_shaped(text: str, number: int) -> bool:
    """Whether a whole number is shown as an id or telephone number: 00123, +441753495000, (716) 555-0101."""
    if text.replace(" ", "") == str(number) or not _SHAPED.fullmatch(text):
        return False
    return int("".join(char for char in text if char.isdigit())) == number


def _places(row: int, column: int, times: int) -> list[Place]:
    return [(row, column + each) for each in range(min(times, _MOST_REPEATED))]


def _text(content: bytes) -> str:
    """Return the text of a cell from what its tags hold, without comments on it: a paragraph is a line."""
    first, *noted = content.split(b"<office:annotation")
    content = first + b"".join(each.partition(b"</office:annotation>")[2] for each in noted)
    content = _SPACES.sub(lambda found: b" " * int(found[1] or 1), content)
    content = content.replace(b"<text:tab/>", b"\t").replace(b"<text:line-break/>", b"\n")
    lines = content.split(b"</text:p>")[:-1]
    return unescape("\n".join(_ANY_TAG.sub(b"", line).decode("utf-8", "replace") for line in lines))


def _times(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return max(int(found[1]), 1) if found else 1

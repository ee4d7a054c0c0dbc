"""What the reader of .ods files does not tell: error values, formulas saved without a result, zeros in front."""

from __future__ import annotations

import re
from html import unescape

from muster.core.workbook.archive import Archive, refuse_span
from muster.core.workbook.details import Details

_TAG = re.compile(
    rb"<table:table\s([^<>]*)>|<table:table-row\b([^<>]*)>|<table:(?:covered-)?table-cell\b([^<>]*?)(/?)>"
    rb"|<text:p\b[^<>/]*>([^<]*)|(</table:table>)"
)
_NAME = re.compile(rb'\btable:name="([^"]*)"')
_ROWS = re.compile(rb'\btable:number-rows-repeated="(\d{1,9})"')
_COLUMNS = re.compile(rb'\btable:number-columns-repeated="(\d{1,9})"')
_NUMBER = re.compile(rb'\boffice:value="(\d{1,15})"')
_MOST_REPEATED = 1_000  # places of a repeated cell that its details are kept for


class _Walk:
    """Where in the sheet the walk over its tags is, and what it has found."""

    def __init__(self, sheet: str) -> None:
        self.sheet, self.inside, self.found = sheet, False, Details()
        self.row, self.after, self.column = 0, 0, 0
        self.rows, self.columns = 0, 0
        self.cell: tuple[int, int, bytes] | None = None  # its column, how often it is repeated, its attributes

    def take(self, tag: re.Match[bytes]) -> None:
        """Go on by one tag."""
        table, row, cell, _, text, _ = tag.groups()
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
        elif text is not None and self.cell:
            self._end(unescape(text.decode("utf-8", "replace")))

    def _begin(self, attributes: bytes) -> None:
        times = _times(_COLUMNS, attributes)
        self.cell = (self.column, times, attributes)
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
        number = _NUMBER.search(attributes)
        places = [(self.row, column + each) for each in range(min(times, _MOST_REPEATED))]
        if b'calcext:value-type="error"' in attributes:
            self.found.errors.update(dict.fromkeys(places, text))
        elif number and text.isdigit() and text.startswith("0") and int(text) == int(number[1]):
            self.found.shapes.update(dict.fromkeys(places, ("0",) * len(text)))
        self.cell = None


def details(archive: Archive, sheet: str) -> Details:
    """Return the details of a sheet. Raises BadFile where it spans too many cells to be read."""
    walk, seen = _Walk(sheet), 0
    whole = archive.whole("content.xml")
    for tag in _TAG.finditer(whole, seen):
        walk.take(tag)
    return walk.found


def _times(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return max(int(found[1]), 1) if found else 1

"""Quotes that are not as they should be: one that swallows rows, that is not closed, or that is not doubled.

Where Python's strict reader stops, the text is read here, cell by cell, and what is odd is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from muster.core.problems import BadFile, Problem

_LINE_END = re.compile(r"\r\n|\r|\n")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Record(NamedTuple):
    """One record: its cells, and the places of those whose quotes are odd."""

    cells: list[str]
    odd: tuple[int, ...] = ()


class Quoting(NamedTuple):
    """How quotes are read: `are_meant`: lines in quotes that look like rows are text; `backslash`: \\" is a quote."""

    delimiter: str
    are_meant: bool = False
    backslash: bool = False


def refuse_swallowed(cells: list[str], row: int, width: int, quoting: Quoting) -> None:
    """Raise BadFile where a cell spans lines that would be rows of their own: as many delimiters as the header."""
    if quoting.are_meant or width < 3:
        return
    for place, cell in enumerate(cells):
        if "\n" in cell or "\r" in cell:
            counts = [line.count(quoting.delimiter) for line in _LINE_END.split(cell)]
            if width - 1 in counts[1:] or _joins_two_rows(counts, place, width):
                raise _swallowed(cell, row)


def _joins_two_rows(counts: list[int], place: int, width: int) -> bool:
    """Whether the first line, with the cells before it, and the last, with those behind it, are each a whole row."""
    return place + counts[0] == width - 1 and counts[-1] == place


def _swallowed(cell: str, row: int) -> BadFile:
    lines = len(_LINE_END.findall(cell))
    value = _LINE_END.split(cell, maxsplit=1)[0][:80]
    return BadFile(Problem("file-open-quote", row, value=value, facts={"closes": row + lines, "lines": lines}))


def records(text: str, quoting: Quoting) -> Iterator[Record]:
    """Yield the records of a text whose quotes are odd somewhere. Raises BadFile for a quote that swallows rows."""
    patterns = _patterns(quoting)
    place, row, width = 0, 1, 0
    while place < len(text):
        cells: list[str] = []
        odd: list[int] = []
        while True:
            cell, end, is_odd = _cell(text, place, row, quoting, patterns)
            cells.append(cell)
            if is_odd:
                odd.append(len(cells) - 1)
            place = end
            if text[place : place + 1] != quoting.delimiter:
                break
            place += 1
        found = _LINE_END.match(text, place)
        place = found.end() if found else place
        cells = [] if cells == [""] else cells
        width = width or len(cells)
        if any("\n" in cell or "\r" in cell for cell in cells):
            refuse_swallowed(cells, row, width, quoting)
        yield Record(cells, tuple(odd))
        row += 1


class _Patterns(NamedTuple):
    opened: re.Pattern[str]  # spaces, a quote, and what it encloses
    plain: re.Pattern[str]  # up to the next delimiter or the end of the line


def _patterns(quoting: Quoting) -> _Patterns:
    inside = r'[^"\\]*+(?:(?:""|\\.)[^"\\]*+)*+' if quoting.backslash else r'[^"]*+(?:""[^"]*+)*+'
    plain = rf"[^{re.escape(quoting.delimiter)}\r\n]*+"
    return _Patterns(re.compile(rf' *+"({inside})', re.DOTALL), re.compile(plain))


def _cell(text: str, place: int, row: int, quoting: Quoting, patterns: _Patterns) -> tuple[str, int, bool]:
    """Return the cell that begins here, where it ends, and whether its quotes are odd."""
    plain = patterns.plain.match(text, place)
    assert plain  # it matches nothing, too
    opened = patterns.opened.match(text, place)
    if not opened:
        return plain[0].lstrip(" "), plain.end(), False
    inner, end = opened[1], opened.end()
    if end >= len(text):
        raise BadFile(Problem("file-open-quote", row, value=_LINE_END.split(inner, maxsplit=1)[0][:80]))
    after = text[end + 1 : end + 2]
    if after in ("", quoting.delimiter, "\r", "\n"):
        return _unescaped(inner, quoting), end + 1, False
    if not _LINE_END.search(inner):
        return plain[0].strip(" "), plain.end(), True
    if not quoting.are_meant:
        raise _swallowed(inner, row)
    rest = patterns.plain.match(text, end + 1)
    assert rest
    return _unescaped(inner, quoting) + rest[0], rest.end(), False


def _unescaped(inner: str, quoting: Quoting) -> str:
    plain = inner.replace('""', '"')
    return _ESCAPED.sub(r"\1", plain) if quoting.backslash else plain

"""Texts that a spreadsheet would run as a formula, guarded by an apostrophe in every download and read back without."""

from __future__ import annotations

import re

from muster.core.cells.dress import EDGES

_EDGE = re.escape(EDGES)
_RUN = "=@+\\-\uff1d\uff20\uff0b\uff0d"  # as typed in the West, and as full-width letters
_BEGINNING = rf"(?:[\t\r\n\ufeff]|[{_EDGE}]*+[{_RUN}])"
_FORMULA = re.compile(rf"'*+{_BEGINNING}")
_GUARDED = re.compile(rf"'++{_BEGINNING}")
_NUMBER_SHAPED = re.compile(r"[+-][\d\s().-]*+(?<=\d)", re.ASCII)
_FIRST = frozenset(f"'=@+-\uff1d\uff20\uff0b\uff0d{EDGES}")  # what the text of a formula can begin with


def export_safe(text: str) -> str:
    """Return text that a spreadsheet will show and not run: an apostrophe before what looks like a formula.

    `export_unsafe` takes away exactly that. Numbers are left alone: "=A1" becomes "'=A1"; "+44 20" and "-5" stay.
    White space and marks that cannot be seen do not hide a formula.
    """
    if text[:1] not in _FIRST or not _FORMULA.match(text):
        return text
    return text if _NUMBER_SHAPED.fullmatch(text.strip(EDGES)) else "'" + text


def export_unsafe(cell: str) -> str:
    """Take away the apostrophe that `export_safe` added."""
    return cell[1:] if _GUARDED.match(cell) else cell

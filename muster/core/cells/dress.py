"""What a spreadsheet puts on a value, taken off: an apostrophe, ="…", a trailing .0, characters that cannot be seen."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What is trimmed at the ends of a cell: white space, no-break and zero-width characters, bidi marks.
EDGES = "".join(chr(i) for i in range(0x3001) if chr(i).isspace()) + (
    "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_UNSEEN = dict.fromkeys(map(ord, "\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"))
_FLOAT = re.compile(r"([+-]?\d+)\.0+", re.ASCII)
_is_plain = re.compile(r"[\w/-]+", re.ASCII).fullmatch
_ENDS_AS_FLOAT = re.compile(r"\.0+\n")


def undressed(cell: str) -> str:
    """Return an id, number, Staff ID, yes/no or date without its dress: '00124, ="00123" and 100123.0 are plain."""
    if cell.isalnum() or _is_plain(cell):  # as most are
        return cell
    text = cell.strip(EDGES)
    if not text.isprintable():
        text = text.translate(_UNSEEN)
    text = text.lstrip("'")
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        text = text[2:-1].replace('""', '"').strip(EDGES).lstrip("'")
    found = _FLOAT.fullmatch(text) if text.endswith("0") else None
    return found[1] if found else text


def is_dressed(cells: Sequence[str]) -> bool:
    """Whether any of the cells, which are printable and trimmed, may have something to take off."""
    lines = "\n" + "\n".join(cells) + "\n"
    return "\n'" in lines or "\n=" in lines or (".0" in lines and _ENDS_AS_FLOAT.search(lines) is not None)

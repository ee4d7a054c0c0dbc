"""A whole number as a query, a form or JSON says it: digits, and not more than a number of a database takes."""

from __future__ import annotations

from typing import Any

MOST = 2**63 - 1
_DIGITS = len(str(MOST))  # more of them are never looked at: to read very many takes very long


def whole(said: Any, most: int = MOST) -> int | None:
    """Return a whole number from 0 on; None when it is none, or is more than `most`."""
    if isinstance(said, str) and said.isascii() and said.isdecimal() and len(said) <= _DIGITS:
        said = int(said)
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= most else None

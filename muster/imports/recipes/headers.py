"""By what a file is known again: its headers, in whatever order they come, and how it was read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from muster.core.table.header import placed

READING = ("encoding", "delimiter", "header_row", "sheet", "quoted_rows", "backslashes", "mend_letters")


def raw(header: Sequence[str]) -> list[str]:
    """Return headers as the file has them: without the letter of a column that was chosen against."""
    ends = [placed("", place) for place in range(len(header))]
    return [name.removesuffix(end) for name, end in zip(header, ends, strict=True)]


def key_of(header: Sequence[str]) -> str:
    """Return the same for the same headers in another order."""
    return hashlib.sha256(json.dumps(sorted(raw(header))).encode()).hexdigest()


def reading_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a recipe's file was read."""
    return {name: options.get(name) for name in READING}

"""The guide *Resolving import errors* as its page shows it: every code of the catalogue, by level."""

from __future__ import annotations

from typing import Any, NamedTuple

from muster.core.errors import LEVELS, REGISTRY, ErrorCode, plain, title
from muster.core.sentences.language import gettext as _
from muster.core.sentences.words import shortened

LONGEST_LINE = 100
_FILE = ("file:", "file as Windows-1252:")


class Entry(NamedTuple):
    """One code, in words without placeholders. Examples are lines."""

    code: str
    title: str
    message: str
    cause: str
    fix: str
    bad: str
    good: str


def guide_page() -> list[dict[str, Any]]:
    """Return the levels with their entries."""
    return [
        {
            "level": level,
            "heading": _(heading),
            "entries": [_entry(each) for each in REGISTRY.values() if each.level == level],
        }
        for level, heading in LEVELS.items()
    ]


def _entry(each: ErrorCode) -> Entry:
    return Entry(
        each.code,
        title(each.code, _("A cell")),
        plain(each.message),
        plain(each.cause),
        plain(each.fix),
        _example(each.bad),
        _example(each.good),
    )


def _example(text: str) -> str:
    """Return an example as people read it: without our marks, and with what cannot be seen written out."""
    for mark in _FILE:
        text = text.split(mark, 1)[1] if mark in text else text
    lines = [shortened(line, LONGEST_LINE) for line in text.replace("\x07", "\\a").rstrip("\n").split("\n")]
    return "\n".join(lines) or _("(nothing)")

"""What separates the cells: the delimiter that gives the most known headers, or the one that the file names."""

from __future__ import annotations

import csv
import io
import itertools
import re

from muster.core.cells.dress import EDGES
from muster.core.fields import Options, Schema
from muster.core.sentences.language import gettext_noop

DELIMITERS = {
    "\t": gettext_noop("tab"),
    ",": gettext_noop("comma"),
    ";": gettext_noop("semicolon"),
    "|": gettext_noop("pipe"),
}
_HEADER_WITHIN = 1 << 18  # characters
_SEP_LINE = re.compile(
    r'[ \t]*+(?:"[ \t]*+)?sep[ ]*+=[ ]*+(\t|\\t|tab\b|[,;|])[ ]*+"?[,;|\t ]*+(?:\r\n|\r|\n|\Z)', re.IGNORECASE
)

Score = tuple[int, int, int]


def split_off_sep(text: str) -> tuple[str, str | None]:
    """Honour and drop a first line such as `sep=;`, which spreadsheets neither show nor count."""
    found = _SEP_LINE.match(text[:80])
    if not found:
        return text, None
    said = found[1].casefold()
    return text[found.end() :], "\t" if said in ("\\t", "tab") else said


def find_delimiter(text: str, schema: Schema, options: Options, said: str | None = None) -> str:
    """Choose the delimiter that gives the most known headers; then the most near ones; then the most cells.

    What the file says of itself (`sep=;`) counts, unless only another one gives known headers.
    """
    start = text[:_HEADER_WITHIN]
    scores = {each: _score(start, each, schema, options) for each in (",", "\t", ";", "|")}
    best = max(scores, key=lambda each: scores[each])
    return said if said and (scores[said][0] or not scores[best][0]) else best


def _score(start: str, delimiter: str, schema: Schema, options: Options) -> Score:
    records = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, skipinitialspace=True)
    later = itertools.islice(records, (options.header_row or 1) - 1, None)
    names = next((names for cells in later if any(names := [cell.strip(EDGES) for cell in cells])), [])
    near = {_squeezed(name) for name in schema.by_header}
    known = sum(name in schema.by_header or name in options.columns for name in names)
    return known, sum(_squeezed(name) in near for name in names), len(names)


def _squeezed(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()

"""Reading cells, a column at a time: text, yes/no, choice, date, number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from muster.core.cells import dates
from muster.core.cells.dress import EDGES, is_dressed, undressed
from muster.core.cells.formulas import export_unsafe
from muster.core.cells.garbled import is_garbled, may_be_garbled
from muster.core.fields import YES, Field, Kind
from muster.core.known import UNREAD, Missing


class Report(Protocol):
    """Takes a problem or note of one cell: its place in the column, the code, and the facts of the message."""

    def __call__(self, index: int, code: str, facts: Mapping[str, Any] | None = None, /) -> None: ...


_PIECE, _LONGEST_PIECE = 250, 500
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)
_NOT_PLAIN = ("\n ", " \n", "\n'", "#", "Err:")  # space at an end, an apostrophe that guards, an error
_SPREADSHEET_ERROR = re.compile(
    r"#[¡¿]?[^\W_](?:[^\W_]|[ /_]){0,20}[!?]|#(?:N/?A|N/?D|NV|GETTING_DATA)|#{3,255}|Err:\d{3}", re.IGNORECASE
)
_SHORTENED = re.compile(r"[+-]?\d+(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE | re.ASCII)
_SHORTENED_ONE = re.compile(rf"\n{_SHORTENED.pattern}\n", re.IGNORECASE | re.ASCII)

# What people and programs write where they have nothing.
_NOTHING = """
    - -- --- \u2013 \u2014 . .. n/a na n.a. n/d none nil null nan <null> (null) [null] \\n undefined unknown missing
    tbd tbc tba (blank) blank"""
NOTHING = frozenset(_NOTHING.split())


def _read_texts(field: Field, cells: Sequence[str], report: Report, _: str | None) -> list[Any]:
    if _are_plain(cells, field.max_length):
        return [cell or None for cell in cells]
    several_lines = field.key.startswith("custom.")
    read = {cell: _read_text(cell, field.max_length, several_lines=several_lines) for cell in set(cells)}
    values = [read[cell] for cell in cells]
    for index, (_value, code) in enumerate(values):
        if code:
            report(index, code, {"limit": field.max_length, "length": len(cells[index].strip(EDGES))})
    return [value for value, _code in values]


def _are_plain(cells: Sequence[str], limit: int) -> bool:
    """Whether a whole column is short printable text with nothing to take away or to doubt: no cell needs a look."""
    lines = "\n" + "\n".join(cells) + "\n"
    return (
        _are_printable(lines, len(cells))
        and not any(mark in lines for mark in _NOT_PLAIN)
        and (lines.isascii() or _are_composed(lines))
        and max(map(len, cells), default=0) <= limit
    )


def _are_printable(lines: str, count: int) -> bool:
    """Whether so many cells are a line each. Of white space and what is invisible, only the space is printable."""
    return lines.count("\n") == count + 1 and lines.replace("\n", "").isprintable()


def _are_composed(lines: str) -> bool:
    """Whether letters and their accents are one character, and none looks like a wrong encoding."""
    return unicodedata.is_normalized("NFC", lines) and not may_be_garbled(lines)


def is_spreadsheet_error(text: str) -> bool:
    """Whether this is what a spreadsheet shows instead of a value: #N/A, #SPILL!, Err:502, #####."""
    return text[:1] in "#Ee" and _SPREADSHEET_ERROR.fullmatch(text) is not None


def _read_staff(field: Field, cells: Sequence[str], report: Report, order: str | None) -> list[Any]:
    """Read Staff IDs, which are texts, without the dress of spreadsheets."""
    if is_dressed(cells) or not "".join(cells).isprintable():
        cells = [undressed(cell) for cell in cells]
    return _read_texts(field, cells, report, order)


def _read_ids(field: Field, cells: Sequence[str], report: Report, _: str | None) -> list[Any]:
    """Read ids, which are texts: 00123 and 123 are two. What a spreadsheet has shortened, or N/A, is none."""
    if _are_plain(cells, field.max_length) and not is_dressed(cells) and not _are_odd_ids(cells):
        return [cell or None for cell in cells]
    read = {cell: _read_id(cell, field.max_length) for cell in set(cells)}
    values = [read[cell] for cell in cells]
    for index, (value, code) in enumerate(values):
        if code:
            facts = {"limit": field.max_length, "length": len(cells[index].strip(EDGES))}
            report(index, code, facts if value is UNREAD else {**facts, "id": value})
    return [value for value, _code in values]


def _are_odd_ids(cells: Sequence[str]) -> bool:
    whole = "\n" + "\n".join(cells).casefold() + "\n"
    return ("e" in whole and _SHORTENED_ONE.search(whole) is not None) or not _NO_IDS.isdisjoint(whole.split("\n"))


_NO_IDS = NOTHING | {"0"}


def _read_id(cell: str, limit: int) -> tuple[str | Missing | None, str | None]:
    text = undressed(cell)
    value, code = _read_text(text, limit, several_lines=False)
    if _SHORTENED.fullmatch(text):
        return UNREAD, "id-shortened"
    if text.casefold() in NOTHING or is_spreadsheet_error(text):
        return UNREAD, "id-placeholder"
    if code or value is None:
        return value, code
    if text == "0":
        return value, "id-zero"
    return value, "id-cleaned" if text != export_unsafe(cell.strip(EDGES)).strip(EDGES) else None


def _read_text(cell: str, limit: int, *, several_lines: bool) -> tuple[str | Missing | None, str | None]:
    value = _clean(cell, several_lines=several_lines)
    code = "value-too-long" if len(value) > limit else _doubt(value, several_lines=several_lines)
    return UNREAD if code in ("value-too-long", "value-control-character") else value or None, code


def _clean(cell: str, *, several_lines: bool) -> str:
    value = _composed(export_unsafe(cell.strip(EDGES)).strip(EDGES))
    return value.replace("\r\n", "\n").replace("\r", "\n") if several_lines else value


def _composed(text: str) -> str:
    """Return the text in NFC. A long one is composed by pieces: the time it takes is the square of a run of marks."""
    pieces, start = [], 0
    while len(text) - start > _LONGEST_PIECE:
        ends = range(start + _PIECE, start + _LONGEST_PIECE)
        end = next((place for place in ends if _stands_alone(text[place])), ends.stop)
        pieces.append(unicodedata.normalize("NFC", text[start:end]))
        start = end
    return "".join([*pieces, unicodedata.normalize("NFC", text[start:])])


def _stands_alone(char: str) -> bool:
    """Whether a character is never composed with the one before it: it is no mark, and no part of a Korean syllable."""
    return char.isascii() or not (unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff")


def _doubt(value: str, *, several_lines: bool) -> str | None:
    allowed = "\n\t" if several_lines else ""
    if not value.isprintable() and any(unicodedata.category(char) == "Cc" and char not in allowed for char in value):
        return "value-control-character"
    if not value.isascii() and is_garbled(value):
        return "text-garbled"
    return "text-spreadsheet-error" if is_spreadsheet_error(value) else None


def _each(
    read: Callable[[Field, str], Any],
    code: str,
    facts: Callable[[Field], Mapping[str, Any]] | None = None,
    plain: Callable[[str], str] = undressed,
) -> Reader:
    """Make a column reader from a cell reader; equal cells are read once. `read` returns UNREAD to raise `code`."""

    def reader(field: Field, cells: Sequence[str], report: Report, _: str | None) -> list[Any]:
        known = {cell: read(field, text) if (text := plain(cell)) else None for cell in set(cells)}
        if UNREAD in known.values():
            for index, cell in enumerate(cells):
                if known[cell] is UNREAD:
                    report(index, code, facts(field) if facts else None)
        return list(map(known.__getitem__, cells))

    return reader


def _trimmed(cell: str) -> str:
    return cell.strip(EDGES)


def _opt_out(field: Field, text: str) -> bool | Missing:
    word = text.casefold()
    return word in YES if word in field.words else UNREAD


def _yes_no(field: Field, text: str) -> str | Missing:
    word = text.casefold()
    return ("yes" if word in YES else "no") if word in field.words else UNREAD


def _choice(field: Field, text: str) -> str | Missing:
    choice = _composed(export_unsafe(text))
    if choice in field.choices:
        return choice
    return next((each for each in field.choices if each.casefold() == choice.casefold()), UNREAD)


def _number(_field: Field, text: str) -> str | Missing:
    if not _PLAIN_NUMBER.fullmatch(text):
        return UNREAD
    number = format(Decimal(text), "f")
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return "0" if number in ("-0", "") else number


def _read_dates(_field: Field, cells: Sequence[str], report: Report, order: str | None) -> list[Any]:
    known = {cell: dates.read(text, order) if (text := undressed(cell)) else None for cell in set(cells)}
    wrong = {cell: found for cell, found in known.items() if found and found.iso is None}
    for index, cell in enumerate(cells) if wrong else ():
        if found := wrong.get(cell):
            report(index, "value-not-a-date", {"readings": found.readings, "no_such_day": found.no_such_day})
    values = {cell: found and (found.iso or UNREAD) for cell, found in known.items()}
    return list(map(values.__getitem__, cells))


Reader = Callable[[Field, Sequence[str], Report, str | None], list[Any]]

READERS: Mapping[Kind, Reader] = {
    Kind.TEXT: _read_texts,
    Kind.ID: _read_ids,
    Kind.STAFF: _read_staff,
    Kind.OPT_OUT: _each(_opt_out, "yesno-unknown", lambda field: {"words": _by_length(field.words)}),
    Kind.YES_NO: _each(_yes_no, "yesno-unknown", lambda field: {"words": _by_length(field.words)}),
    Kind.CHOICE: _each(_choice, "value-not-a-choice", lambda field: {"choices": field.choices}, _trimmed),
    Kind.NUMBER: _each(_number, "value-not-a-number"),
    Kind.DATE: _read_dates,
}


def _by_length(words: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda word: (-len(word), word)))

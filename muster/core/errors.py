"""Problems and notes as data, the one exception of the core, and how a code becomes a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from muster.core.catalogue import REGISTRY, ErrorCode
from muster.core.cells import dates
from muster.core.fields import SYSTEM_FIELDS, Kind, answer_in_words
from muster.core.phones import spellings
from muster.core.phones.cells import show, two_ways
from muster.core.problems import Note, Problem
from muster.core.sentences.language import all_of, decimal, either, gettext, gettext_noop, gettext_of, listed, ngettext
from muster.core.sentences.words import shortened
from muster.core.table.encoding import ENCODINGS

__all__ = [
    "LEVELS",
    "REGISTRY",
    "ErrorCode",
    "fix",
    "guide",
    "kept_view",
    "message",
    "plain",
    "problem_view",
    "retold",
    "title",
]


LONGEST_SHOWN = 200  # characters of a cell in a sentence


def title(code: str, field: str | None = None) -> str:
    """Return the heading of a cause: "LastName is blank"."""
    return gettext(REGISTRY[code].title, field=field)


def message(found: Problem | Note) -> str:
    """Return what was seen, in a sentence or two."""
    special, facts = _special(found)
    return f"{special.message or gettext(REGISTRY[found.code].message, **facts)} {special.and_message}".rstrip()


def fix(found: Problem | Note) -> str:
    """Return what to do about it, in a sentence or two."""
    special, facts = _special(found)
    return f"{special.fix or gettext(REGISTRY[found.code].fix, **facts)} {special.and_fix}".rstrip()


def problem_view(found: Problem | Note) -> dict[str, Any]:
    """Return a problem or note as the API shows it."""
    shown = {"code": found.code, "row": found.row, "field": found.field}
    if isinstance(found, Problem):
        return {**shown, "value": found.value, "message": message(found), "fix": fix(found)}
    return {**shown, "message": message(found)}


def kept_view(found: Problem | Note) -> dict[str, Any]:
    """Return what is kept of a problem or note: the facts, to be said in the language of whoever reads them."""
    kept = {"code": found.code, "row": found.row, "field": found.field, "facts": dict(found.facts or {})}
    return {**kept, "value": found.value} if isinstance(found, Problem) else kept


def retold(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was kept as the API shows it, in the language of whoever reads it now."""
    if "facts" not in kept:  # of an earlier release: in the words of then
        return dict(kept)
    code, row, field, facts = kept["code"], kept["row"], kept["field"], kept["facts"]
    if "value" in kept:
        return problem_view(Problem(code, row, field, kept["value"], facts))
    return problem_view(Note(code, row, field, facts))


def guide() -> str:
    """Return the guide *Resolving import errors*, as Markdown: one entry per code."""
    parts = ["# Resolving import errors", _INTRODUCTION]
    for level, heading in LEVELS.items():
        parts.append(f"## {heading}")
        parts += [_entry(each) for each in REGISTRY.values() if each.level == level]
    return "\n\n".join(parts) + "\n"


# An example of the catalogue that is one cell: "[infer] MobileNumber: 716-555-0101".
_ONE_CELL = re.compile(r"(?:\[[^\]]*\] ?)?(?!file:)[^:|\n]+:(?P<cell>[^|\n]*)")
_INTRODUCTION = (
    "One entry for each code that the preview, the result page, the mail and the API name. "
    "A row with a problem is left out and changes nothing; a note does not hold a row up."
)
LEVELS = {
    "file": gettext_noop("The file"),
    "header": gettext_noop("The header row"),
    "row": gettext_noop("Rows"),
    "cell": gettext_noop("Cells"),
    "phone": gettext_noop("Phone numbers"),
    "contact": gettext_noop("Contacts"),
    "note": gettext_noop("Notes: the row is imported"),
}


def _entry(each: ErrorCode) -> str:
    lines = [
        f"### {each.code}",
        plain(each.title) + ".",
        f"*We say:* {plain(each.message)}",
        f"*Cause:* {each.cause}",
    ]
    lines += [f"*Fix:* {plain(each.fix)}", f"Raises it:\n\n{_block(each.bad)}", f"Does not:\n\n{_block(each.good)}"]
    return "\n\n".join(lines)


def plain(english: str, field: str | None = None) -> str:
    """Show a text of the catalogue to people, without the facts of a row: {value} becomes …"""
    known = {"field": field} if field else {}
    return gettext_of(english).format_map(_Ellipsis(words=gettext("yes or no"), **known))


def example(code: str) -> tuple[str, str] | None:
    """Return a cell that has a problem and the cell put right, where one cell shows it."""
    cells = [_ONE_CELL.fullmatch(each) for each in (REGISTRY[code].bad, REGISTRY[code].good)]
    bad, good = (each and each["cell"].strip() for each in cells)
    return (bad or "", good or "") if all(cells) and bad != good else None


class _Ellipsis(dict[str, Any]):
    def __missing__(self, key: str) -> _Dots:
        return _Dots()


class _Dots:
    def __format__(self, spec: str) -> str:
        return "…"


def _block(example: str) -> str:
    shown = example.replace("\x07", "\\a") or "(nothing)"
    return "\n".join(f"    {shortened(line, 100)}" for line in shown.splitlines())


def _special(found: Problem | Note) -> tuple[_Said, dict[str, Any]]:
    """Return what the code says of these facts alone, and everything that a sentence of it may name."""
    facts = {"field": found.field, "row": found.row, "value": getattr(found, "value", None), **(found.facts or {})}
    if isinstance(facts["value"], str):
        facts["value"] = shortened(facts["value"], LONGEST_SHOWN)
    says = _SPECIAL.get(found.code)
    special = says(facts) if says else _NOTHING
    return special, facts | dict(special.facts or {})


# What a code says of these facts alone: on a count, on a reading there is, on what a cell says.
Facts = Mapping[str, Any]


class _Said(NamedTuple):
    """What a code says of these facts: sentences in place of the catalogue's or after them, and facts to fill them."""

    facts: Facts | None = None
    message: str = ""
    fix: str = ""
    and_message: str = ""
    and_fix: str = ""


_NOTHING = _Said()


def _no_plus(facts: Facts) -> _Said:
    home, value = facts.get("home", "US"), facts["value"] or ""
    suggestion, ways = spellings.suggested(value, home), two_ways(value, home)
    fix = gettext("Add + and the country code, for example {suggestion}.", suggestion=suggestion) if suggestion else ""
    if ways:
        message = gettext(
            "“{value}” has no + and can be read as {first} or as {second}: "
            "international numbers need + and the country code.",
            value=value,
            first=ways[0],
            second=ways[1],
        )
    else:
        message = gettext(
            "“{value}” has no + and is not a {home} number: international numbers need + and the country code.",
            value=value,
            home=home,
        )
    return _Said(message=message, fix=fix)


def _open_quote(facts: Facts) -> _Said:
    if not facts.get("closes"):
        return _NOTHING
    message = ngettext(
        "The quote mark opened on row {row} closes only on row {closes}, so a line that looks like a row would become "
        "part of one cell.",
        "The quote mark opened on row {row} closes only on row {closes}, so {count:,} lines that look like rows would "
        "become part of one cell.",
        facts["lines"],
        row=facts["row"],
        closes=facts["closes"],
    )
    return _Said(message=message, and_fix=gettext("If it is meant so, say it under How the file is read."))


def _taken(facts: Facts) -> _Said:
    if not facts.get("holder_row"):
        return _NOTHING
    return _Said(message=gettext("{number} already belongs to {holder} (row {holder_row}).", **facts))


def _no_date(facts: Facts) -> _Said:
    value, readings = facts["value"], [day_in_words(each) for each in facts.get("readings") or ()]
    if readings:
        *most, last = readings
        message = gettext(
            "“{value}” is not a date that can be read one way only: it is {first}, or {second}.",
            value=value,
            first=listed(most),
            second=last,
        )
        return _Said(message=message)
    if not facts.get("no_such_day"):
        return _NOTHING
    day = day_in_words(facts["no_such_day"])
    return _Said(message=gettext("“{value}” is not a date: there is no {day}.", value=value, day=day))


def day_in_words(iso: str) -> str:
    """Return a day in words, also one that does not exist: 3 April 2025."""
    year, month, day = (int(part) for part in iso.split("-"))
    return gettext("{day} {month} {year}", day=day, month=gettext_of(dates.MONTHS_IN_WORDS[month - 1]), year=year)


def _skipped(facts: Facts) -> _Said:
    above, rows, columns = facts.get("above", 0), facts["rows"], facts["columns"]
    said = (
        above
        and ngettext("{count:,} row above the header skipped.", "{count:,} rows above the header skipped.", above),
        rows and ngettext("{count:,} blank row skipped.", "{count:,} blank rows skipped.", rows),
        columns and ngettext("{count:,} blank column skipped.", "{count:,} blank columns skipped.", columns),
    )
    return _Said(message=" ".join(filter(None, said)))


def _bytes(count: int) -> str:
    return ngettext("{count:,} byte", "{count:,} bytes", count)


def _size(count: int) -> str:
    if count < 1_000_000:
        return _bytes(count)
    return gettext("{size} MB", size=decimal(count / 1_048_576))


def _too_big(facts: Facts) -> _Said:
    size, limit = facts["size"], facts["limit"]
    shown = _bytes(size) if _size(size) == _size(limit) else _size(size)
    return _Said({"size_text": shown, "limit_text": _size(limit)})


def _too_many_rows(facts: Facts) -> _Said:
    fix = ngettext(
        "Remove one row, or upload a file instead.", "Remove {count:,} rows, or upload a file instead.", facts["over"]
    )
    return _Said(fix=fix)


def _sheet(facts: Facts) -> _Said:
    if facts["sheets"] <= 1:
        return _NOTHING
    sheet, sheets = facts["sheet"], facts["sheets"]
    return _Said(message=gettext("Read from the sheet {sheet}, one of {sheets}.", sheet=sheet, sheets=sheets))


def _number(facts: Facts) -> _Said:
    if not facts.get("number"):
        return _NOTHING
    return _Said(message=gettext("{number} doesn't look like a number in use.", number=show(facts["number"])))


def _header_missing(facts: Facts) -> _Said:
    headers = _joined(either, "headers")(facts)
    if not facts.get("header_row"):
        return headers
    row = facts["header_row"]
    return headers._replace(and_fix=gettext("Row {row} looks like the header: delete the rows above it.", row=row))


def _header_unknown(facts: Facts) -> _Said:
    if not facts.get("near"):
        return _NOTHING
    return _Said(and_message=gettext("Did you mean {field}?", field=answer_in_words(facts["near"])))


def _opted_back_in(facts: Facts) -> _Said:
    if not facts.get("said"):
        return _NOTHING
    return _Said(message=gettext("This contact had opted out and is opted in again, because the cell says so."))


def _opt_out_kept(facts: Facts) -> _Said:
    if not facts.get("stopped"):
        return _NOTHING
    return _Said(message=gettext("This contact has a number that said STOP, and is opted out."))


def _blank(facts: Facts) -> _Said:
    if facts["field"] != "MobileNumber":
        return _NOTHING
    return _Said(and_fix=gettext("Or choose Infer Mobile Number to use the WhatsApp number."))


_OPT_OUTS = frozenset(each.name for each in SYSTEM_FIELDS if each.kind is Kind.OPT_OUT)


def _yes_or_no(facts: Facts) -> _Said:
    words = _joined(either, "words")(facts)
    if facts["field"] not in _OPT_OUTS:
        return words
    return words._replace(and_fix=gettext("In this column, yes means opted OUT."))


# What to do about a file that is no table, by what it is.
NOT_TEXT = {
    "an Apple Numbers or Pages document": gettext_noop(
        "In Numbers choose File, Export To, CSV or Excel, then upload that file."
    ),
    "a PDF": gettext_noop(
        "A PDF holds the look of a table, not its rows. Ask for the spreadsheet that it was made from, and upload that."
    ),
    "a picture": gettext_noop(
        "A picture holds no rows. Ask for the spreadsheet that it was taken from, and upload that."
    ),
    "a Word document": gettext_noop("Copy the table with its header row, and paste it under Copy & Paste."),
    "a word-processor document (RTF)": gettext_noop(
        "Copy the table with its header row, and paste it under Copy & Paste."
    ),
    "a web page (HTML)": gettext_noop("Open it in a spreadsheet, save it as a workbook, and upload that."),
    **dict.fromkeys(
        ("a zip file", "a compressed file (gzip)", "a compressed file (7z)", "a compressed file (rar)"),
        gettext_noop("Unpack it, and upload the file that is inside."),
    ),
}


def _not_text(facts: Facts) -> _Said:
    fix = NOT_TEXT.get(facts["kind"], "")
    return _Said({"kind": gettext_of(facts["kind"])}, fix=gettext_of(fix) if fix else "")


def _joined(join: Callable[[Iterable[object]], str], *names: str) -> Callable[[Facts], _Said]:
    """Return what joins lists among the facts. Texts stay: an earlier release kept them joined."""
    return lambda facts: _Said({name: join(facts[name]) for name in names if not isinstance(facts[name], str)})


def _in_words(name: str) -> Callable[[Facts], _Said]:
    """Return what says a fact in the language that is itself words: "a picture"."""
    return lambda facts: _Said({name: gettext_of(facts[name])})


_SPECIAL: Mapping[str, Callable[[Facts], _Said]] = {
    "file-too-big": _too_big,
    "file-too-many-rows": _too_many_rows,
    "file-not-text": _not_text,
    "yesno-unknown": _yes_or_no,
    "file-damaged": _in_words("reason"),
    "file-encoding": lambda facts: _Said({"encoding": ENCODINGS.get(facts["encoding"], facts["encoding"])}),
    "file-delimiter": _in_words("delimiter"),
    "rows-skipped": _skipped,
    "file-expands-too-much": _too_big,
    "file-sheet": _sheet,
    "sheet-missing": _joined(listed, "sheets"),
    "header-twice": _joined(all_of, "columns", "headers"),
    "value-not-a-choice": _joined(listed, "choices"),
    "phone-no-plus": _no_plus,
    "file-open-quote": _open_quote,
    "number-taken": _taken,
    "value-not-a-date": _no_date,
    "phone-not-assigned": _number,
    "header-missing": _header_missing,
    "header-unknown": _header_unknown,
    "opted-back-in": _opted_back_in,
    "opt-out-kept": _opt_out_kept,
    "number-respelt": lambda facts: _Said({"number": show(facts["number"])}),
    "value-blank": _blank,
}

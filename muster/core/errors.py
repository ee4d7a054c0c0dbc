"""Problems and notes as data, the one exception of the core, and how a code becomes a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from muster.core.catalogue import REGISTRY, ErrorCode
from muster.core.cells import dates
from muster.core.fields import answer_in_words
from muster.core.phones import spellings
from muster.core.phones.cells import show, two_ways
from muster.core.problems import Note, Problem

__all__ = [
    "LEVELS",
    "REGISTRY",
    "ErrorCode",
    "fix",
    "guide",
    "message",
    "plain",
    "problem_view",
    "shortened",
    "title",
]


LONGEST_SHOWN = 200  # characters of a cell in a sentence


def title(code: str, field: str | None = None) -> str:
    """Return the heading of a cause: "LastName is blank"."""
    return REGISTRY[code].title.format(field=field)


def message(found: Problem | Note) -> str:
    """Return what was seen, as a sentence."""
    return REGISTRY[found.code].message.format(**_words(found))


def fix(found: Problem | Note) -> str:
    """Return what to do about it, as a sentence."""
    return REGISTRY[found.code].fix.format(**_words(found))


def problem_view(found: Problem | Note) -> dict[str, Any]:
    """Return a problem or note as the API shows it."""
    shown = {"code": found.code, "row": found.row, "field": found.field}
    if isinstance(found, Problem):
        return {**shown, "value": found.value, "message": message(found), "fix": fix(found)}
    return {**shown, "message": message(found)}


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
    "file": "The file",
    "header": "The header row",
    "row": "Rows",
    "cell": "Cells",
    "phone": "Phone numbers",
    "contact": "Contacts",
    "note": "Notes: the row is imported",
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


def plain(template: str) -> str:
    """Show a template to people: {value} becomes …, hints that depend on the row go."""
    for hint in _HINTS:
        template = template.replace(hint, "")
    return template.format_map(_Ellipsis())


_HINTS = (
    *("{header_hint}", "{near_hint}", "{blank_hint}"),
    *("{suggestion_hint}", "{reading_hint}", "{date_hint}"),
    *(" {closing_hint}", "{meant_hint}", "{sheets_hint}"),
)


def example(code: str) -> tuple[str, str] | None:
    """Return a cell that has a problem and the cell put right, where one cell shows it."""
    cells = [_ONE_CELL.fullmatch(each) for each in (REGISTRY[code].bad, REGISTRY[code].good)]
    bad, good = (each and each["cell"].strip() for each in cells)
    return (bad or "", good or "") if all(cells) and bad != good else None


class _Ellipsis(dict[str, "_Dots"]):
    def __missing__(self, key: str) -> _Dots:
        return _Dots()


class _Dots:
    def __format__(self, spec: str) -> str:
        return "…"


def _block(example: str) -> str:
    shown = example.replace("\x07", "\\a") or "(nothing)"
    return "\n".join(f"    {shortened(line, 100)}" for line in shown.splitlines())


def shortened(text: str, most: int) -> str:
    """Return a text, or as much of the beginning of a long one as people need to know which it is."""
    return text if len(text) <= most else f"{text[:most]}…"


def _words(found: Problem | Note) -> dict[str, Any]:
    """Return everything a message may name: the value, the place, the facts, and what follows from them."""
    facts = dict(found.facts or {})
    words = {"field": found.field, "row": found.row, "value": getattr(found, "value", None), **facts}
    words["value"] = shortened(words["value"], LONGEST_SHOWN) if isinstance(words["value"], str) else words["value"]
    extra = _EXTRA.get(found.code)
    return words | extra(words) if extra else words


def _no_plus(words: Mapping[str, Any]) -> dict[str, str]:
    home = words.get("home", "US")
    value = words["value"] or ""
    suggestion, ways = spellings.suggested(value, home), two_ways(value, home)
    reading = f" and can be read as {ways[0]} or as {ways[1]}" if ways else f" and is not a {home} number"
    return {"suggestion_hint": f", for example {suggestion}" if suggestion else "", "reading_hint": reading}


def _open_quote(words: Mapping[str, Any]) -> dict[str, str]:
    if not words.get("closes"):
        return {"closing_hint": "is never closed, so the rest of the file can't be read", "meant_hint": ""}
    count = words["lines"]
    rows = "a line that looks like a row" if count == 1 else f"{count:,} lines that look like rows"
    return {
        "closing_hint": f"closes only on row {words['closes']}, so {rows} would become part of one cell",
        "meant_hint": " If it is meant so, say it under How the file is read.",
    }


def _no_date(words: Mapping[str, Any]) -> dict[str, str]:
    if words.get("readings"):
        ways = ", or ".join(map(dates.shown, words["readings"]))
        return {"date_hint": f" that can be read one way only: it is {ways}"}
    day = words.get("no_such_day")
    return {"date_hint": f": there is no {dates.shown(day)}" if day else ""}


def _skipped(words: Mapping[str, Any]) -> dict[str, str]:
    counts = [
        (words.get("above", 0), "row above the header", "rows above the header"),
        (words["rows"], "blank row", "blank rows"),
        (words["columns"], "blank column", "blank columns"),
    ]
    return {"skipped_text": " and ".join(f"{n:,} {one if n == 1 else many}" for n, one, many in counts if n)}


def _size(count: int) -> str:
    return f"{count:,} bytes" if count < 1_000_000 else f"{count / 1_048_576:.1f} MB".replace(".0 MB", " MB")


def _too_big(words: Mapping[str, Any]) -> dict[str, str]:
    size = f"{words['size']:,} bytes" if _size(words["size"]) == _size(words["limit"]) else _size(words["size"])
    return {"size_text": size, "limit_text": _size(words["limit"])}


_EXTRA: Mapping[str, Any] = {
    "file-too-big": _too_big,
    "file-too-many-rows": lambda words: {"over_text": "one row" if words["over"] == 1 else f"{words['over']:,} rows"},
    "rows-skipped": _skipped,
    "file-expands-too-much": _too_big,
    "file-sheet": lambda words: {"sheets_hint": f", one of {words['sheets']}" if words["sheets"] > 1 else ""},
    "phone-no-plus": _no_plus,
    "file-open-quote": _open_quote,
    "value-not-a-date": _no_date,
    "phone-not-assigned": lambda words: {
        "number_or_value": show(words["number"]) if words.get("number") else f"“{words['value']}”"
    },
    "header-missing": lambda words: {
        "header_hint": f" Row {words['header_row']} looks like the header: delete the rows above it."
        if words.get("header_row")
        else ""
    },
    "header-unknown": lambda words: {
        "near_hint": f" Did you mean {answer_in_words(words['near'])}?" if words.get("near") else ""
    },
    "opted-back-in": lambda words: {"says_text": "says so" if words.get("said") else "is blank"},
    "opt-out-kept": lambda words: {
        "kept_text": "has a number that said STOP, and is" if words.get("stopped") else "stays"
    },
    "number-respelt": lambda words: {"number": show(words["number"])},
    "value-blank": lambda words: {
        "blank_hint": " Or choose Infer Mobile Number to use the WhatsApp number."
        if words["field"] == "MobileNumber"
        else ""
    },
}

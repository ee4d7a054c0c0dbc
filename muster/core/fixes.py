"""Fixes for a whole column at once: cells in, cells out. A fix changes what it is sure of and never guesses a digit."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from muster.core.cells import dates as dates_of
from muster.core.cells.dress import EDGES, undressed
from muster.core.cells.garbled import mended
from muster.core.cells.values import NOTHING, is_spreadsheet_error
from muster.core.phones import spellings
from muster.core.phones.cells import LONGEST_TEXT, read, show
from muster.core.phones.cells import region_of as region_of_number
from muster.core.sentences.language import gettext_noop, gettext_of

# Cleared only when asked. No "x" and no "?": they may mean something.
_CLEARED = NOTHING | {"0", "no number"}

_MEXICO_WITH_1 = re.compile(r"(\s*+\+\s*+52[\s.()-]*+)1[\s.-]*+((?:[\s.()-]*+\d){10}[\s.()-]*+)")


LONGEST_CELL = 32_767  # characters, as in spreadsheets: an edit and a fix make none longer


class Change(NamedTuple):
    """A cell that a fix changes: its place among the cells, what was there, what will be."""

    place: int
    before: str
    after: str


_COMMA = re.compile(r"([+-]?\d+),(\d+)", re.ASCII)
DATE_ORDERS = dates_of.ORDERS


def changes(before: Iterable[str], after: Iterable[str]) -> list[Change]:
    """Return only the cells that differ."""
    return [Change(index, old, new) for index, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]


def add_plus(cells: Iterable[str], home: str, regions: Collection[str] | None = None) -> list[str]:
    """Write numbers that came without their + with it, where that makes a possible number of one of these regions."""
    return [
        with_plus if with_plus and (regions is None or region_of(with_plus) in regions) else cell
        for cell, with_plus in ((cell, _with_plus(cell, home)) for cell in cells)
    ]


def _with_plus(cell: str, home: str) -> str | None:
    lacks = bool(cell.strip(EDGES)) and read(cell, home).code == "phone-no-plus"
    return spellings.suggested(cell, home) if lacks else None


def region_of(shown: str) -> str:
    """Return the region of a number written with its +, as "GB"; "001" where it belongs to no country."""
    return region_of_number("+" + "".join(filter(str.isdigit, shown))) or "001"


def of_region(cells: Iterable[str], region: str) -> list[str]:
    """Read numbers without + as numbers of one region, and write them with its calling code."""

    def fixed(cell: str) -> str:
        if not cell.strip(EDGES) or "+" in cell or "\uff0b" in cell:
            return cell
        number = read(cell, region)
        return show(number.e164) if number.e164 and number.code is None else cell

    return [fixed(cell) for cell in cells]


def drop_1_after_52(cells: Iterable[str]) -> list[str]:
    """Take away the 1 that Mexican mobile numbers had after +52 until 2019."""

    def has_it(cell: str) -> bool:
        return len(cell) <= LONGEST_TEXT and bool(_MEXICO_WITH_1.fullmatch(cell.strip(EDGES)))

    return [_MEXICO_WITH_1.sub(r"\1\2", cell) if has_it(cell) else cell for cell in cells]


def clear_nothing(cells: Iterable[str]) -> list[str]:
    """Make cells blank that only say there is nothing: N/A, -, none, #REF!."""
    return ["" if _says_nothing(cell.strip(EDGES)) else cell for cell in cells]


def _says_nothing(text: str) -> bool:
    return text.casefold() in _CLEARED or is_spreadsheet_error(text)


def dates(cells: Iterable[str], order: str) -> list[str]:
    """Write dates as 2025-04-03. They come in the order `order`, one of DATE_ORDERS, or can be read one way only."""
    return [dates_of.read(undressed(cell), order).iso or cell for cell in cells]


def decimal_points(cells: Iterable[str]) -> list[str]:
    """Write 15,5 as 15.5; a number with both, or with more than one comma, stays."""
    return [_COMMA.sub(r"\1.\2", cell.strip(EDGES)) if _COMMA.fullmatch(cell.strip(EDGES)) else cell for cell in cells]


def ungarble(cells: Iterable[str]) -> list[str]:
    """Read letters again that were read in another encoding than they were saved in. What cannot be that stays."""
    return [mended(cell) for cell in cells]


def fill_blanks(cells: Iterable[str], value: str) -> list[str]:
    """Write the value into every blank cell."""
    return [cell if cell.strip(EDGES) else value for cell in cells]


def replace(
    cells: Iterable[str], find: str, value: str, *, match_case: bool = False, whole_cell: bool = False
) -> list[str]:
    """Replace plain text, anywhere in a cell or only where it is the whole cell. What would be too long stays."""
    if not find:
        return list(cells)
    pattern = re.compile(re.escape(find), 0 if match_case else re.IGNORECASE)
    if whole_cell:
        return [value if pattern.fullmatch(cell.strip(EDGES)) else cell for cell in cells]
    grows = max(0, len(value) - len(find))

    def fits(cell: str) -> bool:
        return not grows or len(cell) + grows * len(pattern.findall(cell)) <= LONGEST_CELL

    return [pattern.sub(lambda _: value, cell) if fits(cell) else cell for cell in cells]


def map_values(cells: Iterable[str], mapping: Mapping[str, str]) -> list[str]:
    """Replace whole cells by a map of values; case and space around them do not matter."""
    folded = {old.strip(EDGES).casefold(): new for old, new in mapping.items()}
    return [folded.get(cell.strip(EDGES).casefold(), cell) for cell in cells]


def trim(cells: Iterable[str]) -> list[str]:
    """Take away white space and invisible characters around cells, and runs of space inside them."""
    return [re.sub(r"[^\S\r\n]+", " ", cell.strip(EDGES)) for cell in cells]


class Fix(NamedTuple):
    """A fix as a person picks it: its name in addresses, its words, and the problems it is offered for."""

    name: str
    english: str
    codes: frozenset[str] = frozenset()
    field: str = ""  # the only field it is for

    @property
    def title(self) -> str:
        """Its words, in the language of whoever reads them."""
        return gettext_of(self.english)


_UNREAD = frozenset({"yesno-unknown", "value-not-a-number", "value-not-a-date", "value-not-a-choice", "staff-unknown"})

_PHONES = frozenset({"phone-shortened", "phone-impossible", "phone-unreadable", "phone-extension"})

_ALL = (
    Fix("whatsapp", gettext_noop("Use the WhatsApp number"), frozenset({"value-blank"}), "MobileNumber"),
    Fix("add-plus", gettext_noop("Add the missing +"), frozenset({"phone-no-plus"})),
    Fix("region", gettext_noop("These are numbers of one country"), frozenset({"phone-no-plus"})),
    Fix("mexico", gettext_noop("Remove the 1 after +52"), frozenset({"phone-impossible"})),
    Fix("dates", gettext_noop("Say how these dates are written"), frozenset({"value-not-a-date"})),
    Fix("decimal", gettext_noop("Read commas as decimal points"), frozenset({"value-not-a-number"})),
    Fix("ungarble", gettext_noop("Read garbled letters again"), frozenset({"text-garbled"})),
    Fix("zeros", gettext_noop("Use the ids with their zeros"), frozenset({"id-zeros-lost"})),
    Fix(
        "clear",
        gettext_noop("Clear N/A and the like"),
        _UNREAD | {"phone-unreadable", "phone-no-plus", "phone-impossible"},
    ),
    Fix("empty", gettext_noop("Clear these cells"), _PHONES),
    Fix("fill", gettext_noop("Fill blanks")),
    Fix("map", gettext_noop("Map values"), frozenset({"yesno-unknown", "value-not-a-choice", "staff-unknown"})),
    Fix("replace", gettext_noop("Find and replace")),
    Fix("trim", gettext_noop("Trim spaces")),
    Fix("leave-out", gettext_noop("Leave these rows out")),
)
FIXES: Mapping[str, Fix] = {fix.name: fix for fix in _ALL}


def offered(code: str, field: str | None = None) -> list[Fix]:
    """Return the fixes that may help with a problem in a field, the likeliest first."""
    return [fix for fix in _ALL if code in fix.codes and fix.field in ("", field)]


def may_help(fix: Fix, value: str) -> bool:
    """Whether a fix could change a cell, where that is quick to tell."""
    looks = _QUICK.get(fix.name)
    return looks is None or looks([value]) != [value]


_QUICK: Mapping[str, Callable[[list[str]], list[str]]] = {
    "clear": clear_nothing, "mexico": drop_1_after_52, "decimal": decimal_points,
}  # fmt: skip

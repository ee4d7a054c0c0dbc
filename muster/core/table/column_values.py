"""What the values of a column say it is: dates and their order, yes or no, numbers with +, a list of few words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from muster.core import phones
from muster.core.cells import dates
from muster.core.cells.dress import EDGES, undressed
from muster.core.fields import EIGHT_WORDS, Kind

MOST_CHOICES = 12  # different values in a column that may be a list
_TIMES_EACH = 3  # how often a value of a list comes, on average, at least
_LONGEST_CHOICE = 40
_NUMBER_SIGNS = str.maketrans("", "", " ,.'-")
_WORDS = EIGHT_WORDS - {"1", "0"}


def kind_of(cells: Collection[str]) -> Kind:
    """Guess the kind of a new field from the cells of its column that are not blank."""
    if not cells:
        return Kind.TEXT
    if are_yes_no(cells):
        return Kind.YES_NO
    if all(_is_date(cell) for cell in cells):
        return Kind.DATE
    if all(_is_number(cell) for cell in cells):
        return Kind.NUMBER
    return Kind.CHOICE if _is_list(cells) else Kind.TEXT


def choices_of(cells: Collection[str]) -> list[str]:
    """Return the different values of a column, in their order of coming."""
    return list(dict.fromkeys(cell.strip(EDGES) for cell in cells))


def are_yes_no(cells: Collection[str]) -> bool:
    """Whether a column holds only yes and no, in the words that Muster reads."""
    said = {undressed(cell).casefold() for cell in cells}
    return bool(said) and said <= EIGHT_WORDS and bool(said & _WORDS)


def are_numbers_with_plus(cells: Collection[str], home: str) -> bool:
    """Whether a column holds only telephone numbers written with their +."""
    return bool(cells) and all(undressed(cell).startswith("+") and phones.read(cell, home).e164 for cell in cells)


def asks_order(cells: Collection[str]) -> bool:
    """Whether there are dates that can be read two ways."""
    return any(dates.read(undressed(cell)).readings for cell in cells)


def orders_of(cells: Sequence[str]) -> list[str]:
    """Return the orders in which every date of a column can be read. One alone is what they are written in."""
    found = [undressed(cell) for cell in cells]
    orders = [order for order in dates.ORDERS if order != "serial"]
    return [order for order in orders if found and all(dates.read(cell, order).iso for cell in found)]


def _is_date(cell: str) -> bool:
    found = dates.read(undressed(cell))
    return bool(found.iso or found.readings)


def _is_number(cell: str) -> bool:
    plain = undressed(cell)
    digits = plain.translate(_NUMBER_SIGNS)
    return digits.isascii() and digits.isdigit() and not (plain.startswith("0") and len(digits) > 1)


def _is_list(cells: Collection[str]) -> bool:
    different = set(cells)
    few = len(different) <= MOST_CHOICES and len(cells) >= _TIMES_EACH * len(different)
    return few and all(len(each) <= _LONGEST_CHOICE for each in different)

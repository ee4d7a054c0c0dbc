"""Cells that make an expression, or Unicode, walk over the same text again and again: one walk must do."""

import re
import sys
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import pytest

from muster.contacts.search.query import parse as parse_query
from muster.core import fixes, phones
from muster.core.cells.formulas import export_safe, export_unsafe
from muster.core.cells.values import READERS
from muster.core.fields import SYSTEM_FIELDS, Kind, custom_field
from tests.attack.growth import LINEAR, growth

MARKS = "\u0301\u0316"  # out of order, so that normalizing swaps each with every other
PUMPS = [
    " ",
    "1",
    "+",
    "(",
    "-",
    ".",
    "'",
    "=",
    "/",
    ",",
    "\n",
    "x",
    "0",
    "E",
    "#",
    "\t",
    "٣",
    "\u200b",
    "1 ",
    "1/",
    MARKS,
]
STARTS = ["", "+521", "716555123456/", "4.4E", "'", "+44 7911 123456 x", "tel:", "a", "0"]
ENDS = ["", "2", "!", "/"]


def reader(kind: Kind, **more: Any) -> Callable[[str], object]:
    field = custom_field("Field", "custom.1", kind, **more)
    return lambda text: READERS[kind](field, [text], lambda *_: None, "dmy")


def opt_out(text: str) -> object:
    return READERS[Kind.OPT_OUT](SYSTEM_FIELDS[5], [text], lambda *_: None, None)


READS: dict[str, Callable[[str], object]] = {
    "number": lambda text: phones.read(text, "US"),
    "number of Germany": lambda text: phones.read(text, "DE"),
    "suggestion": lambda text: phones.suggest(text, "US"),
    "add the +": lambda text: fixes.add_plus([text], "MX"),
    "one country": lambda text: fixes.of_region([text], "GB"),
    "old Mexican": lambda text: fixes.drop_1_after_52([text]),
    "clear": lambda text: fixes.clear_nothing([text]),
    "dates": lambda text: [fixes.dates([text], order) for order in fixes.DATE_ORDERS],
    "decimal": lambda text: fixes.decimal_points([text]),
    "ungarble": lambda text: fixes.ungarble([text]),
    "trim": lambda text: fixes.trim([text]),
    "map": lambda text: fixes.map_values([text], {"a": "b"}),
    "replace": lambda text: fixes.replace([text], "ab", "b"),
    "text": reader(Kind.TEXT),
    "long text": reader(Kind.TEXT, max_length=10_000),
    "date": reader(Kind.DATE),
    "a number": reader(Kind.NUMBER),
    "choice": reader(Kind.CHOICE, choices=["Fall", "Spring"]),
    "yes or no": reader(Kind.YES_NO),
    "opted out": opt_out,
    "export": export_safe,
    "import": export_unsafe,
    "search": lambda text: parse_query(text, "US"),
}


def texts() -> Iterator[Callable[[int], str]]:
    """A beginning, something that comes again and again, an end."""
    for start in STARTS:
        for pump in PUMPS:
            for end in ENDS:
                yield lambda size, s=start, p=pump, e=end: s + p * size + e  # type: ignore[misc]


def grows(read: Callable[[str], object], text: Callable[[int], str], size: int) -> float:
    return growth(lambda much: read(text(much)), size)


def seconds(read: Callable[[str], object], text: str) -> float:
    began = process_time()
    read(text)
    return process_time() - began


@pytest.mark.parametrize("name", READS)
def test_it_reads_a_long_cell_in_one_walk(name: str) -> None:
    read = READS[name]
    slow = [text for text in texts() if seconds(read, text(10_000)) > 0.02]

    assert [text(3) for text in slow if grows(read, text, 10_000) > LINEAR] == []


def test_it_reads_the_number_that_froze_the_process() -> None:
    cell = "+521" + " " * 40_000 + "2"

    assert seconds(lambda text: fixes.drop_1_after_52([text]), cell) < 1
    assert fixes.drop_1_after_52([cell]) == [cell]
    assert phones.read(cell, "MX") == (None, "phone-unreadable")


@pytest.mark.parametrize("name", ["number", "suggestion", "add the +", "one country", "old Mexican"])
def test_it_reads_the_longest_number_in_one_walk(name: str) -> None:
    """Fifty characters, and two hundred: a file of five megabytes has twenty thousand such cells."""
    read = READS[name]

    def again(text: str) -> None:
        for _ in range(30):
            read(text)

    slow = [text for text in texts() if seconds(again, text(200)) > 0.01]
    assert [text(3) for text in slow if grows(again, text, 50) > LINEAR] == []


def expressions() -> dict[str, re.Pattern[Any]]:
    """Every expression that a module of ours keeps."""
    ours = [module for name, module in sorted(sys.modules.items()) if name.startswith("muster.")]
    return {
        f"{module.__name__}.{name}": value
        for module in ours
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    }


@pytest.mark.parametrize("name", expressions())
def test_no_expression_takes_the_square_of_a_text(name: str) -> None:
    pattern = expressions()[name]
    as_text: Callable[[str], Any] = str.encode if isinstance(pattern.pattern, bytes) else str

    def match(text: str) -> None:
        pattern.fullmatch(as_text(text))
        pattern.match(as_text(text))

    slow = [text for text in texts() if seconds(match, text(2_000)) > 0.002]
    assert [text(3) for text in slow if grows(match, text, 2_000) > LINEAR] == []

"""Patterns of digits, tried all at once, match what each of them matches alone."""

from __future__ import annotations

import re
from itertools import product

import pytest

from muster.core.phones import prepare
from muster.core.phones.automaton import Marks, Node, Pattern, compiled, first_digits, lengths

SHORT_NUMBERS = ["".join(digits) for length in range(6) for digits in product("0129", repeat=length)]
PATTERNS = [
    "12",
    "1|2",
    r"\d{2}",
    r"\d{2,4}",
    "[1-9]",
    "[0-29]{3}",
    "1?2",
    "(1|29)0?",
    "(?:1(?:2[09]|9)|2{2,3})0",
    "(12)?(90){1,2}",
    "0|1|",
]


def ending(start: Node[Marks], number: str) -> Marks:
    node = start
    for digit in number:
        node = node[digit]
    return node.ending


@pytest.mark.parametrize("text", PATTERNS)
def test_it_matches_a_whole_number_where_the_pattern_does(text: str) -> None:
    start = compiled([Pattern(text, "one"), Pattern("1290", "other")], frozenset)
    for number in SHORT_NUMBERS:
        marks = ending(start, number)
        assert ("one" in marks) == bool(re.fullmatch(text, number))
        assert ("other" in marks) == (number == "1290")


@pytest.mark.parametrize("text", [text for text in PATTERNS if not re.match(text, "")])
def test_it_matches_a_prefix_whatever_digits_follow(text: str) -> None:
    start = compiled([Pattern(text, "prefix", prefix=True)], frozenset)
    for number in SHORT_NUMBERS:
        assert bool(ending(start, number)) == bool(re.match(text, number))


def test_it_makes_one_node_of_what_is_the_same() -> None:
    start = compiled([Pattern(r"1\d{3}", "a"), Pattern(r"[2-9]\d{3}", "b")], bool)
    assert start["1"] is start["9"]
    assert start["0"] is start["0"]["5"]


@pytest.mark.parametrize(
    "text", ["+", "1*", "a", r"\s", "1{2,}", "^1", "1$", "(1", "1)", "?", "{2}", "(?=1)", "(?!1)", "1+?", r"(1)\1"]
)
def test_it_refuses_what_it_does_not_understand(text: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        compiled([Pattern(text, "mark")], frozenset)


def test_it_knows_how_long_a_match_is_and_how_it_begins() -> None:
    assert lengths(r"1(?:\d{2,4}|9)0?") == {2, 3, 4, 5, 6}
    assert first_digits("(?:[3-5]|9)1|0?2$") == frozenset("345902")


def test_it_understands_every_pattern_of_the_library() -> None:
    prepare()

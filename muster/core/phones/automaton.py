"""Digit patterns compiled so that any number of them are tried at once, in one walk over a number's digits.

A pattern becomes a state: the set of steps that may come next, and the marks of what has matched so far. The states
that a walk can reach are joined into nodes, equal ones shared; a node knows its next node for every digit, and its
ending: what there is to say of a number that stops there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from functools import cache
from typing import Generic, NamedTuple, TypeVar

DIGITS = "0123456789"

T = TypeVar("T", bound=Hashable)
Marks = frozenset[str]


class Node(dict[str, "Node[T]"], Generic[T]):
    """The next node for every digit, and what to say of a number that ends here."""

    __slots__ = ("ending",)
    ending: T


class Pattern(NamedTuple):
    """A pattern, and the mark that a number carries which matches it whole, or (a prefix) which begins with it."""

    text: str
    mark: str
    prefix: bool = False


class Step(NamedTuple):
    """One of these digits may come next, and then this state."""

    digits: str
    then: State


class Mark(NamedTuple):
    """Here a pattern has matched; for good, whatever digits follow, where it stays."""

    name: str
    stays: bool


State = frozenset[Step | Mark]
Part = tuple["str | list[list[Part]]", int, int]  # digits or alternatives, and how often they may and must come
Alternatives = list[list[Part]]

_SYMBOL = re.compile(r"\\d|\d|\[[\d-]+\]|\(\?:|[()|?]|\{\d+(?:,\d+)?\}")


def compiled(patterns: Iterable[Pattern], ending: Callable[[Marks], T]) -> Node[T]:
    """The node to start from; `ending` says what a number amounts to that has these marks."""
    start: State = frozenset[Step | Mark]().union(*map(_state, patterns))
    return _Joined(ending).node(start)


def first_digits(text: str) -> frozenset[str]:
    """The digits that a match of this pattern may begin with; $ is ignored, so there may be more than really do."""
    steps = _state(Pattern(text.replace("$", ""), ""))
    return frozenset(digit for step in steps if isinstance(step, Step) for digit in step.digits)


def lengths(text: str) -> frozenset[int]:
    """The lengths of the numbers that match this pattern whole."""
    return _lengths(_parsed(text))


class _Joined(Generic[T]):
    """The nodes made so far: by the state they stand for, and by what can be seen of them, so that equals are one."""

    def __init__(self, ending: Callable[[Marks], T]) -> None:
        self.ending = ending
        self.by_state: dict[State, Node[T]] = {}
        self.by_content: dict[tuple[object, ...], Node[T]] = {}

    def node(self, state: State) -> Node[T]:
        if state not in self.by_state:
            self.by_state[state] = self._made(state)
        return self.by_state[state]

    def _made(self, state: State) -> Node[T]:
        ending = self.ending(frozenset(part.name for part in state if isinstance(part, Mark)))
        if all(isinstance(part, Mark) and part.stays for part in state):  # no digit can change anything any more
            return self._shared(ending, [])
        return self._shared(ending, list(map(self.node, _after_each_digit(state))))

    def _shared(self, ending: T, nodes: list[Node[T]]) -> Node[T]:
        """The one node with this ending that these follow, digit by digit; without any, it follows itself."""
        content = (ending, *map(id, nodes))
        node = self.by_content.get(content)
        if node is None:
            node = self.by_content[content] = Node()
            node.update(zip(DIGITS, nodes or [node] * 10, strict=True))
            node.ending = ending
        return node


def _after_each_digit(state: State) -> list[State]:
    """The states that follow this one. Few differ: each is put together once, from the steps that lead there."""
    anyway: list[State] = []
    ways: dict[str, list[State]] = {digit: [] for digit in DIGITS}
    staying = []
    for part in state:
        if isinstance(part, Mark):
            if part.stays:
                staying.append(part)
        elif part.digits == DIGITS:
            anyway.append(part.then)
        else:
            for digit in part.digits:
                ways[digit].append(part.then)
    always: State = frozenset(staying).union(*anyway)
    after: dict[tuple[State, ...], State] = {(): always}
    return [after.get(way) or after.setdefault(way, always.union(*way)) for way in map(tuple, ways.values())]


def _state(pattern: Pattern) -> State:
    """The state to begin with; a prefix that may be empty says nothing, so its empty match is left out."""
    end: State = frozenset({Mark(pattern.mark, pattern.prefix)})
    start = _before(_parsed(pattern.text), end)
    return start - end if pattern.prefix else start


def _before(alternatives: Alternatives, then: State) -> State:
    """The state from which any of the alternatives leads on to `then`."""
    state: State = frozenset()
    for sequence in alternatives:
        following = then
        for part, least, most in reversed(sequence):
            end = following
            for _ in range(most - least):
                following = _once(part, following) | end
            for _ in range(least):
                following = _once(part, following)
        state |= following
    return state


def _once(part: str | Alternatives, then: State) -> State:
    return frozenset({Step(part, then)}) if isinstance(part, str) else _before(part, then)


def _lengths(alternatives: Alternatives) -> frozenset[int]:
    found: set[int] = set()
    for sequence in alternatives:
        sums = {0}
        for part, least, most in sequence:
            once = {1} if isinstance(part, str) else _lengths(part)
            for time in range(most):
                more = {total + length for total in sums for length in once}
                sums = more if time < least else sums | more
        found |= sums
    return frozenset(found)


def _parsed(text: str) -> Alternatives:
    """The pattern's alternatives; only what the library's metadata is made of is understood."""
    symbols = _SYMBOL.findall(text)
    if "".join(symbols) != text:
        raise ValueError(f"a pattern with something unknown in it: {text}")
    waiting = [")", *reversed(symbols)]
    alternatives = _group(waiting, text)
    if waiting:
        raise ValueError(f"a pattern with a bracket too many: {text}")
    return alternatives


def _group(waiting: list[str], text: str) -> Alternatives:
    """Take symbols up to the bracket that closes this group."""
    alternatives: Alternatives = [[]]
    while waiting:
        symbol = waiting.pop()
        if symbol == ")":
            return alternatives
        if symbol == "|":
            alternatives.append([])
        elif symbol[0] in "?{":
            raise ValueError(f"a pattern that repeats nothing: {text}")
        else:
            part = _group(waiting, text) if symbol[0] == "(" else _one_digit(symbol)
            alternatives[-1].append((part, *_repeats(waiting)))
    raise ValueError(f"a pattern with a bracket too few: {text}")


@cache
def _one_digit(symbol: str) -> str:
    one = re.compile(symbol)
    return "".join(digit for digit in DIGITS if one.fullmatch(digit))


def _repeats(waiting: list[str]) -> tuple[int, int]:
    if waiting and waiting[-1] == "?":
        waiting.pop()
        return 0, 1
    if waiting and waiting[-1][0] == "{":
        least, _, most = waiting.pop()[1:-1].partition(",")
        return int(least), int(most or least)
    return 1, 1

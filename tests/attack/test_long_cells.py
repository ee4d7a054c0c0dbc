"""No cell costs more than its length: long repetitions through every expression of the product.

Where something is not quick at once, four times the length may take no more than some four times the work.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import muster
from tests.attack.growth import LINEAR, growth
from tests.attack.test_texts_that_freeze import PUMPS, seconds

REPEATED = [*PUMPS, "a", "á", "Ã", "Ã©", '"', "\\", "<", "<c ", "&", "[", "a@", ":", ";", '="', "0E", "|", "\ufffd"]
STARTS, ENDS = ("", "+521"), ("", "!")
GUARDED = {"muster.core.fixes._MEXICO_WITH_1", "muster.core.fixes._COMMA"}  # whose cells are matched whole before
NOT_LOADED = ("migrations", "__main__", "wsgi")


def modules() -> Iterator[Any]:
    """Every module of the product, loaded."""
    for found in pkgutil.walk_packages(muster.__path__, "muster."):
        if not any(each in found.name for each in NOT_LOADED):
            yield importlib.import_module(found.name)


def kept(value: Any, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    """Expressions in a value: itself, the one of a bound method, those in lists and dictionaries."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(its := getattr(value, "__self__", None), re.Pattern):
        yield its
    elif depth < 3 and isinstance(value, list | tuple | set | frozenset | dict):
        for each in list(value.values() if isinstance(value, dict) else value)[:500]:
            yield from kept(each, depth + 1)


def uses() -> dict[str, Callable[[Any], object]]:
    """Every expression as it is used: matched, and searched where its module searches with it."""
    found: dict[tuple[Any, int, str], tuple[str, Callable[[Any], object]]] = {}
    for module in modules():
        source = inspect.getsource(module)
        for name, value in vars(module).items():
            is_guarded = f"{module.__name__}.{name}" in GUARDED
            searches = not is_guarded and re.search(rf"\b{name}\.(?:search|finditer|findall|split)\(", source)
            for each in kept(value):
                ways = [
                    "match",
                    "fullmatch",
                    *(["search"] if searches or isinstance(value, list | dict | tuple) else []),
                ]
                for way in ways:
                    key = each.pattern, each.flags, way
                    found.setdefault(key, (f"{module.__name__}.{name}", getattr(each, way)))
    return {f"{name} {place}": use for place, (name, use) in enumerate(found.values())}


def repeated(size: int, start: str, each: str, end: str) -> str:
    return start + each * size + end


def slow(work: Callable[[str], object], size: int, limit: float, texts: list[str] | None = None) -> list[str]:
    """Return the repetitions for which the work grows faster than the text."""
    found = []
    for start, each, end in product(STARTS, texts or REPEATED, ENDS):
        text = partial(repeated, start=start, each=each, end=end)
        if seconds(work, text(size)) > limit and growth(lambda much, t=text: work(t(much)), size) > LINEAR:  # type: ignore[misc]
            found.append(text(3))
    return found


def test_no_expression_takes_the_square_of_a_text_as_it_is_used() -> None:
    found = uses()
    assert len(found) > 120

    for name, use in found.items():
        is_of_bytes = isinstance(use.__self__.pattern, bytes)  # type: ignore[attr-defined]
        as_text: Callable[[str], Any] = str.encode if is_of_bytes else str
        assert slow(lambda text, u=use, t=as_text: u(t(text)), 2_000, 0.004) == [], name  # type: ignore[misc]

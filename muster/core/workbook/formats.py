"""Number formats that show more than the number: 00000 shows 123 as 00123, "+"0 shows a telephone number's plus."""

from __future__ import annotations

import re
from functools import lru_cache

_PART = re.compile(r'\[[^\]]*\]|"([^"]*)"|\\(.)|[_*].|([0#])|([-+() /])|(.)', re.DOTALL)
_LONGEST = 100

Shape = tuple[str, ...]  # "0" and "#" are digits; anything else stands as it is


@lru_cache(1_000)
def shape_of(code: str) -> Shape | None:
    """Return the shape of a format that writes whole numbers as ids or telephone numbers; None for any other."""
    section = code.split(";", 1)[0]
    if len(section) > _LONGEST or not ("0" in section or "#" in section):
        return None
    shape: list[str] = []
    for quoted, escaped, digit, sign, other in _PART.findall(section):
        if other:
            return None
        shape += [each for each in (quoted, escaped, digit, sign) if each]
    return tuple(shape) if _tells_more(shape) else None


def _tells_more(shape: list[str]) -> bool:
    """Whether a shape shows what the digits alone do not: zeros in front, a sign. Spaces only set digits apart."""
    return len(shape) > 1 and (shape.count("0") > 1 or not {"0", "#", " "}.issuperset(shape))


def shown(digits: str, shape: Shape) -> str:
    """Write the digits of a whole number in a shape: ("0", "0", "0", "0", "0") and 123 are 00123."""
    places = [place for place, each in enumerate(shape) if each in "0#"]
    least = sum(each == "0" for each in shape)
    digits = digits.zfill(least)
    more, some = digits[: -len(places)], digits[-len(places) :].rjust(len(places))
    written = dict(zip(places, some, strict=True))
    written[places[0]] = more + written[places[0]]
    return "".join(
        written.get(place, each).strip(" ") if place in written else each for place, each in enumerate(shape)
    )

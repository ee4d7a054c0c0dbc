"""The regions a team can be at home in, by name, with their calling codes."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from muster.core.phones import calling_code, is_region

# Regions with numbers of their own that the time zone data does not name.
UNNAMED = {"AC": "Ascension Island", "TA": "Tristan da Cunha", "XK": "Kosovo"}


@lru_cache
def regions() -> list[tuple[str, str]]:
    """Pairs of code and words, by name: ("GB", "Britain (UK), +44")."""
    named = {code: f"{name}, +{calling_code(code)}" for code, name in _names().items() if is_region(code)}
    return sorted(named.items(), key=lambda pair: pair[1])


def _names() -> dict[str, str]:
    """Country names from the ISO 3166 table that comes with the time zone data."""
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    lines = (line.split("\t", 1) for line in table.splitlines() if not line.startswith("#"))
    return dict(UNNAMED) | dict(lines)

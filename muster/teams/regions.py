"""The regions a team can be at home in, by name, with their calling codes."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language, to_locale

from muster.core.phones import calling_code, is_region
from muster.core.sentences.language import gettext as _


def regions() -> list[tuple[str, str]]:
    """Pairs of code and words, by name, in the language of whoever reads: ("GB", "United Kingdom, +44")."""
    return _regions(get_language() or "en")


def region_name(code: str | None) -> str:
    """Return the name of a region in that language; nothing for a code that is none."""
    return _names(get_language() or "en").get(code or "", "")


@lru_cache(maxsize=32)
def _regions(language: str) -> list[tuple[str, str]]:
    named = sorted(_names(language).items(), key=lambda pair: _without_accents(pair[1]))
    return [(code, _("{name}, +{code}", name=name, code=calling_code(code))) for code, name in named]


@lru_cache(maxsize=32)
def _names(language: str) -> dict[str, str]:
    """Return the names that Unicode's tables have of the regions with numbers of their own."""
    territories = Locale.parse(to_locale(language)).territories
    return {code: name for code, name in territories.items() if is_region(code)}


def _without_accents(name: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char)).casefold()

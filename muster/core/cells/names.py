"""Whether two names can be one person's: an id may have been given to another person."""

from __future__ import annotations

import re
import unicodedata

_WORDS = re.compile(r"[^\W\d_]+")


def have_a_word_in_common(before: str, after: str) -> bool:
    """Whether any word of the names is the same, accents and case aside; true where one of them has no words."""
    old, new = _words(before), _words(after)
    return not old or not new or not old.isdisjoint(new)


def _words(name: str) -> set[str]:
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return set(_WORDS.findall(plain.casefold()))

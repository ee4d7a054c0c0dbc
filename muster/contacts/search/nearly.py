"""Near misses of a name: who is called nearly like what was typed and not found.

A word with one slip keeps one of its halves. So contacts that have a half are found by the index, and the few whose
names are near, by how many letters differ, are proposed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from muster.contacts.models import Contact
from muster.contacts.search.find import by_query
from muster.contacts.search.index import fold
from muster.contacts.search.query import TRIGRAM, Query, cleaned
from muster.teams.models import Team

MOST = 3
LOOKED_AT = 500
NEAR = 0.7
_LONGEST = 40


def nearly(team: Team, typed: str) -> list[str]:
    """Return the names that are nearest, at most a few; none when what was typed is no name."""
    words = fold(cleaned(typed)[:_LONGEST]).split()
    if not words or not all(word.isalpha() for word in words):
        return []
    halves = tuple(dict.fromkeys(half for word in words for half in _halves(word)))
    if not halves:
        return []
    found = by_query(team, Query(((halves,),)))[:LOOKED_AT]
    said = " ".join(words)
    near = {str(each): ratio for each in found if (ratio := _ratio(said, each)) >= NEAR}
    return sorted(near, key=lambda name: (-near[name], name))[:MOST]


def _halves(word: str) -> Iterator[str]:
    """Yield the beginning and the end of a word, each long enough for the index."""
    middle = max(TRIGRAM, len(word) // 2)
    if len(word) > TRIGRAM:
        yield word[:middle]
        yield word[-middle:]


def _ratio(said: str, contact: Contact) -> float:
    """Return how near a name is: as a whole, or one of its words to one word that was typed."""
    name = fold(f"{contact.first_name} {contact.last_name}")
    whole = difflib.SequenceMatcher(None, said, name).ratio()
    words = (difflib.SequenceMatcher(None, said, word).ratio() for word in name.split()) if " " not in said else ()
    return max(whole, *words, 0.0)

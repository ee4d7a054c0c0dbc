"""What a person typed into the search box, as conditions on `Contact.search_text`.

Every word must be somewhere in the text, in any order. A word that looks like a number may be there as its digits
too, and so may the whole query: "(0171) 555-1234", "+44 171 555 1234" and "0044171..." find the same contact. A whole
query of seven digits or more is a number and nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from django.db.models import Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from muster.contacts.search.index import fold
from muster.core import phones
from muster.core.phones import spellings

MAX_LENGTH, MAX_WORDS = 200, 12
TRIGRAM = 3
_NUMBER = re.compile(r"\+?[\d\s().\-/]+", re.ASCII)
_NO_DIGIT = re.compile(r"\D", re.ASCII)
_FEWEST_DIGITS, _MANY_DIGITS = 3, 7
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_TRANSCRIBED, _LED = re.compile(r"([aou])e"), re.compile(r"^([odl])(?=[a-z])")
_SPELLED_FROM = 5  # letters: shorter words would be found in too many others

Term = tuple[str, ...]  # any of these must be in the text
Way = tuple[Term, ...]  # all of these must


@dataclass(frozen=True, slots=True)
class Query:
    """The ways in which a contact may match; one is enough. No way at all: nothing was asked, everybody matches."""

    ways: tuple[Way, ...]

    def __bool__(self) -> bool:
        return bool(self.ways)

    @property
    def can_use_index(self) -> bool:
        """Whether trigrams narrow every way down: it has a word of at least three characters."""
        return bool(self.ways) and all(any(map(_is_long, way)) for way in self.ways)

    def and_also(self, texts: Iterable[str]) -> Query:
        """Return the query that asks for all of these texts, too."""
        more = tuple((text,) for text in texts)
        return Query(tuple((*way, *more) for way in self.ways or ((),))) if more else self

    def is_indexed(self) -> Q:
        """Return what is true of every hit, as PostgreSQL answers it from its trigram index, a way at a time."""
        return reduce(or_, (reduce(and_, map(_is_like, way)) for way in self.ways), Q())

    def is_found(self) -> Q:
        """Return the same, so that the text of each contact is looked at, and no index is."""
        return reduce(or_, (reduce(and_, map(_is_in, way)) for way in self.ways), Q())

    def as_fts5(self) -> str:
        """Return the FTS5 expression that is true of every hit, and of few others."""
        return " OR ".join(f"({_fts5_way(way)})" for way in self.ways)


def parse(typed: str, home: str) -> Query:
    """Read what was typed, for a team whose home region is `home`."""
    text = fold(cleaned(typed))
    words = text.split()[:MAX_WORDS]
    if not words:
        return Query(())
    whole = tuple(_numbers(text, home))
    if whole and (len(words) == 1 or sum(map(str.isdecimal, text)) >= _MANY_DIGITS):
        return Query(((_least((text, *whole)),),))
    umlauts = fold(cleaned(typed).lower().translate(_UMLAUTS)).split()
    by_words = tuple(
        _least((*_spelled(word, written), *_numbers(word, home)))
        for word, written in zip(words, umlauts if len(umlauts) == len(text.split()) else words, strict=False)
    )
    number = _least(whole)
    if not number or all(_follows(term, number) for term in by_words):
        return Query((by_words,))
    return Query((by_words, (number,)))


def _spelled(word: str, written: str) -> Iterator[str]:
    """Yield a word as people spell it: "mueller" for Müller and the other way round, "oneil" for O'Neil."""
    yield from dict.fromkeys((word, written))
    if len(word) >= _SPELLED_FROM:
        yield _TRANSCRIBED.sub(r"\1", word)
        yield _LED.sub(r"\1'", word)
        yield word.replace("'", "")


def _least(term: Term) -> Term:
    """Leave out what cannot be there without another of the term: "+1716" is nowhere where "1716" is not."""
    return tuple(text for text in dict.fromkeys(term) if not any(other != text and other in text for other in term))


def _follows(term: Term, whole: Term) -> bool:
    """Whether a text with any of `whole` in it has one of `term` in it."""
    return all(any(text in each for text in term) for each in whole)


def cleaned(typed: str) -> str:
    """Return what was typed, cut to a sensible length and without what no database can hold."""
    return typed[:MAX_LENGTH].encode(errors="ignore").decode().replace("\0", "").strip()


def _numbers(text: str, home: str) -> Iterator[str]:
    """Yield the digits a stored number may have, if the text looks like a number or a part of one.

    In the text of a contact each number begins a line: a line break stands for "+".
    """
    plain = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    plain = plain.removeprefix("tel:").strip()
    digits = _NO_DIGIT.sub("", plain)
    if not _is_number(plain, digits):
        return
    read = {phones.read(plain, home).e164, spellings.heard(plain, home).e164}
    found = {each[1:] for number in read if number for each in spellings.of(number)}
    found |= {_international(plain)} if plain.startswith("+") else set(_national(digits))
    yield from sorted(found - {text, "\n", ""})


def _is_number(plain: str, digits: str) -> bool:
    is_long = len(digits) >= _FEWEST_DIGITS or (plain.startswith("+") and digits != "")
    return is_long and _NUMBER.fullmatch(plain) is not None


def _international(plain: str) -> str:
    """Return the beginning of a number that was typed with its "+"; "(0)" is for those who dial at home."""
    return "\n" + _NO_DIGIT.sub("", plain.replace("(0)", ""))


def _national(digits: str) -> Iterator[str]:
    """Yield what digits without a "+" may be: a part, the beginning after 00 or 011, or a part after a trunk 0."""
    yield digits
    for prefix in ("00", "011"):
        if digits.startswith(prefix):
            yield "\n" + digits.removeprefix(prefix)
    if digits.startswith("0") and len(digits) > _FEWEST_DIGITS:
        yield digits[1:]


def _is_long(term: Term) -> bool:
    return all(len(text) >= TRIGRAM for text in term)


def _is_like(term: Term) -> Q:
    """One condition for all alternatives: two would keep the planner from asking the index for all terms at once."""
    if len(term) == 1:
        return Q(search_text__contains=term[0])
    return Q(search_text__regex="|".join(_PUNCTUATION.sub(r"\\\g<0>", text) for text in term))


def _is_in(term: Term) -> Q:
    return reduce(or_, (Q(GreaterThan(StrIndex("search_text", Value(text)), 0)) for text in term))


def _fts5_way(way: Way) -> str:
    terms = (" OR ".join(f"({_trigrams(text)})" for text in term) for term in way if _is_long(term))
    return " AND ".join(f"({term})" for term in terms)


def _trigrams(text: str) -> str:
    """Return an FTS5 expression for all trigrams of a text; which ones are neighbours, the index does not know."""
    parts = dict.fromkeys(text[start : start + TRIGRAM] for start in range(len(text) - TRIGRAM + 1))
    return " AND ".join('"' + part.replace('"', '""') + '"' for part in parts)

"""What search looks at: the folded text of a contact, and the index over it.

PostgreSQL keeps its trigram index on `search_text` by itself. SQLite has an FTS5 table beside the contacts: trigrams,
without a copy of the text and without positions, so it is small, quick to write, and answers "perhaps": `search.py`
looks at `search_text` again. Whoever writes contacts there tells it by `index_rows`; there are no triggers, which would
write row by row and cost eight times as much.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from muster.core.fields import SEARCHED_NUMBERS, SEARCHED_TEXTS

TABLE = "contacts_search"
MAKE_TABLE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5("
    "body, content='', columnsize=0, detail=none, tokenize='trigram case_sensitive 1')"
)
_ADD = f"INSERT INTO {TABLE} (rowid, body) VALUES (?, ?)"  # noqa: S608  a constant
_WRITE = f"INSERT INTO {TABLE} ({TABLE}, rowid, body) VALUES (?, ?, ?)"  # noqa: S608  a constant
_MOST_CHARACTERS = 20_000
_MOST_FOLDS = 5_000

# Marks that people mix up, invisible ones, and letters that are not a base letter with an accent.
_APOSTROPHES = "\u2018\u2019\u02bc\u02bb\u00b4\u0060\u2032"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_MARKS = str.maketrans(_APOSTROPHES + _DASHES, "'" * len(_APOSTROPHES) + "-" * len(_DASHES), _INVISIBLE)
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "\u0131": "i", "ħ": "h", "ŧ": "t"}
)


class _Folded(dict[int, str]):
    """What each character becomes; those met are remembered, as many as a language has."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code).translate(_MARKS)).translate(_MARKS)  # NFKD makes marks, too
        bare = "".join(char for char in parts if not unicodedata.combining(char))
        folded = bare.casefold().translate(_LETTERS)
        if len(self) < _MOST_CHARACTERS:
            self[code] = folded
        return folded


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Return text without case and accents: "Łukasz Núñez" and "lukasz nunez" are the same."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


class Folds(dict[str, str]):
    """Folded texts for somebody who folds many, as many people have the same names; few are kept at a time."""

    def __missing__(self, text: str) -> str:
        if len(self) >= _MOST_FOLDS:
            self.clear()
        self[text] = folded = fold(text)
        return folded


def document(
    texts: Iterable[str | None],
    numbers: Iterable[str | None],
    custom_values: Iterable[str | None] = (),
    folds: Folds | None = None,
) -> str:
    """Return the folded text for `Contact.search_text`, a value a line; each number once, as its digits."""
    digits: list[str] = []
    for number in numbers:
        if number and (bare := number[1:]) not in digits:
            digits.append(bare)
    return _folded("\n".join(filter(None, (*texts, *digits, *custom_values))), Folds() if folds is None else folds)


def documents(
    texts: Iterable[Sequence[str | None]],
    numbers: Iterable[Sequence[str | None]],
    custom_values: Iterable[Sequence[str | None]],
    folds: Folds,
) -> list[str]:
    """Return the same for many contacts, given column by column."""
    digits: list[Sequence[str | None]] = []
    for column in numbers:
        bare = [number and number[1:] for number in column]
        for earlier in digits:
            bare = [None if one == other else other for one, other in zip(earlier, bare, strict=True)]
        digits.append(bare)
    each = zip(*texts, *digits, *custom_values, strict=True)
    return [_folded("\n".join(filter(None, values)), folds) for values in each]


def _folded(text: str, folds: Folds) -> str:
    if text.isascii():
        return text.lower()
    return "\n".join([part.lower() if part.isascii() else folds[part] for part in text.split("\n")])


def document_of(
    values: Mapping[str, Any], custom: Mapping[str, str], searchable: Iterable[str], folds: Folds | None = None
) -> str:
    """Return the same from a contact's values by key, and those of its custom fields that search looks at."""
    get = values.get
    return document(map(get, SEARCHED_TEXTS), map(get, SEARCHED_NUMBERS), map(custom.get, searchable), folds)


def index_rows(
    connection: BaseDatabaseWrapper,
    added: Iterable[tuple[int, str]] = (),
    changed: Iterable[tuple[int, str, str]] = (),
    removed: Iterable[tuple[int, str]] = (),
) -> None:
    """Keep the index true: added (id, new text), changed (id, old text, new text), removed (id, old text).

    To be called in the transaction that writes the contacts. FTS5 without content must be told the very text that it
    indexed, and is quickest when rowids only grow: give `added` in the order of their ids.
    """
    if connection.vendor != "sqlite":
        return
    others = list(_rewrites(changed, removed))
    with connection.cursor() as cursor:
        if others:
            writes = [*((None, key, new) for key, new in added), *others]
            writes.sort(key=itemgetter(1))  # stable: a row's "delete" stays before its new text
            _many(cursor, _WRITE, writes)
        else:
            _many(cursor, _ADD, added)


def _rewrites(
    changed: Iterable[tuple[int, str, str]], removed: Iterable[tuple[int, str]]
) -> Iterator[tuple[str | None, int, str]]:
    """The rows to write; "delete" in the first column makes FTS5 forget a text, nothing makes it learn one."""
    for key, old, new in changed:
        if old != new:
            yield "delete", key, old
            yield None, key, new
    for key, old in removed:
        yield "delete", key, old


def _many(cursor: Any, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Past Django's wrapper, which would rewrite the placeholders and keep a list of its own."""
    cursor.connection.cursor().executemany(statement, rows)

"""Which encodings a text may be in: a few words of it as each would read them, for a person to choose between.

The order is a guess, by what letters are frequent and what looks garbled; which one is right is never guessed.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import NamedTuple

from ftfy.badness import badness

from muster.core.table.encoding import ENCODINGS

MOST = 5
_WORDS = 4
_CELLS = 60
_WITHIN = 1 << 20  # bytes that are looked at
_CELL = re.compile(rb"[^,;\t|\r\n\"]{0,40}[\x80-\xff][^,;\t|\r\n\"]{0,40}")
_LETTERS = re.compile(r"[^\W\d_]+")
# Letters, besides those of ASCII, that names are written with, by the encodings that have them.
_FREQUENT = frozenset(
    "áàâäãåæçéèêëíìîïñóòôöõøœúùûüýÿßÁÀÂÄÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØÚÙÛÜ"
    "ąćęłńśźżĄĆĘŁŃŚŹŻčďěňřšťůžČĎŇŘŠŤŮŽőűŐŰăâîșțşţğıİŞĞĂđĐāēīūļņķģĀĒĪŪ"
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЭЮЯЁІЇЄҐ"
    "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"
)
_PUNCTUATION = "\u2018\u2019\u201c\u201d\u2013\u2014\xb7\xba\xaa"
_SCRIPTS = (
    ("Latin", 0x0041, 0x024F), ("Greek", 0x0370, 0x03FF), ("Cyrillic", 0x0400, 0x04FF), ("Hebrew", 0x0590, 0x05FF),
    ("Arabic", 0x0600, 0x06FF), ("Thai", 0x0E00, 0x0E7F), ("Kana", 0x3040, 0x30FF), ("Han", 0x4E00, 0x9FFF),
    ("Hangul", 0xAC00, 0xD7AF),
)  # fmt: skip


class Candidate(NamedTuple):
    """An encoding, what it is called, and words of the file as it reads them."""

    encoding: str
    label: str
    words: tuple[str, ...]


def candidates(data: bytes) -> list[Candidate]:
    """Return the likeliest encodings of a text that is not UTF-8, those that read it alike only once."""
    cells = list(dict.fromkeys(islice((found[0].strip() for found in _CELL.finditer(data[:_WITHIN])), 4 * _CELLS)))
    cells = cells[:_CELLS]
    if not cells:
        return []
    read: dict[tuple[str, ...], tuple[float, str]] = {}
    for encoding in ENCODINGS:
        words = _read(cells, encoding) if not encoding.startswith("utf") else None
        if words:
            read.setdefault(words, (_oddness(words), encoding))
    best = sorted(read, key=lambda words: read[words][0])[:MOST]
    return [Candidate(read[words][1], ENCODINGS[read[words][1]], _some(words)) for words in best]


def _read(cells: list[bytes], encoding: str) -> tuple[str, ...] | None:
    try:
        return tuple(cell.decode(encoding) for cell in cells)
    except UnicodeError:
        return None


def _some(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words with the most different letters that are not of ASCII between them."""
    seen: set[str] = set()
    chosen = []
    for word in words:
        new = {char for char in word if not char.isascii()} - seen
        if new:
            chosen.append(word)
            seen |= new
    return tuple(chosen[:_WORDS])


def _oddness(words: tuple[str, ...]) -> float:
    """How unlike names the words look, for each letter that is not of ASCII: the less, the likelier."""
    letters = sum(1 for word in words for char in word if not char.isascii())
    return sum(map(_oddness_of, words)) / max(letters, 1)


def _oddness_of(cell: str) -> float:
    odd = 2.0 * float(badness(cell))
    for char in cell:
        if not char.isascii():
            odd += 0.0 if char in _FREQUENT else _oddness_of_letter(char)
    for word in _LETTERS.findall(cell):
        scripts = {_script(char) for char in word}
        odd += 3.0 * (len(scripts - {"Kana"}) > 1)
        inside = word[1:]
        odd += 2.0 * (not inside.isupper() and any(char.isupper() and not char.isascii() for char in inside))
    return odd


def _oddness_of_letter(char: str) -> float:
    if not char.isalpha():
        return 0.5 if char in _PUNCTUATION else 4.0
    if "\u4e00" <= char <= "\u9fff":
        return 0.2 if _is_frequent_character(char) else 1.2
    return 0.3 if "\uac00" <= char <= "\ud7af" or "\u3040" <= char <= "\u30ff" else 1.0


def _is_frequent_character(char: str) -> bool:
    """Whether a Chinese character is among the first few thousand of one of the national lists."""
    lead = char.encode("gb2312", "ignore")[:1]
    return b"\xb0" <= lead <= b"\xd7" or b"\xa4" <= char.encode("big5", "ignore")[:1] <= b"\xc6"


def _script(char: str) -> str:
    return next((name for name, first, last in _SCRIPTS if first <= ord(char) <= last), "other")

"""Text that was saved in one encoding and read in another before it came here: told, and read again."""

from __future__ import annotations

import re

from ftfy import TextFixerConfig, fix_encoding
from ftfy.badness import is_bad

# The first character of a garbled letter and what may follow it, as Windows-1252, -1250, -1251, Mac Roman and DOS read
# UTF-8. Only where this is found is a closer look worth its time.
_SIGNS = "\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019"
_SIGNS += "\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
# It begins with a set of characters, by which the search is several times quicker than by a choice of ways.
_FIRST, _ALONE = "\u00c0-\u00f4\u0102\u0139\u013d\u0420\u0421", "\ufffd\u221a\u2248\u2206\u00ac\u251c\u252c"
_SUSPECT = re.compile(
    rf"[{_FIRST}{_ALONE}](?:(?<=[{_ALONE}])|(?<=[{_FIRST}])[{_SIGNS}]"
    r"|(?<=[\u0420\u0421])[\u0401-\u040f\u0451-\u045f\u0490\u0491]|(?<=\b\u00c3)(?=[a-z]))"
)
_NOT_PLAIN_LATIN = re.compile(r"[^\x00-\x7f\u00c0-\u00c2\u00c4-\u0151\u0154-\u015f\u0162-\u0177]")  # nor a sign
_CERTAIN = re.compile(rf"\ufffd|[\u00c2-\u00c5\u00e2][{_SIGNS}]|\b\u00c3(?=[a-z])")
_LONGEST = 1_000  # a longer text is judged by its beginning
_SURE = TextFixerConfig(restore_byte_a0=False, replace_lossy_sequences=False)
_UNDEFINED_IN_1252 = "\x81\x8d\x8f\x90\x9d"


def may_be_garbled(text: str) -> bool:
    """Whether a closer look is worth its time; also for many texts at once."""
    return _NOT_PLAIN_LATIN.search(text) is not None and _SUSPECT.search(text) is not None


def is_garbled(text: str) -> bool:
    """Whether a text looks garbled: JosÃ©, Jos√©."""
    text = text[:_LONGEST]
    return may_be_garbled(text) and (_CERTAIN.search(text) is not None or bool(is_bad(text)))


def mended(text: str) -> str:
    """Read a garbled text as what it was: JosÃ© is José. What cannot be that stays."""
    if text.isascii() or len(text) > _LONGEST:
        return text
    try:
        return b"".join(map(_byte, text)).decode()
    except UnicodeError:
        return fix_encoding(text, _SURE) if is_garbled(text) else text


def _byte(char: str) -> bytes:
    """Return the byte that Windows-1252 reads as this character; five of them it leaves to themselves."""
    return char.encode("latin-1" if char in _UNDEFINED_IN_1252 else "cp1252")

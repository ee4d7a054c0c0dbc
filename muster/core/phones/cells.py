"""Phone numbers: what a cell says, as E.164, by the rules of the phonenumbers library (N1 to N8).

A cell is first cleaned, and refused where the library would silently accept it: letters, extensions, two numbers. Then
its beginning and length decide, or else one walk over the digits. The few numbers that a walk cannot decide are put to
the library itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS

from muster.core.phones.numbering import LONGEST, PLANS, REGIONS, plan_of, walked


class Number(NamedTuple):
    """What a cell says: an E.164 number, the code of what is odd or wrong with it, or both."""

    e164: str | None
    code: str | None


Said: TypeAlias = tuple[str | None, str | None]  # a Number still plain, which is several times quicker to make

BLANK: Said = (None, None)
SHORTENED: Said = (None, "phone-shortened")
EXTENSION: Said = (None, "phone-extension")
UNREADABLE: Said = (None, "phone-unreadable")
NO_PLUS: Said = (None, "phone-no-plus")
IMPOSSIBLE: Said = (None, "phone-impossible")
NOT_ASSIGNED = "phone-not-assigned"

_is_e164 = re.compile(r"\+[0-9]+").fullmatch
LONGEST_TEXT = 250  # the library reads no more, and no number needs it
_MOST_BEGINNINGS = 20_000
_QUOTES = "'`\"\u2018\u2019"
_SCHEME = re.compile(r"\A(?:tel|sms|callto|whatsapp)\s*:\s*", re.IGNORECASE)
_GAPS = str.maketrans("", "", " -.()")  # what stands between the digits of most numbers
_NOT_DIGITS = str.maketrans("", "", "+-.()[]/ \t\n\r\v\f\x1c\x1d\x1e\x1f")
# What a repetition with "+" behind it has matched it never gives back, so that no text is walked over and over.
_BETWEEN = r"[-\s.()\[\]/]*+"
_ONE_NUMBER = re.compile(rf"{_BETWEEN}\+*+(?:{_BETWEEN}\d)*+{_BETWEEN}")
_TWO_NUMBERS = re.compile(r"(?:\D*+\d){7,}[^\d\n/]*+[\n/](?:\D*+\d){7,}+\D*+")
_SPREADSHEET_POWER = re.compile(r"[+-]?\d+(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
_SPREADSHEET_FLOAT = re.compile(r"\s*\d+\.0+\s*")
_LABEL = r"(?:e?xt(?:ensi(?:on|ón|o))?n?|x|#|~|int|anexo|poste|доб)"
_EXTENSION = re.compile(
    rf"{_BETWEEN}\+*+(?:{_BETWEEN}\d){{3,}}{_BETWEEN}"
    rf"(?:[,;]*+\s*+{_LABEL}[.:=]*+[\s,-]*+\d{{1,20}}\s*+#?|[,;]++\s*+\d{{1,6}}\s*+#?|(?<=[-\s])\d{{1,6}}#)",
    re.IGNORECASE,
)


def read(cell: str, home: str) -> Number:
    """Read a cell that is not blank, for a team whose home region is `home`."""
    return Number(*_read(cell, cell.translate(_GAPS), home))


def read_all(cells: Sequence[str], home: str) -> list[Said]:
    """Read the cells of a column; an empty one says nothing, and has no code either."""
    texts = "\n".join(cells).translate(_GAPS).split("\n")  # once for all is several times quicker
    if len(texts) != len(cells):
        texts = [cell.translate(_GAPS) for cell in cells]
    return [_read(cell, text, home) if cell else BLANK for cell, text in zip(cells, texts, strict=True)]


def _read(cell: str, text: str, home: str) -> Said:
    """`text` is the cell without gaps."""
    if len(cell) > LONGEST_TEXT:
        return _read_long(cell, home)
    if "." in cell and _SPREADSHEET_FLOAT.fullmatch(cell):
        return _read_unusual(cell, home)
    before = _BEGINNINGS[home, text[: 7 if text < "0" else 5], len(text)]
    if before is not None and text[5:].isdigit() and text.isascii():
        return before + text, None
    international = text[:1] == "+"
    digits = text[1:] if international else text
    if not digits.isdigit() or not digits.isascii():
        return _read_unusual(cell, home)
    return _international(digits) if international else _national(digits, home)


def _read_long(cell: str, home: str) -> Said:
    """Read a cell that is too long for a number, unless white space around one makes it so."""
    within = cell.strip()
    return _read(within, within.translate(_GAPS), home) if len(within) <= LONGEST_TEXT else UNREADABLE


class _Beginnings(dict[tuple[str, str, int], str | None]):
    """By the home region, how a number begins and how long it is: what, put before it, makes it E.164.

    None where that does not settle that the number is assigned, whatever its other digits are.
    """

    def __missing__(self, key: tuple[str, str, int]) -> str | None:
        if len(self) >= _MOST_BEGINNINGS:
            self.clear()
        self[key] = before = _before(*key)
        return before


_BEGINNINGS = _Beginnings()


def _before(home: str, begin: str, length: int) -> str | None:
    digits, left = begin.removeprefix("+"), length - len(begin)
    if not digits.isdigit() or not digits.isascii():
        return None
    if digits != begin:
        plan = PLANS[digits[:3]]
        return "" if plan.all_assigned(digits[len(plan.code) :], left) else None
    region = REGIONS[home]
    sure = digits[0] in region.plain and PLANS[region.code].all_assigned(digits, left)
    return f"+{region.code}" if sure else None


def show(e164: str) -> str:
    """The number as it is written for reading, in the international format of its country."""
    if not _is_e164(e164):
        return e164
    plan, national, ending = walked(e164[1:])
    if not plan.code or not 2 <= len(national) <= LONGEST:
        return e164
    return f"+{plan.code} {ending.layout.shown(national) if ending.layout else national}"


def region_of(e164: str) -> str | None:
    """The region a number belongs to, such as "GB"; "001" where it belongs to the whole world."""
    if not _is_e164(e164):
        return None
    _, national, ending = walked(e164[1:])
    return ending.region if 2 <= len(national) <= LONGEST else None


def calling_code(region: str) -> str:
    """The digits after the + of a region's numbers."""
    return REGIONS[region].code


def is_region(code: str) -> bool:
    """Whether numbers can be read for the region with this code."""
    return code in SUPPORTED_REGIONS


def prepare() -> None:
    """Compile the plans of all calling codes now, which takes a second or two, rather than each when first met."""
    for code in COUNTRY_CODE_TO_REGION_CODE:
        plan_of(str(code))


def suggest(cell: str, home: str) -> str | None:
    """How a number that lacks its + would look with it, where that is possible."""
    if len(cell) > LONGEST_TEXT:
        return None
    text = _unwrapped(cell)
    digits = (text.partition(".")[0] if _SPREADSHEET_FLOAT.fullmatch(text) else text).translate(_NOT_DIGITS)
    for prefix in (REGIONS[home].dialled_abroad(digits), "00", "011", ""):
        number = f"+{digits.removeprefix(prefix)}"
        if digits.startswith(prefix) and _is_full_length(number):
            return show(number)
    return None


def _international(digits: str) -> Said:
    """The number with these digits after its plus sign."""
    plan, national, ending = walked(digits)
    if len(national) not in plan.possible:
        return IMPOSSIBLE
    return f"+{plan.code}{national}", None if ending.assigned else NOT_ASSIGNED


def _national(digits: str, home: str) -> Said:
    """The number that these digits dial in the home region, unless they are an international one without its +."""
    region = REGIONS[home]
    plan = PLANS[region.code]
    national = region.national(digits)
    if len(national) not in plan.full:
        return NO_PLUS
    if plan.ending(national).assigned:
        return f"+{plan.code}{national}", None
    if digits.startswith("011") and _is_full_length(f"+{digits[3:]}"):
        return NO_PLUS
    return f"+{plan.code}{national}", NOT_ASSIGNED


def _is_full_length(e164: str) -> bool:
    """Whether the number has a length that can be dialled from anywhere, not only from its own town."""
    if not _is_e164(e164):
        return False
    plan, national, _ = walked(e164[1:])
    return len(national) in plan.full


def _read_unusual(cell: str, home: str) -> Said:
    """Read a cell with more in it than digits, a plus sign and the most usual of what stands between them."""
    text = _unwrapped(cell)
    digits = text.translate(_NOT_DIGITS)
    if _SPREADSHEET_POWER.fullmatch(text):
        return SHORTENED
    if len(text) > LONGEST_TEXT:
        return UNREADABLE
    if not _ONE_NUMBER.fullmatch(text):
        return EXTENSION if _EXTENSION.fullmatch(text) else UNREADABLE
    if "+" in text:
        answer = _international(digits)
    elif digits and not _SPREADSHEET_FLOAT.fullmatch(text):
        answer = _national(digits, home)
    else:
        answer = NO_PLUS if digits else UNREADABLE
    return UNREADABLE if answer[1] and _TWO_NUMBERS.fullmatch(text) else answer


def _unwrapped(cell: str) -> str:
    """The number in plain characters, without what spreadsheets and links put around it."""
    text = cell if cell.isascii() else "".join(map(_plain_character, cell))
    text = text.strip().lstrip(_QUOTES).removeprefix('="').strip(_QUOTES).strip()
    return _SCHEME.sub("", text, count=1).strip(",;:. \t\n")


def _plain_character(character: str) -> str:
    """The ASCII character that means the same in a phone number; nothing for an invisible one."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character.isspace():
        return "\n" if character in "\x85\u2028\u2029" else " "
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category == "Pd" or character in "\u2212\u30fc":
        return "-"
    return chr(ord(character) - 0xFEE0) if "\uff01" <= character <= "\uff5e" else character

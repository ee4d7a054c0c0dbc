"""Phone numbers: what a cell says, as E.164, by the rules of the phonenumbers library (N1 to N9).

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

SHORTENED: Said = (None, "phone-shortened")
EXTENSION: Said = (None, "phone-extension")
UNREADABLE: Said = (None, "phone-unreadable")
NO_PLUS: Said = (None, "phone-no-plus")
IMPOSSIBLE: Said = (None, "phone-impossible")
NOT_ASSIGNED = "phone-not-assigned"

_is_e164 = re.compile(r"\+[0-9]+").fullmatch
LONGEST_TEXT = 250  # the library reads no more, and no number needs it
_MOST_BEGINNINGS, _MOST_HOMES = 20_000, 20
_QUOTES = "'`\"\u2018\u2019"
_SCHEME = re.compile(r"\A(?:tel|sms|callto|whatsapp)\s*:\s*", re.IGNORECASE)
_GAPS = str.maketrans("", "", " -.()")  # what stands between the digits of most numbers
_NOT_DIGITS = str.maketrans("", "", "+-.()[]/ \t\n\r\v\f\x1c\x1d\x1e\x1f")
# What a repetition with "+" behind it has matched it never gives back, so that no text is walked over and over.
_BETWEEN = r"-\s.()\[\]/"
_ONE_NUMBER = re.compile(rf"[{_BETWEEN}]*+\+*+[{_BETWEEN}\d]*+")
_SPREADSHEET_POWER = re.compile(r"[+-]?\d+(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
_SPREADSHEET_FLOAT = re.compile(r"\s*+(\+?\d++)\.0++\s*+")
_ENDS_LIKE_FLOAT = re.compile(r"\.0+\s*$", re.MULTILINE)
_GAP = re.compile(r"\D+")
_LABEL = r"(?:e?xt(?:ensi(?:on|ón|o))?n?|x|#|~|int|anexo|poste|доб)"
_EXTENSION = re.compile(
    rf"[,;]*+\s*+{_LABEL}[.:=]*+[\s,-]*+\d{{1,20}}+\s*+#?|[,;]++\s*+\d{{1,6}}+\s*+#?", re.IGNORECASE
)
_BEFORE_A_HASH = re.compile(r"[-\s]\d{1,6}\Z")


def read(cell: str, home: str) -> Number:
    """Read a cell that is not blank, for a team whose home region is `home`."""
    return Number(*_read(cell, cell.translate(_GAPS), home))


def read_all(cells: Sequence[str], home: str) -> tuple[list[str | None], list[tuple[int, str]]]:
    """Read the cells of a column: their numbers, and the codes of those that are odd or wrong, by their index.

    An empty cell says nothing, and has no code either.
    """
    whole = "\n".join(cells)
    texts = whole.translate(_GAPS).split("\n")  # once for all is several times quicker
    if len(texts) != len(cells):
        texts = [cell.translate(_GAPS) for cell in cells]
    known = _BEGINNINGS[home]
    numbers = [
        before + text
        if text
        and (before := known[text[: 7 if text < "0" else 5], len(text)]) is not None
        and text[5:].isdigit()
        and text.isascii()
        else None
        for text in texts
    ]
    if max(map(len, cells), default=0) > LONGEST_TEXT or _ENDS_LIKE_FLOAT.search(whole):
        for index, cell in enumerate(cells):
            if len(cell) > LONGEST_TEXT or _SPREADSHEET_FLOAT.fullmatch(cell):
                numbers[index] = None
    odd = []
    for index in [index for index, number in enumerate(numbers) if number is None and cells[index]]:
        numbers[index], code = _read(cells[index], texts[index], home)
        if code:
            odd.append((index, code))
    return numbers, odd


def _read(cell: str, text: str, home: str) -> Said:
    """Read a cell that its beginning does not settle; `text` is the cell without gaps."""
    if len(cell) > LONGEST_TEXT:
        return _read_long(cell, home)
    if "." in cell and _SPREADSHEET_FLOAT.fullmatch(cell):
        return _read_unusual(cell, home)
    international = text[:1] == "+"
    digits = text[1:] if international else text
    if not digits.isdigit() or not digits.isascii():
        return _read_unusual(cell, home)
    answer = _international(digits) if international else _national(digits, home)
    return UNREADABLE if answer[1] and len(digits) > 13 and _are_two_numbers(cell, answer, home) else answer


def _read_long(cell: str, home: str) -> Said:
    """Read a cell that is too long for a number, unless white space around one makes it so."""
    within = cell.strip()
    if len(within) <= LONGEST_TEXT:
        return _read(within, within.translate(_GAPS), home)
    return IMPOSSIBLE if within[0] == "+" and within[1:].isdigit() and within.isascii() else UNREADABLE


class _Beginnings(dict[tuple[str, int], str | None]):
    """By how a number begins and how long it is: what, put before it, makes it E.164.

    None where that does not settle that the number is assigned, whatever its other digits are.
    """

    def __init__(self, home: str) -> None:
        super().__init__()
        self.home = home

    def __missing__(self, key: tuple[str, int]) -> str | None:
        if len(self) >= _MOST_BEGINNINGS:
            self.clear()
        self[key] = before = _before(self.home, *key)
        return before


class _ByHome(dict[str, _Beginnings]):
    """The beginnings by home region."""

    def __missing__(self, home: str) -> _Beginnings:
        if len(self) >= _MOST_HOMES:
            self.clear()
        self[home] = beginnings = _Beginnings(home)
        return beginnings


_BEGINNINGS = _ByHome()


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
    """How a number that lacks its + would look with it, where that is possible.

    What may be a number of the home region with a digit too many or too few is never taken for one of another country.
    """
    if len(cell) > LONGEST_TEXT:
        return None
    digits = _unwrapped(cell).translate(_NOT_DIGITS)
    region = REGIONS[home]
    for prefix in (region.dialled_abroad(digits), "00", "011", ""):
        number = f"+{digits.removeprefix(prefix)}"
        if digits.startswith(prefix) and _is_full_length(number):
            foreign = not prefix and not digits.startswith(region.code)
            return None if foreign and _is_nearly(digits, home) else show(number)
    return None


def two_ways(cell: str, home: str) -> tuple[str, str] | None:
    """The two readings of a number that lacks its +, where it would be another number of the home region with it."""
    digits = _unwrapped(cell[: LONGEST_TEXT + 1]).translate(_NOT_DIGITS)
    if len(digits) > LONGEST or not digits.isdigit() or not digits.isascii():
        return None
    region = REGIONS[home]
    national = region.national(digits)
    if len(national) not in PLANS[region.code].full or not _lost_plus(digits, national, region.code):
        return None
    return show(f"+{digits}"), show(f"+{region.code}{national}")


def _is_nearly(digits: str, home: str) -> bool:
    """Whether these digits are a number of the home region but for one digit too many or too few."""
    if len(digits) > LONGEST:
        return False
    places = range(len(digits))
    fewer = {digits[:place] + digits[place + 1 :] for place in places}
    more = {digits[:place] + digit + digits[place:] for place in (*places, len(digits)) for digit in "0123456789"}
    return any(_national(each, home)[1] is None for each in (*fewer, *more))


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
    if len(national) not in plan.full or national[0] not in plan.begins or _lost_plus(digits, national, region.code):
        return NO_PLUS
    if plan.ending(national).assigned:
        return f"+{plan.code}{national}", None
    if digits.startswith("011") and _is_full_length(f"+{digits[3:]}"):
        return NO_PLUS
    return f"+{plan.code}{national}", NOT_ASSIGNED


def _lost_plus(digits: str, national: str, code: str) -> bool:
    """Whether these digits, with a + before them, are an assigned number of this calling code, and not the same one."""
    if not digits.startswith(code):
        return False
    number, doubt = _international(digits)
    return number is not None and doubt is None and number != f"+{code}{national}"


def _is_full_length(e164: str) -> bool:
    """Whether the number has a length that can be dialled from anywhere, not only from its own town."""
    if not _is_e164(e164):
        return False
    plan, national, _ = walked(e164[1:])
    return len(national) in plan.full


def _read_unusual(cell: str, home: str) -> Said:
    """Read a cell with more in it than digits, a plus sign and the most usual of what stands between them."""
    text = _unwrapped(cell)
    if _SPREADSHEET_POWER.fullmatch(text):
        return SHORTENED
    if len(text) > LONGEST_TEXT:
        return UNREADABLE
    if not _ONE_NUMBER.fullmatch(text):
        return EXTENSION if _has_extension(text) else UNREADABLE
    digits = text.translate(_NOT_DIGITS)
    if not digits:
        return UNREADABLE if "+" not in text else IMPOSSIBLE
    answer = _international(digits) if "+" in text else _national(digits, home)
    return UNREADABLE if answer[1] and _are_two_numbers(text, answer, home) else answer


def _has_extension(text: str) -> bool:
    """Whether this is a number, of at least three digits, and then an extension."""
    found = _ONE_NUMBER.match(text)
    number = found[0] if found else ""
    rest = text[len(number) :]
    if rest == "#":
        number = _BEFORE_A_HASH.sub("", number)
        return len(number) < len(text) - 1 and _digits_in(number) >= 3
    return _digits_in(number) >= 3 and _EXTENSION.fullmatch(rest) is not None


def _digits_in(text: str) -> int:
    return sum(map(str.isdigit, text))


def _are_two_numbers(text: str, answer: Said, home: str) -> bool:
    """Whether a text that is no assigned number is two of at least seven digits each, set apart by anything."""
    total = _digits_in(text)
    if not 14 <= total <= 2 * LONGEST:
        return False
    for gap in _GAP.finditer(text):
        before = _digits_in(text[: gap.start()])
        if before < 7 or total - before < 7:
            continue
        if "/" in gap[0] or "\n" in gap[0]:
            return True
        parts = text[: gap.start()], text[gap.start() :]
        if answer[0] is None and all(_read(each, each.translate(_GAPS), home)[0] for each in parts):
            return True
    return False


def _unwrapped(cell: str) -> str:
    """The number in plain characters, without what spreadsheets and links put around it."""
    text = cell if cell.isascii() else "".join(map(_plain_character, cell))
    text = text.strip().lstrip(_QUOTES).removeprefix('="').strip(_QUOTES).strip()
    text = _SCHEME.sub("", text, count=1).strip(",;:. \t\n")
    found = _SPREADSHEET_FLOAT.fullmatch(text)
    return found[1] if found else text


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

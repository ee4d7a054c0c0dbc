"""Phone numbers: what a cell says, as E.164, by the rules of the phonenumbers library (N1 to N8)."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import phonenumbers
from phonenumbers import CountryCodeSource, NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult


class Number(NamedTuple):
    """What a cell says: an E.164 number, the code of what is odd or wrong with it, or both."""

    e164: str | None
    code: str | None


SHORTENED = Number(None, "phone-shortened")
EXTENSION = Number(None, "phone-extension")
UNREADABLE = Number(None, "phone-unreadable")
NO_PLUS = Number(None, "phone-no-plus")
IMPOSSIBLE = Number(None, "phone-impossible")
NOT_ASSIGNED = "phone-not-assigned"

_QUOTES = "'`\"\u2018\u2019"
_SCHEME = re.compile(r"(?:tel|sms|callto|whatsapp)\s*:\s*", re.IGNORECASE)
_BETWEEN = r"[-\s.()\[\]/]*"  # what may stand between the digits of one number
_ONE_NUMBER = re.compile(rf"{_BETWEEN}\+*(?:{_BETWEEN}\d)*{_BETWEEN}")
_TWO_NUMBERS = re.compile(r"(?:\D*\d){7,}[^\d\n/]*[\n/](?:\D*\d){7,}\D*")
_SPREADSHEET_POWER = re.compile(r"[+-]?\d+(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
_SPREADSHEET_FLOAT = re.compile(r"\d+\.0+")
_LABEL = r"(?:e?xt(?:ensi(?:on|ón|o))?n?|x|#|~|int|anexo|poste|доб)"
_EXTENSION = re.compile(
    rf"{_BETWEEN}\+*(?:{_BETWEEN}\d){{3,}}{_BETWEEN}"
    rf"(?:[,;]*\s*{_LABEL}[.:=]*[\s,-]*\d{{1,20}}\s*#?|[,;]+\s*\d{{1,6}}\s*#?|[-\s]+\d{{1,6}}#)",
    re.IGNORECASE,
)


def read(cell: str, home: str) -> Number:
    """Read a cell that is not blank, for a team whose home region is `home`."""
    text = _unwrapped("".join(map(_plain_character, cell)))
    if _SPREADSHEET_POWER.fullmatch(text):
        return SHORTENED
    if _EXTENSION.fullmatch(text) and not _TWO_NUMBERS.fullmatch(text):
        return EXTENSION
    if not _ONE_NUMBER.fullmatch(text) or _TWO_NUMBERS.fullmatch(text):
        return UNREADABLE
    digits = _digits(text)
    if "+" in text:
        return _international(digits)
    if not digits:
        return UNREADABLE
    return NO_PLUS if _SPREADSHEET_FLOAT.fullmatch(text) else _national(digits, home)


def show(e164: str) -> str:
    """The number as it is written for reading, in the international format of its country."""
    number = _parsed(e164)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL) if number else e164


def region_of(e164: str) -> str | None:
    """The region a number belongs to, such as "GB"; "001" where it belongs to the whole world."""
    number = _parsed(e164)
    return phonenumbers.region_code_for_number(number) if number else None


def calling_code(region: str) -> str:
    """The digits after the + of a region's numbers."""
    if not is_region(region):
        raise ValueError(f"unknown region: {region!r}")
    return str(phonenumbers.country_code_for_region(region))


def is_region(code: str) -> bool:
    """Whether numbers can be read for the region with this code."""
    return code in phonenumbers.SUPPORTED_REGIONS


def suggest(cell: str, home: str) -> str | None:
    """How a number that lacks its + would look with it, where that is possible."""
    text = _unwrapped("".join(map(_plain_character, cell)))
    digits = _digits(text.partition(".")[0] if _SPREADSHEET_FLOAT.fullmatch(text) else text)
    for prefix in (_dialling_prefix(digits, home), "00", "011", ""):
        number = _parsed(f"+{digits[len(prefix) :]}") if digits.startswith(prefix) else None
        if number and _is_full_length(number):
            return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return None


def _international(digits: str) -> Number:
    number = _parsed(f"+{digits}")
    if number and phonenumbers.is_possible_number(number):
        return _found(number)
    return IMPOSSIBLE


def _national(digits: str, home: str) -> Number:
    number = _parsed(digits, home)
    if not number or number.country_code_source == CountryCodeSource.FROM_NUMBER_WITH_IDD:
        return NO_PLUS
    if digits.startswith("00") or not _is_full_length(number):
        return NO_PLUS
    found = _found(number)
    abroad = _parsed(f"+{digits[3:]}") if digits.startswith("011") and found.code else None
    return NO_PLUS if abroad and _is_full_length(abroad) else found


def _found(number: PhoneNumber) -> Number:
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Number(e164, None if phonenumbers.is_valid_number(number) else NOT_ASSIGNED)


def _parsed(text: str, home: str | None = None) -> PhoneNumber | None:
    if home is not None and not is_region(home):
        raise ValueError(f"unknown region: {home!r}")
    try:
        return phonenumbers.parse(text, home, keep_raw_input=home is not None)
    except NumberParseException:
        return None


def _is_full_length(number: PhoneNumber) -> bool:
    """Whether the number has a length that can be dialled from anywhere, not only from its own town."""
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


def _dialling_prefix(digits: str, home: str) -> str:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(home, None)
    found = re.match(metadata.international_prefix or "", digits) if metadata else None
    return found[0] if found else ""


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())


def _plain_character(character: str) -> str:
    """The ASCII character that means the same in a phone number; nothing for an invisible one."""
    if character.isascii():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category == "Zs":
        return " "
    if category == "Pd" or character in "\u2212\u30fc":
        return "-"
    return chr(ord(character) - 0xFEE0) if "\uff01" <= character <= "\uff5e" else character


def _unwrapped(text: str) -> str:
    """The number without what spreadsheets and links put around it."""
    text = text.strip().lstrip(_QUOTES)
    if text.startswith('="') and text.endswith('"'):
        text = text[2:]
    text = _SCHEME.sub("", text.strip(_QUOTES).strip(), count=1) if ":" in text else text.strip(_QUOTES)
    return text.strip().strip(",;:.").strip()

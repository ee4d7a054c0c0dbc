"""Reading one date: ISO, month names, a spreadsheet's number of days, or numbers in the order chosen for the column."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from muster.core.sentences.language import Words, gettext_noop

ENGLISH_ORDERS = {
    "dmy": gettext_noop("Day first: 03/04/25 is 3 April 2025"),
    "mdy": gettext_noop("Month first: 03/04/25 is March 4, 2025"),
    "ymd": gettext_noop("Year first: 03/04/25 is 25 April 2003"),
    "serial": gettext_noop("Days of a spreadsheet: 45000 is 15 March 2023"),
}
ORDERS = Words(ENGLISH_ORDERS)

# In the languages of the team: English, Spanish, Portuguese, French, German, Arabic. Short forms are recognised by
# how they begin; what begins alike in two languages is the same month in both.
_MONTHS = (
    "jan ene jän يناير",
    "feb fev fév فبراير شباط",
    "mar mär mrz مارس آذار",
    "apr abr avr أبريل ابريل إبريل نيسان",
    "may mai مايو أيار",
    "jun juin يونيو حزيران",
    "jul juil يوليو تموز",
    "aug ago aoû aou أغسطس اغسطس آب",
    "sep set أيلول سبتمبر",
    "oct okt out أكتوبر اكتوبر",
    "nov نوفمبر",
    "dec déc dez dic ديسمبر",
)
_BEGINNINGS = {word: month for month, words in enumerate(_MONTHS, 1) for word in words.split()}
_NAMES = """
    january february march april may june july august september october november december
    enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
    janeiro fevereiro março marco maio junho julho setembro outubro novembro dezembro
    janvier février fevrier mars avril mai juin juillet août aout septembre octobre novembre décembre decembre
    januar jänner februar märz maerz juni juli oktober dezember sept"""
_FULL_NAMES = frozenset(_NAMES.split())
_DAYS_OF_THE_WEEK = """
    mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday
    lunes martes miércoles miercoles jueves viernes sábado sabado domingo segunda terça quarta quinta sexta feira
    lundi mardi mercredi jeudi vendredi samedi dimanche
    montag dienstag mittwoch donnerstag freitag samstag sonntag"""
_FILLERS = frozenset(("de del of the le den der " + _DAYS_OF_THE_WEEK).split())
_LONGEST = 60  # no date is longer; a longer cell is not looked at
_TIME = (
    r"(?:[T ,]\s?\d{1,2}(?::\d{2}){1,2}(?:[.,]\d{1,9})?\s?(?:[AaPp]\.?\s?[Mm]\.?)?"
    r"(?:\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?"
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})\.?" + _TIME, re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_ORDERED = re.compile(r"(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})" + _TIME, re.ASCII)
_WITH_NAME = re.compile(r"[\w.,/'\u2019 -]*?" + _TIME)
_ENDS_IN_TIME = re.compile(_TIME + r"\Z", re.ASCII)
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_ORDINAL = frozenset(("st", "nd", "rd", "th", "er", "o", "º", "ª"))
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)  # 1927 to 2173
_FIRST_DAY = dt.date(1899, 12, 30)


class Date(NamedTuple):
    """What a cell says: the date, or why it is none: the readings it could have, or the day that does not exist."""

    iso: str | None
    readings: tuple[str, ...] = ()
    no_such_day: str | None = None


UNREADABLE = Date(None)
Day = tuple[int, int, int]  # year, month, day


@lru_cache(20_000)  # fifty years of days, which a long file has again and again
def read(text: str, order: str | None = None) -> Date:
    """Read a date. `order`, where one is chosen for the column, is for dates that can be read in several ways.

    Two digits are the years 1970 to 2069. 13/04/2025 is clear; 03/04/2025 is not, without an order.
    """
    if len(text) > _LONGEST:
        return UNREADABLE
    text = text if text.isascii() else _with_plain_digits(text)
    if order == "serial" and (found := _SERIAL.fullmatch(text)):
        return Date((_FIRST_DAY + dt.timedelta(days=int(found[1]))).isoformat())
    return _judged(list(_days(text, None if order == "serial" else order)))


def _judged(days: list[Day]) -> Date:
    """Take the one day that exists. Several different ones are readings between which only a person can choose."""
    real = sorted({day for day in map(_date, days) if day})
    if len(real) == 1:
        return Date(real[0].isoformat())
    if real:
        return Date(None, readings=tuple(day.isoformat() for day in real))
    year, month, day = days[0] if days else (0, 0, 0)
    exists = bool(year and 1 <= month <= 12 and 1 <= day <= 31)
    return Date(None, no_such_day=f"{year:04}-{month:02}-{day:02}") if exists else UNREADABLE


def _days(text: str, order: str | None) -> Iterator[Day]:
    """Yield the days that a text may mean."""
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = (int(part) for part in found.groups() if part.isdigit())
        yield year, month, day
    elif found := _ORDERED.fullmatch(text):
        yield from _ordered(int(found[1]), int(found[3]), found[4], order)
    else:
        yield from _named(text)


def _ordered(first: int, second: int, last: str, order: str | None) -> Iterator[Day]:
    year = _full_year(last)
    if order in (None, "dmy"):
        yield year, second, first
    if order in (None, "mdy"):
        yield year, first, second
    if len(last) == 2 and order in (None, "ymd"):
        yield _full_year(f"{first:02}"), second, int(last)


def _named(text: str) -> Iterator[Day]:
    """Yield the day of a date with a month's name: 3 Apr 2025, April 3rd, 2025, 3 de abril de 2025, 2025-Apr-03."""
    tokens = _TOKEN.findall(_ENDS_IN_TIME.sub("", text, count=1))
    numbers = [token for token in tokens if token.isdigit()]
    words = [token.casefold() for token in tokens if not token.isdigit()]
    months = [month for word in words if (month := _month(word))]
    rest = [word for word in words if not _month(word) and word not in _FILLERS and word not in _ORDINAL]
    if len(numbers) != 2 or len(months) != 1 or rest or not _WITH_NAME.fullmatch(text):
        return
    first, last = numbers
    if len(first) == 4 and len(last) <= 2:
        yield int(first), months[0], int(last)
    elif len(first) <= 2 and len(last) in (2, 4):
        yield _full_year(last), months[0], int(first)


def _month(word: str) -> int | None:
    if word in _BEGINNINGS:
        return _BEGINNINGS[word]
    if word not in _FULL_NAMES:
        return None
    return next((_BEGINNINGS[word[:size]] for size in (4, 3) if word[:size] in _BEGINNINGS), None)


def _full_year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 70 else 1900)


def _date(day: Day) -> dt.date | None:
    try:
        return dt.date(*day)
    except ValueError:
        return None


def _with_plain_digits(text: str) -> str:
    """Write full-width, Arabic and other digits as 0 to 9, and every kind of space as a space."""
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else " " if char.isspace() else char for char in text
    )


MONTHS_IN_WORDS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

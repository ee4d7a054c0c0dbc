"""One person, several spellings of one number: which E.164 numbers reach the same telephone (N10).

WhatsApp's ids and old address books spell some countries' numbers in their own way. Wherever people are found by
number (search, consent, stop list, "held", "shared"), what is compared is the `key` of a number.

Each rule is one country's, and names who documents it. A country whose new numbers cannot be told from the old ones,
or where one spelling may be two people's, has no rule: Brazil's fixed lines (2 to 5) never got the ninth digit, and
Vietnam's old prefixes of eleven digits are years out of use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from phonenumbers import PhoneMetadata

from muster.core.phones.cells import IMPOSSIBLE, LONGEST_TEXT, NO_PLUS, Number, read, region_of, show, suggest
from muster.core.phones.numbering import walked

_LOCAL_ZERO = "0?"  # the library's pattern begins with the trunk prefix, which no number with + has


class Rule(NamedTuple):
    """How one country's numbers are spelled. `spelled`: every pattern of a number, with what its groups make the key;
    `others`: what the groups of `whole`, which the key matches, make the other spellings."""

    country: str
    code: str
    what: str
    source: str
    spelled: tuple[tuple[re.Pattern[str], Callable[..., str]], ...]
    whole: re.Pattern[str]
    others: tuple[Callable[..., str], ...]


def _argentine_area() -> str:
    """Return the pattern of Argentina's area codes of two to four digits, as the library knows them."""
    metadata = PhoneMetadata.metadata_for_region("AR")
    prefix = metadata.national_prefix_for_parsing if metadata else None
    if not prefix or not prefix.startswith(f"{_LOCAL_ZERO}(?:(") or not prefix.endswith(")15)?"):
        raise ValueError(f"a trunk prefix of Argentina with something unknown in it: {prefix}")
    return prefix.removeprefix(f"{_LOCAL_ZERO}(?:").removesuffix("15)?")


def _ivorian(first: str, second: str, rest: str) -> str:
    """Return the number of ten digits: the old one's second digit tells the operator whose prefix it got."""
    operator = "01" if second in "0123" else "05" if second in "456" else "07"
    return f"+225{operator}{first}{second}{rest}"


RULES = (
    Rule(
        "Argentina",
        "54",
        "a 9 after +54 is dialled to mobiles from abroad; 15 after the area code at home; WhatsApp has the 9",
        "libphonenumber, AR: nationalPrefixForParsing, which makes 15 a 9; WhatsApp help, “About international "
        "phone number format”: Argentina has a 9 between country and area code, and no 15",
        (
            (re.compile(rf"\+549?{_argentine_area()}15(\d+)"), "+549{}{}".format),
            (re.compile(r"\+549?([1-3]\d{9})"), "+549{}".format),
        ),
        re.compile(r"\+549(\d{10})"),
        ("+54{}".format,),
    ),
    Rule(
        "Benin",
        "229",
        "01 was put before every number of eight digits on 30 November 2024",
        "ARCEP Bénin, numbering plan of 2024; libphonenumber, BJ, since 8.13.51",
        ((re.compile(r"\+229([24569]\d{7})"), "+22901{}".format),),
        re.compile(r"\+22901([24569]\d{7})"),
        ("+229{}".format,),
    ),
    Rule(
        "Brazil",
        "55",
        "a ninth digit, 9, was put before mobile numbers of 6 to 9, radio trunks (70, 77 to 79) excepted; WhatsApp's "
        "older ids are without it",
        "ANATEL, resolution 553 of 2010; Zoho, Zoko and Whapi on WhatsApp ids of Brazil; libphonenumber, BR",
        ((re.compile(r"\+55([1-9]\d)([689]\d{7}|7[1-6]\d{6})"), "+55{}9{}".format),),
        re.compile(r"\+55([1-9]\d)9([689]\d{7}|7[1-6]\d{6})"),
        ("+55{}{}".format,),
    ),
    Rule(
        "Ivory Coast",
        "225",
        "an operator's prefix was put before every mobile number of eight digits on 31 January 2021",
        "ARTCI, plan national de numérotation à 10 chiffres: 01 Moov, 05 MTN, 07 Orange by the second digit; "
        "libphonenumber, CI, since 8.12.17",
        ((re.compile(r"\+225([04-9])(\d)(\d{6})"), _ivorian),),
        re.compile(r"\+2250[157]([04-9])(\d)(\d{6})"),
        ("+225{}{}{}".format,),
    ),
    Rule(
        "Mexico",
        "52",
        "a 1 after +52 was dialled to mobiles from abroad until 3 August 2019; WhatsApp's ids still have it",
        "IFT, Plan Técnico Fundamental de Numeración; Twilio and WhatsApp send +521…; libphonenumber, MX, refuses it",
        ((re.compile(r"\+521([2-9]\d{9})"), "+52{}".format),),
        re.compile(r"\+52([2-9]\d{9})"),
        ("+521{}".format,),
    ),
)
_BEGINNINGS = tuple(f"+{rule.code}" for rule in RULES)
_WITHOUT_PLUS = re.compile(r"(?:00|011)?([1-9]\d{6,14})")


def key(number: str) -> str:
    """Return what is the same for every spelling of an E.164 number: what to compare instead of the number."""
    rule = _rule(number) if number.startswith(_BEGINNINGS) else None
    return _key(rule, number) if rule else number


def with_spellings(numbers: Iterable[str]) -> list[str]:
    """Return the E.164 numbers that are of a country whose numbers may have several spellings: a quick look."""
    return [each for each in numbers if each.startswith(_BEGINNINGS)]


def of(number: str) -> tuple[str, ...]:
    """Return every spelling of an E.164 number, its key first; most numbers have but one."""
    rule = _rule(number) if number.startswith(_BEGINNINGS) else None
    if rule is None:
        return (number,)
    same = _key(rule, number)
    found = rule.whole.fullmatch(same)
    others = [make(*found.groups()) for make in rule.others] if found else []
    return tuple(dict.fromkeys((same, *(each for each in others if _key(rule, each) == same), number)))


def respelt(number: str) -> str:
    """Return the spelling that the library calls valid: the number itself where it is, else the first that is."""
    return next((each for each in (number, *of(number)) if _is_assigned(each)), number)


def older_spelling(cell: str, home: str) -> str | None:
    """Return the number of a cell that is impossible but for an older spelling of its country: "+52 1 55 1234 5678"."""
    digits = "".join(char for char in cell if char.isdigit())
    number = f"+{digits}"
    if "+" not in cell or not number.startswith(_BEGINNINGS) or read(cell, home) != IMPOSSIBLE:
        return None
    found = respelt(number)
    return found if found != number else None


def suggested(cell: str, home: str) -> str | None:
    """Return how a number that lacks its + would look with it, in the spelling of today: 5215512345678 is Mexican."""
    found = suggest(cell, home)
    if found or len(cell) > LONGEST_TEXT:
        return found
    older = older_spelling(f"+{cell}", home)
    return show(older) if older else None


def heard(text: str, home: str) -> Number:
    """Read a number that a gateway sends: with or without +, in the spelling of WhatsApp too.

    Without +, it is one of the home region where that can be; who knows that it is not puts the + in front.
    """
    said = read(text, home)
    bare = _WITHOUT_PLUS.fullmatch("".join(char for char in text if char.isdigit()))
    if said.e164 and (said.code is None or "+" in text):
        return said._replace(e164=respelt(said.e164))
    number = respelt(f"+{bare[1]}") if bare else ""
    if _is_assigned(number):
        return Number(number, None)
    return said if said.e164 or said.code else Number(*NO_PLUS)


def _rule(number: str) -> Rule | None:
    return next((rule for rule in RULES if number.startswith(rule.code, 1)), None)


def _key(rule: Rule, number: str) -> str:
    for pattern, make in rule.spelled:
        if found := pattern.fullmatch(number):
            return make(*found.groups())
    return number


def _is_assigned(number: str) -> bool:
    if region_of(number) is None:
        return False
    plan, national, ending = walked(number[1:])
    return number == f"+{plan.code}{national}" and ending.assigned

"""Numbers read by one walk over their digits come out as the phonenumbers library has them, without one difference.

The quick leg tries 20,000 random numbers with a plus sign, the slow one 100,000, `bin/test proof` 1,000,000, and each a
quarter as many without. MUSTER_PHONE_PROOF sets another count for all.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator

import phonenumbers
import pytest
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    SUPPORTED_REGIONS,
    CountryCodeSource,
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
    ValidationResult,
    national_significant_number,
)

from muster.core import phones
from muster.core.phones import IMPOSSIBLE, NO_PLUS, NOT_ASSIGNED, Said
from muster.core.phones.automaton import first_digits

SEED = 20_260
KINDS = (
    *("general_desc", "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail", "no_international_dialling"),
)
LEGS = [
    20_000,
    pytest.param(100_000, marks=pytest.mark.slow),
    pytest.param(1_000_000, marks=[pytest.mark.proof, pytest.mark.timeout(1800)]),
]
Difference = tuple[str, object, object]


def how_many(leg: int) -> int:
    return int(os.environ.get("MUSTER_PHONE_PROOF", leg))


def parsed(text: str, home: str | None = None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, home, keep_raw_input=home is not None)
    except NumberParseException:
        return None


def answer(number: PhoneNumber) -> Said:
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return e164, None if phonenumbers.is_valid_number(number) else NOT_ASSIGNED


def is_full_length(number: PhoneNumber | None) -> bool:
    return number is not None and (phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE)


def by_library(digits: str) -> Said:
    """What the library says of a number with its plus sign."""
    number = parsed(f"+{digits}")
    return answer(number) if number and phonenumbers.is_possible_number(number) else IMPOSSIBLE


def lost_plus(digits: str, number: PhoneNumber) -> bool:
    """Whether, with a plus sign, this is an assigned number of the same country, and not the same number (N3)."""
    other = parsed(f"+{digits}")
    if other is None or other.country_code != number.country_code:
        return False
    return phonenumbers.is_valid_number(other) and answer(other)[0] != answer(number)[0]


def beginnings(code: int) -> frozenset[str]:
    """The digits that the numbers of a calling code begin with."""
    found: set[str] = set()
    for region in COUNTRY_CODE_TO_REGION_CODE[code]:
        metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
        assert metadata
        assert metadata.general_desc
        found |= first_digits(metadata.general_desc.national_number_pattern or "")
    return frozenset(found)


BEGINS = {code: beginnings(code) for code in COUNTRY_CODE_TO_REGION_CODE}


def at_home_by_library(digits: str, home: str) -> Said:
    """What the library says of a number without its plus sign, where it is not seen to dial abroad, or to have lost
    its plus sign (N3)."""
    number = parsed(digits, home)
    if number is None or number.country_code_source == CountryCodeSource.FROM_NUMBER_WITH_IDD:
        return NO_PLUS
    if digits.startswith("00") or not is_full_length(number):
        return NO_PLUS
    found = answer(number)
    if national_significant_number(number)[0] not in BEGINS[number.country_code or 0] or lost_plus(digits, number):
        return NO_PLUS
    abroad = digits.startswith("011") and found[1] and is_full_length(parsed(f"+{digits[3:]}"))
    return NO_PLUS if abroad else found


def shown_by_library(e164: str) -> tuple[str, str | None]:
    number = parsed(e164)
    if number is None:
        return e164, None
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return international, phonenumbers.region_code_for_number(number)


def differences(numbers: Iterable[str]) -> Iterator[Difference]:
    """Where reading, showing or placing numbers (given without their plus sign) differs from the library."""
    for digits in numbers:
        cell = f"+{digits}"
        ours, theirs = phones.read(cell, "US"), by_library(digits)
        if ours != theirs:
            yield cell, ours, theirs
        shown, shown_there = (phones.show(cell), phones.region_of(cell)), shown_by_library(cell)
        if shown != shown_there:
            yield cell, shown, shown_there


def differences_at_home(numbers: Iterable[str], home: str) -> Iterator[Difference]:
    for digits in numbers:
        ours, theirs = phones.read(digits, home), at_home_by_library(digits, home)
        if ours != theirs:
            yield f"{digits} in {home}", ours, theirs


def examples() -> dict[str, list[str]]:
    """What follows the calling code in the library's example numbers, of every region and kind, by calling code."""
    found: dict[str, list[str]] = {}
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
            descriptions = [getattr(metadata, kind) for kind in KINDS]
            numbers = {each.example_number for each in descriptions if each and each.example_number}
            found.setdefault(str(code), []).extend(sorted(numbers))
    return found


EXAMPLES = examples()


def one_off(number: str, random_: random.Random, *, everywhere: bool) -> list[str]:
    """The number, and others with one digit changed, added or dropped."""
    places = range(len(number)) if everywhere else [random_.randrange(len(number))]
    digits = "0123456789" if everywhere else random_.choice("0123456789")
    changed = [number[:place] + digit + number[place + 1 :] for place in places for digit in digits]
    added = [number[:place] + digit + number[place:] for place in [*places, len(number)] for digit in digits]
    dropped = [number[:place] + number[place + 1 :] for place in places]
    return [number, *changed, *added, *dropped]


def random_digits(random_: random.Random, example: str, prefixes: list[str]) -> str:
    """Digits such as people may write after a calling code: like the example for a while, and then at random."""
    like = example[: random_.randrange(len(example) + 1)]
    length = random_.choice([random_.randrange(19), len(example), len(example), len(example)])
    rest = "".join(random_.choices("0123456789", k=max(0, length - len(like))))
    return random_.choice(prefixes) + like + rest


def random_numbers(count: int) -> Iterator[str]:
    """Numbers of all calling codes, and of those that do not exist; one after the other, which is quick to check."""
    random_ = random.Random(SEED)
    unknown = [str(code) for code in range(1000) if code not in COUNTRY_CODE_TO_REGION_CODE]
    codes = [*EXAMPLES, *random_.sample(unknown, 20)]
    for code in codes:
        for _ in range(count // len(codes) + 1):
            example = random_.choice(EXAMPLES.get(code, ["212345678"]))
            yield code + random_digits(random_, example, ["", "", "", "", "0", "1", "8", "06"])


@pytest.mark.parametrize("everywhere", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_it_reads_examples_with_one_digit_changed_added_or_dropped_as_the_library_does(everywhere: bool) -> None:
    random_ = random.Random(SEED)
    numbers = (
        code + number
        for code, national in EXAMPLES.items()
        for example in national
        for number in one_off(example, random_, everywhere=everywhere)
    )
    assert list(differences(numbers)) == []


@pytest.mark.parametrize("leg", LEGS)
def test_it_reads_random_numbers_as_the_library_does(leg: int) -> None:
    assert list(differences(random_numbers(how_many(leg)))) == []


@pytest.mark.parametrize("leg", LEGS)
def test_it_reads_random_numbers_without_their_plus_sign_as_the_library_does_in_every_region(leg: int) -> None:
    random_ = random.Random(SEED)
    found: list[Difference] = []
    for home in sorted(SUPPORTED_REGIONS):
        code = phones.calling_code(home)
        metadata = PhoneMetadata.metadata_for_region(home, None)
        trunk = metadata.national_prefix or "0" if metadata else "0"
        prefixes = ["", "", "", trunk, trunk, code, code + trunk, "00", "011", "0", "1"]
        numbers = [
            random_digits(random_, random_.choice(EXAMPLES[code]), prefixes)
            for _ in range(how_many(leg) // len(SUPPORTED_REGIONS) // 4)
        ]
        found += differences_at_home(filter(None, numbers), home)
    assert found == []


@pytest.mark.parametrize("home", sorted(SUPPORTED_REGIONS))
def test_it_reads_the_examples_of_a_region_at_home_as_the_library_does(home: str) -> None:
    numbers = [phonenumbers.example_number_for_type(home, kind) for kind in range(11)]
    written = {
        phonenumbers.normalize_digits_only(phonenumbers.format_number(number, form))
        for number in numbers
        for form in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.E164)
        if number
    }
    assert written
    assert list(differences_at_home(sorted(written), home)) == []


ODDITIES = {
    "Italian numbers keep their zeros": ["390612345678", "39012345678", "3906", "393123456789", "3900612345678"],
    "the Vatican is in Rome's code": ["390669812345", "3906698", "39066981234567"],
    "San Marino takes Italian zeros": ["3780549886377", "378886377", "378549886377"],
    "Argentina's mobile 15 becomes a 9": ["5491123456789", "541123456789", "54111512345678", "540111512345678"],
    "Mexico's mobile 1 is gone": ["5215512345678", "525512345678", "52015512345678", "52044551234567"],
    "Brazilian carriers are dialled in between": [
        "5511961234567",
        "55021511961234567",
        "550151196123456",
        "5503121286979",
    ],
    "regions share +1": ["12684601234", "12423591234", "14165550123", "18095550123", "16581234567", "17871234567"],
    "regions share +1 and its prefix": ["112684601234", "11416555012", "13101234", "1310123", "16716461234"],
    "Russia and Kazakhstan share +7": ["79161234567", "77012345678", "78005553535", "788005553535", "7880055535"],
    "crown dependencies share +44": ["447781123456", "447797712345", "447624712345", "441481256789", "441534712345"],
    "crown dependencies with a trunk zero": ["4401481256789", "4407797712345", "44180020", "44018002012345678"],
    "islands share +61": ["61891641234", "61891621234", "61412345678", "610412345678", "61183212345"],
    "Svalbard shares +47": ["4779123456", "4721234567", "4741234567", "4702000", "4799"],
    "Guadeloupe shares +590": ["590590271234", "590690001234", "590590510123", "590976012345"],
    "Réunion and Mayotte share +262": ["262262161234", "262269601234", "262639012345"],
    "Morocco and Western Sahara share +212": ["212520123456", "212528812345", "212650123456"],
    "Finland and Åland share +358": ["358181234567", "358412345678", "3580181234567"],
    "Curaçao and Bonaire share +599": ["5997151234", "59994351234", "5997"],
    "Saint Helena and Tristan da Cunha share +290": ["29022158", "2908123", "29051234", "2905123456"],
    "some numbers are of no country": ["80012345678", "80812345678", "870773111632", "878101234567890"],
    "some satellites are of no country": ["881612345678", "8816123456789", "882165123456", "88213123456789"],
    "some services are of no country": ["8835100012345", "883510012345678", "888123456789", "979123456789"],
    "German numbers have many lengths": ["4930123456", "491", "49301234567890123", "4915123456789", "49017612345678"],
    "Chinese carriers are dialled before the number": [
        "8612345678901",
        "8617912345678901",
        "8610123456",
        "86019012345678",
    ],
    "Hungary's trunk prefix is 06": ["36201234567", "3606201234567", "36612345678", "360612345678"],
    "Belarus has two trunk prefixes": ["375291234567", "37580291234567", "3758291234567", "3758201234"],
    "Costa Rican carriers have their own prefixes": ["50622123456", "506190022123456", "50640001234"],
    "nothing but zeros": ["4400", "39000000", "1000", "000", "00", "0", "390000000000"],
    "next to nothing": [
        "1",
        "44",
        "441",
        "4412",
        "7",
        "39",
        "390",
        "9",
        "99",
        "999",
        "9999999999",
        "210",
        "2101234567",
    ],
    "far too much": ["44" + "7" * 17, "44" + "7" * 18, "49" + "3" * 15, "1" * 60, "4" * 251],
}


@pytest.mark.parametrize("numbers", ODDITIES.values(), ids=ODDITIES.keys())
def test_it_reads_what_is_odd_as_the_library_does(numbers: list[str]) -> None:
    assert list(differences(numbers)) == []


ODD_AT_HOME = {
    "FI": "9901234567 | 99512344175 | 0400123456 | 358401234567",
    "AX": "018 123456",
    "AU": "1411001144123 | 0011441753 | 1831412345678",
    "CX": "91641234",
    "CC": "0891621234",
    "CN": "1791100441753 | 00441753 | 17911010123456 | 8613123456789 | 10086",
    "AR": "011 15 1234-5678 | 91112345678 | 1123456789 | 0 9 11 1234 5678",
    "BR": "0 21 11 96123-4567 | 11961234567 | 55 11 96123-4567 | 5596123456",
    "MX": "044 55 1234 5678 | 01 55 1234 5678 | 1 55 1234 5678 | 52 1 55 1234 5678",
    "IT": "06 1234 5678 | 39 06 1234 5678 | 0639123456 | 3933",
    "VA": "06 698 12345",
    "AG": "4641234 | 268 464 1234 | 1 464 1234",
    "BS": "3591234",
    "VI": "1340 642 1234",
    "GG": "256789 | 01481 256789",
    "JE": "44 7797 712345",
    "IM": "180020 01624 756789 | 4456",
    "RU": "810441753495000 | 8 800 555 35 35",
    "KZ": "8 701 234 5678 | 7 701 234 5678",
    "HU": "06 20 123 4567 | 6201234567",
    "BY": "80 29 491-19-11 | 8 029 491-19-11",
    "JP": "010441753495000 | 0037681234567 | 000212345678 | 090 1234 5678",
    "KR": "002 44 1753 495000 | 085 2 312 3456",
    "KP": "9912345678",
    "SI": "1022441753",
    "CU": "11944",
    "SM": "886377 | 0549 886377",
    "MG": "2123456",
    "NF": "22103 | 3 22103",
    "GA": "0 11 123456",
    "DE": "0 30 123456 | 49 30 123456 | 491",
    "LU": "15001 27123456",
    "CR": "1900 2212 3456",
}


@pytest.mark.parametrize(("home", "cells"), ODD_AT_HOME.items())
def test_it_reads_what_is_odd_at_home_as_the_library_does(home: str, cells: str) -> None:
    numbers = [phonenumbers.normalize_digits_only(cell) for cell in cells.split("|")]
    assert list(differences_at_home(numbers, home)) == []


def test_it_reads_as_the_library_does_however_the_digits_are_set_apart() -> None:
    random_ = random.Random(SEED)
    found = []
    for code, national in EXAMPLES.items():
        for number in national:
            e164 = f"+{code}{number}"
            gaps = random_.choices(["", "", " ", "-", ".", "\u2013", "\xa0", ") (", "/"], k=len(e164))
            cell = "".join(digit + gap for digit, gap in zip(e164, gaps, strict=True))
            theirs = parsed(cell)
            if phones.read(cell, "US") != (answer(theirs) if theirs else IMPOSSIBLE):
                found.append((cell, phones.read(cell, "US"), theirs))
    assert found == []

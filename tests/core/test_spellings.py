"""One person's number, however it is spelled (N10)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core import phones
from muster.core.phones import spellings
from muster.core.phones.spellings import RULES

SAME = [
    ("Mexico, as WhatsApp writes it", "+5215512345678", "+525512345678"),
    ("Mexico, Monterrey", "+5218181234567", "+528181234567"),
    ("Argentina, without the 9", "+541123456789", "+5491123456789"),
    ("Argentina, with the 15 of Buenos Aires", "+54111523456789", "+5491123456789"),
    ("Argentina, with both", "+549111523456789", "+5491123456789"),
    ("Argentina, an area code of three digits", "+54221154123456", "+5492214123456"),
    ("Argentina, an area code of four digits", "+54296615412345", "+5492966412345"),
    ("Brazil, without the ninth digit", "+551187654321", "+5511987654321"),
    ("Brazil, outside São Paulo", "+553196883193", "+5531996883193"),
    ("Brazil, beginning with 6", "+552164180266", "+5521964180266"),
    ("Benin, before November 2024", "+22997123456", "+2290197123456"),
    ("Ivory Coast, Moov", "+22501234567", "+2250101234567"),
    ("Ivory Coast, MTN", "+22505123456", "+2250505123456"),
    ("Ivory Coast, Orange", "+22507123456", "+2250707123456"),
]
ALONE = [
    ("the United States", "+17165550101"),
    ("Britain", "+441753495000"),
    ("a fixed line of Brazil", "+551123456789"),
    ("a radio trunk of Brazil", "+552177654321"),
    ("a new mobile number of Brazil whose old form is a fixed line", "+5531923456789"),
    ("a fixed line of Ivory Coast", "+2252721123456"),
    ("a number of Benin of another kind", "+22985712345"),
]


@pytest.mark.parametrize(("name", "other", "valid"), SAME, ids=[each[0] for each in SAME])
def test_two_spellings_are_one_person(name: str, other: str, valid: str) -> None:
    assert spellings.key(other) == spellings.key(valid)
    assert valid in spellings.of(other)
    assert other in spellings.of(other)


@pytest.mark.parametrize(("name", "number"), ALONE, ids=[each[0] for each in ALONE])
def test_other_numbers_have_one_spelling(name: str, number: str) -> None:
    assert spellings.key(number) == number
    assert spellings.of(number) == (number,)


@pytest.mark.parametrize("number", ["+5215512345678", "+551187654321", "+22997123456", "+22507123456"])
def test_the_spelling_that_is_stored_is_the_librarys(number: str) -> None:
    respelt = spellings.respelt(number)

    assert respelt != number
    assert phones.read(respelt, "US") == (respelt, None)


def test_a_valid_number_is_stored_as_it_is() -> None:
    assert spellings.respelt("+541123456789") == "+541123456789"  # a fixed line, as far as the library can tell


def test_ivorian_operators_keep_their_people_apart() -> None:
    keys = {spellings.key(f"+225{operator}12345678") for operator in ("01", "05", "07")}

    assert len(keys) == 3


def test_every_rule_names_its_source() -> None:
    assert [rule.country for rule in RULES] == sorted(rule.country for rule in RULES)
    assert all(rule.source and rule.what for rule in RULES)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("+5215512345678", "+525512345678"),
        ("5215512345678", "+525512345678"),
        ("525512345678", "+525512345678"),
        ("whatsapp:+5215512345678", "+525512345678"),
        ("551187654321", "+5511987654321"),
        ("+541123456789", "+541123456789"),
        ("7165550177", "+17165550177"),
        ("+1 716 555-0177", "+17165550177"),
        ("441753495000", "+441753495000"),
    ],
)
def test_it_hears_what_gateways_write(said: str, number: str) -> None:
    assert spellings.heard(said, "US") == (number, None)


@pytest.mark.parametrize(
    ("said", "code"),
    [("", "phone-unreadable"), ("Ana", "phone-unreadable"), ("+44 12", "phone-impossible"), ("12", "phone-no-plus")],
)
def test_what_is_no_number_is_not_heard(said: str, code: str) -> None:
    assert spellings.heard(said, "US") == (None, code)


@given(st.sampled_from(RULES), st.text("0123456789", min_size=6, max_size=13))
def test_spellings_are_a_family(rule: object, digits: str) -> None:
    """Every spelling of a number has its key, and the same spellings, however the number is spelled."""
    number = f"+{rule.code}{digits}"  # type: ignore[attr-defined]
    family = spellings.of(number)

    assert {spellings.key(each) for each in family} == {spellings.key(number)}
    assert spellings.key(spellings.key(number)) == spellings.key(number)
    assert number in family


@given(st.text("0123456789", min_size=5, max_size=15))
def test_a_number_of_another_country_is_never_changed(digits: str) -> None:
    number = f"+{digits}"
    if not number.startswith(tuple(f"+{rule.code}" for rule in RULES)):
        assert spellings.key(number) == number

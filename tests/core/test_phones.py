"""What a cell says as a phone number, and how numbers are shown."""
# ruff: noqa: RUF001

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core import phones
from muster.core.phones import Number

FINE = """
US | +44 1753 495 000       | +441753495000
US | +441753495000          | +441753495000
US | +44 (0)1753-495000     | +441753495000
US | (+44) 1753 495000      | +441753495000
US | +(44) 1753 495000      | +441753495000
US | ++44 1753 495000       | +441753495000
US | + 44 1753 495000       | +441753495000
US | +４４ 7911 123456      | +447911123456
US | ＋４４（0）7911 123456 | +447911123456
US | '+55 11 91234-5678     | +5511912345678
US | ’+55 11 91234-5678     | +5511912345678
US | ="+919876543210"       | +919876543210
US | '="+919876543210"      | +919876543210
US | "+919876543210"        | +919876543210
US | tel:+33-6-12-34-56-78  | +33612345678
US | Tel: +33 6 12 34 56 78 | +33612345678
US | ="tel:+33612345678"    | +33612345678
US | whatsapp:+447911123456 | +447911123456
US | +٩٦٦ ٥٠ ١٢٣ ٤٥٦٧       | +966501234567
US | +۹۸ ۹۱۲ ۳۴۵ ۶۷۸۹       | +989123456789
US | +44 7911 123456,       | +447911123456
US | +49 30/12345678        | +493012345678
US | +44.7911.123456        | +447911123456
US | +39 06 1234 5678       | +390612345678
US | +800 1234 5678         | +80012345678
US | (716) 555-0001         | +17165550001
US | 716.555.0003           | +17165550003
US | 7165550001             | +17165550001
US | 17165550002            | +17165550002
US | 1-716-555-0002         | +17165550002
GB | 07911 123456           | +447911123456
GB | 7911 123456            | +447911123456
GB | 447911123456           | +447911123456
GB | 0113 234 5678          | +441132345678
IT | 011 1234567            | +390111234567
RU | 8 916 123-45-67        | +79161234567
DE | 0171/1234567           | +491711234567
JE | 07797 712345           | +447797712345
US | 7165550001.0           | +17165550001
DE | 1711234567.0           | +491711234567
US | +62812345678.0         | +62812345678
US | '+39347123456.0        | +39347123456
US | ="7165550001.0"        | +17165550001
"""

PROBLEMS = """
US | 4.41753E+11                       | phone-shortened
US | 4,41753E+11                       | phone-shortened
US | 4E+11                             | phone-shortened
US | '4.41753e11                       | phone-shortened
US | +44 7911 123456 ext 5             | phone-extension
US | +44 7911 123456 ext. 5            | phone-extension
US | 716-555-0001 x5                   | phone-extension
US | 716-555-0001x5                    | phone-extension
US | 716-555-0001 #5                   | phone-extension
US | 716-555-0001,5                    | phone-extension
US | 716-555-0001 extension 1234       | phone-extension
US | tel:+1-716-555-0001;ext=5         | phone-extension
US | hello                             | phone-unreadable
US | N/A                               | phone-unreadable
US | -                                 | phone-unreadable
US | +1 800 FLOWERS                    | phone-unreadable
US | +44 7911 123456 / +44 7911 123457 | phone-unreadable
US | 7165550001/7165550002             | phone-unreadable
US | 7165550001, 7165550002            | phone-unreadable
US | 7165550001 or 7165550002          | phone-unreadable
US | 7,165,550,001                     | phone-unreadable
US | 44+1753495000                     | phone-unreadable
US | +1 716 555 0001 (home)            | phone-unreadable
US | +44 7911 12345²                   | phone-unreadable
US | #REF!                             | phone-unreadable
US | 441753495000                      | phone-no-plus
US | 441753495000.0                    | phone-no-plus
DE | 491771234567                      | phone-no-plus
DE | 4917712345678                     | phone-no-plus
ID | 62812345678                       | phone-no-plus
XK | 38344123456                       | phone-no-plus
US | 0612345678                        | phone-no-plus
US | 083 326 3665                      | phone-no-plus
US | 1234567890                        | phone-no-plus
US | 7165550101 7165550102             | phone-unreadable
US | 716-555-0101 - 716-555-0102       | phone-unreadable
US | (716)555-0101(716)555-0102        | phone-unreadable
US | 7165550101 [7165550102]           | phone-unreadable
GB | 07911 123456 07911 123457         | phone-unreadable
US | 0049 (0) 177 1234567              | phone-no-plus
US | 011441753495000                   | phone-no-plus
US | 00441753495000                    | phone-no-plus
GB | 00441753495000                    | phone-no-plus
AU | 00441753495000                    | phone-no-plus
DE | 011441753495000                   | phone-no-plus
JP | 010441753495000                   | phone-no-plus
US | 716555                            | phone-no-plus
US | 5550001                           | phone-no-plus
US | 27165550001                       | phone-no-plus
GB | 7165551234567                     | phone-no-plus
US | 1                                 | phone-no-plus
US | +999 123 4567                     | phone-impossible
US | +44 12                            | phone-impossible
US | +1                                | phone-impossible
US | +                                 | phone-impossible
US | +0044 1753 495000                 | phone-impossible
US | +1 716 555 00011                  | phone-impossible
"""

NOT_ASSIGNED = """
US | 716-123-1234     | +17161231234
US | +1 716 123 1234  | +17161231234
US | +44 7700 900123  | +447700900123
GB | 07700 900123     | +447700900123
"""


def cases(table: str) -> list[tuple[str, ...]]:
    return [tuple(part.strip(" ") for part in line.split(" | ")) for line in table.strip().splitlines()]


@pytest.mark.parametrize(("home", "cell", "e164"), cases(FINE))
def test_it_reads_a_number_however_it_is_formatted(home: str, cell: str, e164: str) -> None:
    assert phones.read(cell, home) == Number(e164, None)


@pytest.mark.parametrize(("home", "cell", "code"), cases(PROBLEMS))
def test_it_names_what_is_wrong_with_a_cell(home: str, cell: str, code: str) -> None:
    assert phones.read(cell, home) == Number(None, code)


@pytest.mark.parametrize(("home", "cell", "e164"), cases(NOT_ASSIGNED))
def test_it_reads_a_number_of_no_assigned_range_and_says_so(home: str, cell: str, e164: str) -> None:
    assert phones.read(cell, home) == Number(e164, "phone-not-assigned")


@pytest.mark.parametrize("mark", ["\u200b", "\u200e", "\u202a", "\u2066", "\ufeff", "\xad", "\u2060"])
def test_it_ignores_invisible_characters_anywhere(mark: str) -> None:
    assert phones.read(mark + mark.join("+44 7911 123456") + mark, "US") == Number("+447911123456", None)


@pytest.mark.parametrize("gap", ["\xa0", "\u2009", "\u202f", "\u3000", "\u2013", "\u2011", "\u2212", "\t", " \n "])
def test_it_takes_any_space_or_dash_between_the_digits(gap: str) -> None:
    assert phones.read(f"+44{gap}7911{gap}123456", "US") == Number("+447911123456", None)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028", "\x85", " / "])
def test_it_takes_a_home_number_and_a_second_one_for_two(end: str) -> None:
    assert phones.read(f"(716) 555-0001{end}(716) 555-0002", "US") == phones.UNREADABLE


@pytest.mark.parametrize(
    "much", ["1" * 251, "+" * 251, "(" * 100_000 + "a", "+44 7911 123456" + " " * 300 + "x5", "1/" * 50_000]
)
def test_it_reads_no_number_in_a_long_text(much: str) -> None:
    assert phones.read(much, "US").e164 is None


CODES = {"phone-shortened", "phone-extension", "phone-unreadable", "phone-no-plus", "phone-impossible"}
LIKE_A_NUMBER = st.text(st.sampled_from("0123456789+++-()[]/.,;:#x'\"= \n\t\x1c\x85\u2028\u200b\xa0\u0664\uff14\xb2e"))


@given(st.one_of(st.text(), LIKE_A_NUMBER), st.sampled_from(["US", "GB", "IT", "AG"]))
def test_it_has_one_answer_to_any_text(cell: str, home: str) -> None:
    number = phones.read(cell, home)
    assert (number.e164 is None) == (number.code in CODES)
    assert number.e164 is None or number.code in {None, "phone-not-assigned"}
    suggestion = phones.suggest(cell, home)
    assert suggestion is None or phones.read(suggestion, home).e164


@given(LIKE_A_NUMBER, st.sampled_from(["US", "GB", "IT", "AG"]))
def test_it_reads_an_assigned_number_again_as_it_shows_it(cell: str, home: str) -> None:
    number = phones.read(cell, home)
    if number.e164 and not number.code:
        assert phones.read(number.e164, home) == number
        assert phones.read(phones.show(number.e164), home) == number


@given(st.lists(st.text("+0123456789 -.()x\n\t\u00a0\u0661", max_size=20)), st.sampled_from(["US", "GB", "IT"]))
def test_it_reads_a_column_as_it_reads_its_cells(cells: list[str], home: str) -> None:
    each = [phones.read(cell, home) if cell else (None, None) for cell in cells]
    odd = [(index, code) for index, (_, code) in enumerate(each) if code]
    assert phones.read_all(cells, home) == ([number for number, _ in each], odd)


@pytest.mark.parametrize("home", ["", "us", "XX", "001"])
def test_it_refuses_a_home_region_that_does_not_exist(home: str) -> None:
    with pytest.raises(ValueError, match="region"):
        phones.read("7165550001", home)
    with pytest.raises(ValueError, match="region"):
        phones.calling_code(home)
    assert not phones.is_region(home)


@pytest.mark.parametrize(
    ("e164", "shown", "region"),
    [
        ("+441753495000", "+44 1753 495000", "GB"),
        ("+17165551234", "+1 716-555-1234", "US"),
        ("+14165551234", "+1 416-555-1234", "CA"),
        ("+919876543210", "+91 98765 43210", "IN"),
        ("+5511912345678", "+55 11 91234-5678", "BR"),
        ("+33612345678", "+33 6 12 34 56 78", "FR"),
        ("+390612345678", "+39 06 1234 5678", "IT"),
        ("+80012345678", "+800 1234 5678", "001"),
        ("+447781123456", "+44 7781 123456", "GG"),
    ],
)
def test_it_shows_a_number_as_its_country_writes_it(e164: str, shown: str, region: str) -> None:
    assert phones.show(e164) == shown
    assert phones.region_of(e164) == region


def test_it_shows_what_is_no_number_as_it_stands() -> None:
    assert phones.show("hello") == "hello"
    assert phones.region_of("hello") is None


@pytest.mark.parametrize(("region", "code"), [("US", "1"), ("GB", "44"), ("KZ", "7"), ("VA", "39")])
def test_it_knows_calling_codes(region: str, code: str) -> None:
    assert phones.is_region(region)
    assert phones.calling_code(region) == code


@pytest.mark.parametrize(
    ("home", "cell", "suggestion"),
    [
        ("US", "011441753495000", "+44 1753 495000"),
        ("US", "00441753495000", "+44 1753 495000"),
        ("US", "441753495000", "+44 1753 495000"),
        ("US", "441753495000.0", "+44 1753 495000"),
        ("JP", "010441753495000", "+44 1753 495000"),
        ("AU", "0011 44 1753 495000", "+44 1753 495000"),
        ("US", "716555", None),
        ("US", "1", None),
        ("US", "716-555-01011", None),
        ("US", "415-555-01012", None),
        ("US", "201-555-01013", None),
        ("US", "71655501010", None),
        ("MX", "1 55 1234 5678", None),
        ("DE", "491771234567", "+49 177 1234567"),
        ("US", "525512345678", "+52 55 1234 5678"),
    ],
)
def test_it_suggests_how_a_number_looks_with_its_plus(home: str, cell: str, suggestion: str | None) -> None:
    assert phones.suggest(cell, home) == suggestion


@pytest.mark.parametrize(
    ("home", "cell", "ways"),
    [
        ("DE", "491771234567", ("+49 177 1234567", "+49 491 771234567")),
        ("DE", "1711234567", None),
        ("US", "17165550001", None),
        ("US", "0612345678", None),
        ("US", "hello", None),
    ],
)
def test_it_shows_both_readings_of_a_number_that_lost_its_plus(
    home: str, cell: str, ways: tuple[str, str] | None
) -> None:
    assert phones.two_ways(cell, home) == ways

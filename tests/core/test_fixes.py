"""Fixes for a whole column: what they change, and above all what they leave alone."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from muster.core import fixes, phones
from muster.core.phones import spellings


@pytest.mark.parametrize(
    ("cell", "fixed"),
    [
        ("441753495000", "+44 1753 495000"),
        ("441753495000.0", "+44 1753 495000"),
        ("0044 1753 495000", "+44 1753 495000"),
        ("011 44 1753 495000", "+44 1753 495000"),
        ("716-555-1234", "716-555-1234"),
        ("+44 1753 495000", "+44 1753 495000"),
        ("4.41753E+11", "4.41753E+11"),
        ("01753 495000", "01753 495000"),
        ("", ""),
        ("N/A", "N/A"),
        ("5215512345678", "+52 55 1234 5678"),
    ],
)
def test_it_adds_a_plus_only_where_that_makes_a_number(cell: str, fixed: str) -> None:
    assert fixes.add_plus([cell], "US") == [fixed]


@pytest.mark.parametrize(
    ("cell", "fixed"),
    [
        ("01753 495000", "+44 1753 495000"),
        ("1753495000", "+44 1753 495000"),
        ("+1 716-555-1234", "+1 716-555-1234"),
        ("123", "123"),
        ("ask his mother", "ask his mother"),
        ("", ""),
    ],
)
def test_it_reads_numbers_as_those_of_a_region(cell: str, fixed: str) -> None:
    assert fixes.of_region([cell], "GB") == [fixed]


@pytest.mark.parametrize(
    ("cell", "fixed"),
    [
        ("+52 1 55 1234 5678", "+52 55 1234 5678"),
        ("+5215512345678", "+525512345678"),
        ("+525512345678", "+525512345678"),
        ("+52 1 55 1234", "+52 1 55 1234"),
        ("+1 52 1555 1234", "+1 52 1555 1234"),
    ],
)
def test_it_removes_the_old_1_of_mexico(cell: str, fixed: str) -> None:
    assert fixes.drop_1_after_52([cell]) == [fixed]


@pytest.mark.parametrize("cell", ["N/A", " n/a ", "-", "none", "#REF!", "\u2014", "0", "NULL"])
def test_it_clears_what_says_nothing(cell: str) -> None:
    assert fixes.clear_nothing([cell]) == [""]


@pytest.mark.parametrize("cell", ["Nona", "00", "no", "yes", "-5", "NA12", "1", "x", "?"])
def test_it_clears_nothing_that_may_mean_something(cell: str) -> None:
    assert fixes.clear_nothing([cell]) == [cell]


def test_it_fills_blanks_and_only_blanks() -> None:
    assert fixes.fill_blanks(["", "\u00a0 ", "Zoe"], "Unknown") == ["Unknown", "Unknown", "Zoe"]


def test_it_replaces_plain_text_in_any_case() -> None:
    assert fixes.replace(["St. Mary", "st.x", "Stuart"], "st.", r"\1") == [r"\1 Mary", r"\1x", "Stuart"]


def test_it_replaces_with_case_when_asked() -> None:
    assert fixes.replace(["Yes", "yes"], "yes", "no", match_case=True) == ["Yes", "no"]


def test_it_replaces_whole_cells_when_asked() -> None:
    assert fixes.replace([" n ", "none"], "N", "no", whole_cell=True) == ["no", "none"]


def test_it_replaces_nothing_when_nothing_is_looked_for() -> None:
    assert fixes.replace(["a", ""], "", "b") == ["a", ""]


def test_it_maps_values_in_any_case() -> None:
    assert fixes.map_values(["Opted Out", " x ", "yes"], {"opted out": "yes", "X": "yes"}) == ["yes", "yes", "yes"]


def test_it_trims_what_cannot_be_seen() -> None:
    assert fixes.trim(["\ufeff Ana  Maria\u00a0", "a\nb"]) == ["Ana Maria", "a\nb"]


@pytest.mark.parametrize(
    ("order", "cells", "after"),
    [
        ("dmy", ["03/04/25", "3.4.2025", "2025-04-03", "31/02/25", "45000", " 03-04-25 ", ""],
         ["2025-04-03", "2025-04-03", "2025-04-03", "31/02/25", "45000", "2025-04-03", ""]),
        ("mdy", ["03/04/25", "13/04/25", "04/13/25"], ["2025-03-04", "13/04/25", "2025-04-13"]),
        ("serial", ["45000", "45000.0", "1", "99999999", "03/04/25"],
         ["2023-03-15", "2023-03-15", "1", "99999999", "03/04/25"]),
    ],
)  # fmt: skip
def test_it_writes_dates_so_that_they_read_one_way_only(order: str, cells: list[str], after: list[str]) -> None:
    assert fixes.dates(cells, order) == after


def test_it_reads_letters_again_that_were_read_in_the_wrong_encoding() -> None:
    cells = ["JosÃ© NÃºÃ±ez", "MÃ¼ller", "Ã\x81ngel", "José", "Jos\ufffd", "Ã la carte", "Ana"]
    assert fixes.ungarble(cells) == ["José Núñez", "Müller", "Ángel", "José", "Jos\ufffd", "Ã la carte", "Ana"]


def test_it_takes_a_comma_for_a_decimal_point_where_it_can_be_one() -> None:
    cells = ["15,5", "-0,25", " 3,0 ", "1.234,5", "1,234,5", "3,5 cm", "3.5", ",5"]
    assert fixes.decimal_points(cells) == ["15.5", "-0.25", "3.0", "1.234,5", "1,234,5", "3,5 cm", "3.5", ",5"]


@pytest.mark.parametrize(
    ("code", "values", "names"),
    [
        ("value-not-a-date", ["03/04/25"], ["dates"]),
        ("value-not-a-date", ["03/04/25", "n/a"], ["dates", "clear"]),
        ("value-not-a-number", ["15,5", "-"], ["decimal", "clear"]),
        ("value-not-a-number", ["three"], []),
        ("phone-impossible", ["+52 1 55 1234 5678"], ["mexico", "empty"]),
        ("phone-impossible", ["+999 1"], ["empty"]),
        ("number-none", [""], []),
    ],
)
def test_it_offers_only_what_would_change_a_cell(code: str, values: list[str], names: list[str]) -> None:
    assert [fix.name for fix in fixes.offered(code) if any(fixes.may_help(fix, value) for value in values)] == names


def test_it_lists_only_what_changed() -> None:
    assert fixes.changes(["a", "b"], ["a", "c"]) == [(1, "b", "c")]


@given(st.lists(st.text(max_size=40)))
def test_it_never_changes_how_many_cells_there_are(cells: list[str]) -> None:
    every = (fixes.add_plus(cells, "US"), fixes.of_region(cells, "GB"), fixes.drop_1_after_52(cells), fixes.trim(cells))
    assert {len(fixed) for fixed in every} == {len(cells)}


@given(st.from_regex(r"[0-9 ()+-]{5,18}", fullmatch=True))
@example("31000000")
def test_it_never_invents_or_loses_a_digit_when_it_adds_a_plus(cell: str) -> None:
    [fixed] = fixes.add_plus([cell], "US")
    digits, after = "".join(filter(str.isdigit, cell)), "".join(filter(str.isdigit, fixed))
    without_trunk = [digits[:place] + digits[place + 1 :] for place, digit in enumerate(digits) if digit == "0"]
    today = spellings.respelt(f"+{digits}").removeprefix("+")  # +52 1 55 is +52 55
    assert fixed == cell or any(each.endswith(after) for each in (digits, today, *without_trunk))  # +44 (0)1753
    assert fixed == cell or phones.read(fixed, "US").e164


def test_it_offers_the_likeliest_fix_first() -> None:
    assert [fix.name for fix in fixes.offered("phone-no-plus")] == ["add-plus", "region", "clear"]
    assert [fix.name for fix in fixes.offered("value-not-a-date")] == ["dates", "clear"]


def test_it_offers_to_clear_cells_where_digits_are_lost() -> None:
    assert [fix.name for fix in fixes.offered("phone-shortened")] == ["empty"]


def test_it_offers_the_whatsapp_number_for_a_blank_mobile_number_and_never_one_value_for_ids_and_names() -> None:
    assert [fix.name for fix in fixes.offered("value-blank", "MobileNumber")] == ["whatsapp"]
    assert [fixes.offered("value-blank", field) for field in ("ContactId", "FirstName", "LastName")] == [[], [], []]

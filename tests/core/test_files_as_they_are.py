"""Files as people have them, named for what a spreadsheet or a program did to them: what comes of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.core import BadFile, Schema, custom_field, errors, fixes
from muster.core.fields import Kind
from tests.core.memory import Team, notes, problems

FILES = Path(__file__).parents[1] / "files" / "second"
MOBILE, WHATSAPP = "MobileNumber", "WhatsAppMobileNumber"
FIELDS = (custom_field("Notes", "custom.1"), custom_field("Applied", "custom.2", Kind.DATE))


def bytes_of(name: str) -> bytes:
    """Return the file whose name begins so."""
    [path] = FILES.glob(f"{name}*")
    return path.read_bytes()


def team(home: str = "US") -> Team:
    return Team(schema=Schema(FIELDS, home_region=home))


def said(name: str, home: str = "US", **options: Any) -> list[str]:
    """Everything that is said of a file, a line each: row, field, code; notes in brackets."""
    try:
        plan = team(home).plan(bytes_of(name), **options)
    except BadFile as bad:
        return [_line(each.row, each.field, each.code) for each in bad.problems]
    lines = [_line(*each) for each in problems(plan)] + [f"({_line(*each)})" for each in notes(plan)]
    return [f"({note.code})" for note in plan.notes] + sorted(lines, key=lambda line: int(line.strip("(").split()[0]))


def _line(row: int | None, field: str | None, code: str) -> str:
    return " ".join(str(part) for part in (row, field, code) if part is not None)


def stored(name: str, home: str = "US", **options: Any) -> list[dict[str, Any]]:
    """Import the file and return the contacts that it makes."""
    into = team(home)
    into.run(bytes_of(name), **options)
    return list(into.contacts.values())


def values(name: str, key: str, home: str = "US", **options: Any) -> list[Any]:
    return [contact.get(key) for contact in stored(name, home, **options)]


INFER = {"blank_mobile": "infer"}


@pytest.mark.parametrize("home", ["DE"])
def test_a_number_that_lost_its_plus_is_not_read_as_another_one_at_home(home: str) -> None:
    assert said("07", home, **INFER) == [f"2 {WHATSAPP} phone-no-plus", f"3 {WHATSAPP} phone-no-plus"]

    [problem, _] = [each for verdict in team(home).plan(bytes_of("07"), **INFER).verdicts for each in verdict.problems]
    assert "+49 177 1234567" in errors.message(problem)
    assert "+49 491 771234567" in errors.message(problem)


def test_a_digit_too_many_makes_no_number_of_another_country() -> None:
    cells = ["716-555-01011", "415-555-01012", "201-555-01013", "441753495000"]

    assert said("08", **INFER) == [f"{row} {WHATSAPP} phone-no-plus" for row in (2, 3, 4)]
    assert fixes.add_plus(cells, "US") == [*cells[:3], "+44 1753 495000"]
    assert fixes.add_plus(["1 55 1234 5678"], "MX") == ["1 55 1234 5678"]


def test_what_is_no_id_makes_no_contact() -> None:
    assert said("10") == [
        *(f"{row} ContactId id-shortened" for row in (2, 3)),
        *(f"{row} ContactId id-placeholder" for row in (4, 5, 6, 7)),
    ]
    assert stored("10") == []


def test_ids_are_read_without_what_a_spreadsheet_put_around_them() -> None:
    assert values("11", "contact_id") == ["00123", "00124", "100123", "S1"]
    assert [line for line in said("11") if "id-twice" in line] == ["6 ContactId id-twice", "7 ContactId id-twice"]


def test_a_point_and_a_zero_are_no_digits_of_a_number() -> None:
    assert values("13", "whatsapp_number", **INFER) == ["+62812345678", "+39347123456", "+4915112345678"]
    assert values("14", "mobile_number") == ["+17165550101", "+17165550102"]


def test_errors_of_spreadsheets_are_noticed_as_names() -> None:
    assert said("22") == [
        "(2 FirstName text-spreadsheet-error)",
        "(2 LastName text-spreadsheet-error)",
        "(3 FirstName text-spreadsheet-error)",
        "(3 LastName text-spreadsheet-error)",
        "(4 FirstName text-spreadsheet-error)",
    ]


def test_two_numbers_in_a_cell_are_said_to_be_two_however_separated() -> None:
    assert said("23") == [f"{row} {MOBILE} phone-unreadable" for row in (2, 3, 4)]


def test_dates_that_can_be_read_one_way_only_are_read() -> None:
    assert values("24", "custom.2") == ["2025-04-03", "2025-04-03", "2025-04-13", *["2025-04-03"] * 4]
    assert said("24") == [f"{row} Applied value-not-a-date" for row in (8, 9, 10)]


def test_the_order_chosen_for_a_column_settles_what_can_be_read_two_ways() -> None:
    assert values("24", "custom.2", date_orders={"Applied": "mdy"})[5] == "2025-04-03"
    assert values("24", "custom.2", date_orders={"Applied": "dmy"})[6] == "2025-03-04"


def test_a_date_says_truly_why_it_is_none() -> None:
    found = [each for verdict in team().plan(bytes_of("24")).verdicts for each in verdict.problems]

    assert [errors.message(each) for each in found] == [
        "“4/3/2025 12:00:00 AM” is not a date that can be read one way only: it is 4 March 2025, or 3 April 2025.",
        "“2025-02-30” is not a date: there is no 30 February 2025.",
        "“0000-00-00” is not a date.",
    ]


def test_a_number_that_no_number_at_home_begins_like_is_not_stored() -> None:
    assert said("27") == [f"{row} {MOBILE} phone-no-plus" for row in (2, 3)]
    assert stored("27") == []

"""Files as people have them, named for what a spreadsheet or a program did to them: what comes of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.core import BadFile, Options, Schema, custom_field, errors, fixes, parse, phones
from muster.core.fields import Kind
from muster.core.table.candidates import candidates
from muster.core.table.rows_to_fix import rows_to_fix
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


INFER: dict[str, Any] = {"blank_mobile": "infer"}


@pytest.mark.parametrize("home", ["DE"])
def test_a_number_that_lost_its_plus_is_not_read_as_another_one_at_home(home: str) -> None:
    assert said("07", home, **INFER) == [f"2 {WHATSAPP} phone-no-plus", f"3 {WHATSAPP} phone-no-plus"]

    [problem, _] = [each for verdict in team(home).plan(bytes_of("07"), **INFER).verdicts for each in verdict.problems]
    assert "+49 177 1234567" in errors.message(problem)
    assert "+49 491 771234567" in errors.message(problem)


@pytest.mark.parametrize(
    ("home", "cell", "readings"),
    [
        ("ID", "62812345678", ("+62 812-345-678", "+62 628 12345678")),
        ("XK", "38344123456", ("+383 44 123 456", "+383 38 344123456")),
    ],
)
def test_it_is_asked_about_wherever_both_readings_are_numbers(home: str, cell: str, readings: tuple[str, str]) -> None:
    assert phones.read(cell, home).code == "phone-no-plus"
    assert phones.two_ways(cell, home) == readings


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


def test_a_quote_that_swallows_rows_is_refused_with_both_its_rows() -> None:
    with pytest.raises(BadFile) as caught:
        team().plan(bytes_of("05"))

    [problem] = caught.value.problems
    assert (problem.code, problem.row, (problem.facts or {})["closes"]) == ("file-open-quote", 3, 6)
    assert "row 3" in errors.message(problem)
    assert "row 6" in errors.message(problem)


def test_lines_inside_quotes_that_look_like_rows_are_text_once_somebody_says_so() -> None:
    assert values("05", "contact_id", quoted_rows=True) == ["S1", "S2", "S6"]


@pytest.mark.parametrize(
    ("name", "encoding", "first", "last"),
    [
        ("15-cp1250", "cp1250", "Łukasz", "Świątek"),
        ("15-cp1251", "cp1251", "Иван", "Петров"),
        ("15-gbk", "gb18030", "小明", "王"),
        ("15-mac-roman", "mac-roman", "José", "Muñoz"),
    ],
)
def test_other_encodings_are_offered_with_words_of_the_file(name: str, encoding: str, first: str, last: str) -> None:
    offered = {each.encoding: each.words for each in candidates(bytes_of(name))}

    assert len(offered) <= 5
    assert {first, last} <= {word for line in offered[encoding] for word in line.split()}
    [contact, *_] = stored(name, encoding=encoding)
    assert (contact["first_name"], contact["last_name"]) == (first, last)


def test_one_broken_byte_is_a_problem_of_its_cell() -> None:
    assert values("16", "first_name") == ["José", "Łukasz"]
    assert said("16") == ["3 LastName value-broken"]


def test_utf_16_without_a_mark_is_known_by_its_header() -> None:
    assert said("17")[0] == "(file-encoding)"
    assert {value.split()[0] for value in values("17", "first_name")} == {"محمد"}


def test_backslashes_before_quotes_are_named_and_read_once_somebody_says_so() -> None:
    assert [line for line in said("18") if "cell-quotes" in line] == [
        "2 FirstName cell-quotes",
        "3 FirstName cell-quotes",
    ]
    assert values("18", "first_name", backslashes=True) == ['Robert "Bobby" Ray', 'Ann "Annie, Jr"']


def test_a_space_before_a_quote_is_no_part_of_the_cell() -> None:
    assert values("19", "last_name") == ["Okoye", "Lund"]
    assert values("19", "first_name") == ["Mia Rose", "Ben, Jr"]


def test_a_file_of_whole_quoted_lines_is_said_to_be_that() -> None:
    assert said("20") == ["1 file-quoted-lines"]


def test_garbled_text_is_noticed_and_can_be_mended() -> None:
    garbled = [line for line in said("21") if "text-garbled" in line]
    names = [str(contact[key]) for contact in stored("21") for key in ("first_name", "last_name")]

    assert garbled == [
        *(f"({row} {name} text-garbled)" for row in (2, 3, 4) for name in ("FirstName", "LastName")),
        "(5 LastName text-garbled)",
        "(6 FirstName text-garbled)",
        "(6 LastName text-garbled)",
    ]
    assert fixes.ungarble(names) == [
        *("José", "Muñoz", "ÉMILE", "MUÑOZ", "Иван", "Петров"),
        *("Goran", "Kovać", "Ãngela", "Åse"),
    ]


def test_a_file_without_a_header_row_is_one_problem() -> None:
    assert said("26") == ["1 header-none"]


@pytest.mark.parametrize("end", [b"\x1a", b"\x00" * 200, b"\x1a" + b"\x00" * 200, b"\n\x1a\n"])
def test_what_older_programs_put_at_the_end_is_the_end_of_the_file(end: bytes) -> None:
    data = bytes_of("30").rstrip(b"\x1a")

    assert said("30") == []
    assert team().run(data + end).totals == {"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "failed": 0}


def test_json_is_said_to_be_json() -> None:
    with pytest.raises(BadFile) as caught:
        team().plan(bytes_of("32"))

    assert "JSON" in errors.message(caught.value.problems[0])


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "sep=;;;;;", "SEP = ;", '"sep=;";;;;'])
def test_a_line_that_names_the_separator_is_honoured_however_it_is_written(line: str) -> None:
    head = "ContactId;FirstName;LastName;MobileNumber;WhatsAppMobileNumber"
    data = f"{line}\n{head}\nS1;Ada;Obi;716-555-0101;\n".encode()

    assert team().run(data).totals["created"] == 1


def test_a_line_that_names_a_separator_that_is_not_there_is_left_aside() -> None:
    data = "sep=;\nContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber\nS1,Ada,Obi,716-555-0101,\n"

    assert team().run(data).totals["created"] == 1


def test_a_column_of_the_persons_own_called_problem_is_kept_apart_from_ours() -> None:
    into, columns = team(), {"Problem": "Notes"}
    plan = into.plan(bytes_of("09"), columns=columns)
    table = parse(bytes_of("09"), into.schema, Options(columns=columns))
    again = "".join(rows_to_fix(table, plan.verdicts)).replace("nope", "716-555-0101")

    into.run(again, columns=columns)

    assert [contact["custom.1"] for contact in into.contacts.values()] == ["hearing aid"]


def test_both_names_new_may_be_another_person() -> None:
    into = team()
    into.add(contact_id="S1", first_name="Ada", last_name="Obi", mobile_number="+17165550101")
    head = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber\n"

    def noted(row: str) -> set[str]:
        return {code for _, _, code in notes(into.plan(head + row))}

    assert "name-changed" in noted("S1,Ben,Lund,716-555-0101,\n")
    assert "name-changed" not in noted("S1,Obi,Ada,716-555-0101,\n")
    assert "name-changed" not in noted("S1,Ada Mae,Lund,716-555-0101,\n")

"""Every row on its own: headers, and what each cell says."""

from __future__ import annotations

from typing import Any

import pytest

from muster.core import BadFile, Checked, Options, Schema, check, custom_field, parse
from muster.core.fields import position
from muster.core.known import ABSENT, UNREAD, Stored
from muster.core.table.near_names import near_field
from tests.core.memory import FIELDS, HEAD, file

SCHEMA = Schema(FIELDS)


def checked(text: str, schema: Schema = SCHEMA, **options: Any) -> Checked:
    chosen = Options(**options)
    return check(parse(text.encode(), schema, chosen), schema, chosen)


def found(text: str, schema: Schema = SCHEMA, **options: Any) -> list[tuple[int | None, str | None, str]]:
    return [
        (each.row, each.field, each.code)
        for record in checked(text, schema, **options).records
        for each in record.problems
    ]


def refused(text: str, schema: Schema = SCHEMA, **options: Any) -> list[tuple[str | None, str]]:
    with pytest.raises(BadFile) as caught:
        checked(text, schema, **options)
    assert {problem.row for problem in caught.value.problems} == {1}
    return [(problem.field, problem.code) for problem in caught.value.problems]


def test_it_names_all_header_problems_at_once() -> None:
    header = "StudentId,ContactId,Firstname,MobileNumber,MobileNumber,,Shoe size"

    assert refused(f"{header}\nS1,S1,A,1,1,x,42\n") == [
        ("Firstname", "header-unknown"),
        (None, "header-blank"),
        ("Shoe size", "header-unknown"),
        ("ContactId", "header-twice"),
        ("MobileNumber", "header-twice"),
        ("FirstName", "header-missing"),
        ("LastName", "header-missing"),
        ("WhatsAppMobileNumber", "header-missing"),
    ]


def test_headers_come_in_any_order_and_match_exactly() -> None:
    turned = ",".join(reversed(HEAD.split(",")))

    assert checked(f"{turned}\n,7165550001,Obi,Ada,S1\n").records[0].values[:5] == (
        "S1",
        "Ada",
        "Obi",
        "+17165550001",
        None,
    )
    assert ("firstname", "header-unknown") in refused(file("S1,A,B,1,").replace("FirstName", "firstname"))


@pytest.mark.parametrize("header", ["ContactId", "StudentId", "StudentId/ContactId"])
def test_three_headers_mean_the_id(header: str) -> None:
    assert checked(file("S1,A,B,7165550001,").replace("ContactId", header)).records[0].values[0] == "S1"


def test_a_required_custom_field_is_a_required_column_and_may_be_blank() -> None:
    schema = Schema((custom_field("Term", "custom.9", required=True),))

    assert refused(file("S1,A,B,7165550001,"), schema) == [("Term", "header-missing")]
    assert found(file("S1,A,B,7165550001,,", more=",Term"), schema) == []


def test_an_answer_uses_a_column_as_a_field_or_leaves_it_out() -> None:
    text = file("S1,A,B,7165550001,,Biology,42", more=",Subject,Shoe size")

    record = checked(text, columns={"Subject": "Major", "Shoe size": None}).records[0]

    assert record.values[9:] == ("Biology",)


def test_an_answer_that_names_a_field_twice_or_one_that_is_gone_is_refused() -> None:
    text = file("S1,A,B,7165550001,,Biology", more=",Subject")

    assert refused(text, columns={"Subject": "FirstName"}) == [("FirstName", "header-twice")]
    assert refused(text, columns={"Subject": "Gone"}) == [("Subject", "header-unknown")]


def test_a_column_without_a_header_can_be_left_out() -> None:
    text = "ContactId,,FirstName,LastName,MobileNumber,WhatsAppMobileNumber\nS1,x,A,B,7165550001,\n"

    assert refused(text) == [(None, "header-blank")]
    assert found(text, columns={"": None}) == []


def test_the_columns_of_a_rows_to_fix_file_are_known_and_not_imported() -> None:
    extra = ",Row,Problem,How to fix"

    assert found(file("S1,A,B,7165550001,,7,x,y", more=extra)) == []
    assert refused(file("S1,A,B,7165550001,,7", more=",Row")) == [("Row", "header-unknown")]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Mobile Number", "MobileNumber"),
        ("firstname", "FirstName"),
        ("First_Name", "FirstName"),
        ("Surname", "LastName"),
        ("Cell Phone", "MobileNumber"),
        ("student id", "ContactId"),
        ("Whatsapp Mobile Numbr", None),
        ("major", "Major"),
        ("Shoe size", None),
    ],
)
def test_it_guesses_what_a_header_may_have_meant(header: str, field: str | None) -> None:
    assert near_field(header, SCHEMA) == field


def test_every_problem_of_a_row_is_listed() -> None:
    text = file(",,A,hello,441753495000,perhaps", more=",WhatsAppOptedOut")

    assert found(text) == [
        (2, "ContactId", "value-blank"),
        (2, "FirstName", "value-blank"),
        (2, "MobileNumber", "phone-unreadable"),
        (2, "WhatsAppMobileNumber", "phone-no-plus"),
        (2, "WhatsAppOptedOut", "yesno-unknown"),
    ]


def test_a_blank_mobile_number_fails_or_waits_for_the_whatsapp_number() -> None:
    text = file("S1,A,B,,+441753495000")

    assert found(text) == [(2, "MobileNumber", "value-blank")]
    assert checked(text, blank_mobile="infer").records[0].values[3:5] == (None, "+441753495000")


def test_blank_absent_and_unread_are_three_things() -> None:
    values = checked(file("S1,A,B,hello,,", more=",WhatsAppOptedOut"), blank_mobile="infer").records[0].values

    assert values[3:9] == (UNREAD, None, ABSENT, None, ABSENT, ABSENT)


def test_a_number_in_no_assigned_range_is_a_note_or_a_problem_where_strict() -> None:
    text = file("S1,A,B,716-123-1234,")

    assert [note.code for note in checked(text).records[0].notes] == ["phone-not-assigned"]
    assert found(text, Schema(strict_numbers=True)) == [(2, "MobileNumber", "phone-not-assigned")]


def test_a_row_with_more_cells_than_headers_fails() -> None:
    text = file("S1,Ada,Lee,7165550001,,x", "S2,B,B,7165550002,,,", "S3,B,B,7165550003")

    assert found(text) == [(2, None, "row-too-long")]


def test_it_asks_for_the_ids_and_numbers_that_a_plan_must_know() -> None:
    rows = "S2,A,B,7165550001,+441753495000", "S1,C,D,,+919876543210", ",A,B,x,+447911123456"
    read = checked(file(*rows), blank_mobile="infer")

    assert read.asked().contact_ids == ["S2", "S1"]
    assert read.asked().mobiles == {"+17165550001", "+919876543210"}
    assert read.asked().whatsapps == {"+441753495000", "+919876543210", "+447911123456"}


def test_a_column_that_says_in_is_read_reversed() -> None:
    columns = {"WhatsApp Opt-In": "!WhatsAppOptedOut"}
    text = file("S1,A,A,7165550101,,yes", "S2,B,B,7165550102,,No", "S3,C,C,7165550103,,", more=",WhatsApp Opt-In")

    read = checked(text, columns=columns)

    assert [record.values[position("WhatsAppOptedOut")] for record in read.records] == [False, True, None]
    field = read.columns[-1]
    assert field is not None
    assert (field.name, field.answer) == ("WhatsAppOptedOut", "!WhatsAppOptedOut")


@pytest.mark.parametrize("answer", ["!LastName", "!Nothing", "!", "!!WhatsAppOptedOut"])
def test_only_consent_is_reversed(answer: str) -> None:
    assert [each[1] for each in refused(file("S1,A,A,7165550101,,yes", more=",X"), columns={"X": answer})] == [
        "header-unknown"
    ]


MOBILE, OTHER, WHATSAPP = "+17165551234", "+17165551235", "+525512345678"


@pytest.mark.parametrize(
    ("cells", "had", "given"),
    [
        ((MOBILE, ""), None, [MOBILE]),
        ((MOBILE, WHATSAPP), None, [MOBILE, WHATSAPP]),
        ((MOBILE, ""), (MOBILE, None), []),
        ((MOBILE, ""), (MOBILE, WHATSAPP), []),
        ((MOBILE, WHATSAPP), (MOBILE, WHATSAPP), []),
        (("", WHATSAPP), (MOBILE, WHATSAPP), []),
        (("12", WHATSAPP), (MOBILE, WHATSAPP), []),
        (("", ""), (MOBILE, WHATSAPP), []),
        ((OTHER, ""), (MOBILE, WHATSAPP), [OTHER]),
        ((MOBILE, WHATSAPP), (MOBILE, None), [MOBILE, WHATSAPP]),
        ((WHATSAPP, MOBILE), (MOBILE, WHATSAPP), [WHATSAPP, MOBILE]),
        (("", WHATSAPP), (None, WHATSAPP), [WHATSAPP]),  # which may become the mobile number
    ],
)
def test_it_tells_which_numbers_somebody_may_get(
    cells: tuple[str, str], had: tuple[str | None, str | None] | None, given: list[str]
) -> None:
    row = f"S1,Ana,Ruiz,{','.join(cells)}"
    read = checked(f"ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber\n{row}\n", blank_mobile="infer")
    stored = {"S1": Stored(1, dict(zip(("mobile_number", "whatsapp_number"), had, strict=True)))} if had else {}

    assert list(read.given(stored)) == given

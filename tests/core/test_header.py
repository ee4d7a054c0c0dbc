"""Columns that are the same field: an answer by the column's letter says which one counts."""

from __future__ import annotations

from typing import Any

import pytest

from muster.core import BadFile, Checked, Options, Schema, Table, check, custom_field, parse
from muster.core.table.header import column_letter, placed

SCHEMA = Schema((custom_field("Major", "custom.1"),))
TWICE = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,MobileNumber\nS1,A,B,716-555-0101,,716-555-0102"
IDS = "StudentId,ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber\nS1,C1,A,B,716-555-0101,"


def read(text: str, **options: Any) -> tuple[Table, Checked]:
    chosen = Options(**options)
    table = parse(text.encode(), SCHEMA, chosen)
    return table, check(table, SCHEMA, chosen)


def refused(text: str, **options: Any) -> list[tuple[str | None, str]]:
    with pytest.raises(BadFile) as caught:
        read(text, **options)
    return [(problem.field, problem.code) for problem in caught.value.problems]


@pytest.mark.parametrize(("out", "number"), [("F", "+17165550101"), ("D", "+17165550102")])
def test_an_answer_takes_out_one_of_two_columns_with_the_same_header(out: str, number: str) -> None:
    _, checked = read(TWICE, columns={f"MobileNumber (column {out})": None})

    assert checked.records[0].values[3] == number


@pytest.mark.parametrize(("out", "contact_id"), [("StudentId (column A)", "C1"), ("ContactId (column B)", "S1")])
def test_an_answer_takes_out_one_of_two_id_columns(out: str, contact_id: str) -> None:
    assert read(IDS, columns={out: None})[1].records[0].values[0] == contact_id


def test_an_edit_goes_to_the_column_that_counts() -> None:
    table, _ = read(TWICE, columns={"MobileNumber (column D)": None})

    assert table.edited({(2, "MobileNumber"): "716-555-0199"}).rows[0].cells[3:] == ("716-555-0101", "", "716-555-0199")


def test_what_is_taken_out_is_called_so_and_the_file_comes_back_as_it_was_answered() -> None:
    answers = {"MobileNumber (column D)": None}
    table, _ = read(TWICE, columns=answers)
    again = "\n".join(",".join(cells) for cells in (table.header, table.rows[0].cells))

    assert table.header[3] == "MobileNumber (column D)"
    assert read(again, columns=answers)[1].records[0].values[3] == "+17165550102"


def test_a_column_that_was_answered_as_a_field_can_be_taken_out_again() -> None:
    text = TWICE.replace(",MobileNumber\n", ",Cell\n")
    cell = {"Cell": "MobileNumber"}

    assert refused(text, columns=cell) == [("MobileNumber", "header-twice")]
    assert read(text, columns={**cell, "Cell (column F)": None})[1].records[0].values[3] == "+17165550101"
    assert read(text, columns={**cell, "MobileNumber (column D)": None})[1].records[0].values[3] == "+17165550102"


@pytest.mark.parametrize("answer", [None, "MobileNumber"])
def test_an_answer_by_letter_says_nothing_of_a_field_that_is_there_once(answer: str | None) -> None:
    once = TWICE.replace(",MobileNumber\n", ",Major\n")

    assert read(once, columns={"MobileNumber (column D)": answer})[1].records[0].values[3] == "+17165550101"


def test_it_is_refused_while_two_are_left_or_none() -> None:
    three = TWICE.replace("LastName", "MobileNumber", 1)
    out = {f"MobileNumber (column {letter})": None for letter in "CDF"}

    assert ("MobileNumber", "header-twice") in refused(three, columns={"MobileNumber (column D)": None})
    assert ("MobileNumber", "header-missing") in refused(three, columns=out)
    assert refused(TWICE, columns={"MobileNumber (column E)": None}) == [("MobileNumber", "header-twice")]


def test_it_says_which_columns_are_the_same() -> None:
    with pytest.raises(BadFile) as caught:
        read(IDS)

    [problem] = caught.value.problems
    assert problem.facts is not None
    assert problem.facts["places"] == (0, 1)


def test_columns_have_the_letters_of_a_spreadsheet() -> None:
    assert [column_letter(index) for index in (0, 3, 25, 26, 701, 702)] == ["A", "D", "Z", "AA", "ZZ", "AAA"]
    assert placed("MobileNumber", 3) == "MobileNumber (column D)"

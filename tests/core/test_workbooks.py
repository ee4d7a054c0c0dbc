"""Workbooks as they are: sheets, ids, numbers, dates, errors and formulas; and what must never be expanded."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import random
import zipfile
from typing import Any

import pytest
import xlsxwriter

from muster.core import BadFile, Options, Outcome, Schema, Table, check, parse
from tests.core.memory import Team, notes, problems
from tests.core.workbooks import ods, workbook, zipped

HEAD = ["ContactId", "FirstName", "LastName", "MobileNumber", "WhatsAppMobileNumber"]
ADA = ["S1", "Ada", "Obi", "716-555-0101", ""]


def read(data: bytes, **options: Any) -> Table:
    return parse(data, Schema(), Options(**options))


def cells(data: bytes, **options: Any) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.number, row.cells) for row in read(data, **options).rows]


def refused(data: bytes) -> list[str]:
    with pytest.raises(BadFile) as caught:
        read(data)
    return [each.code for each in caught.value.problems]


def formatted(value: Any, number_format: str, **options: Any) -> bytes:
    """Return a workbook whose first ContactId is shown in this format."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write(1, 0, value, book.add_format({"num_format": number_format}))
        sheet.write_row(1, 1, ADA[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("value", "number_format", "cell"),
    [
        (123, "00000", "00123"),
        (123, "General", "123"),
        (123456789, "000\\-00\\-0000", "123-45-6789"),
        (441753495000, '"+"0', "+441753495000"),
        (7165550101, "(000) 000-0000", "(716) 555-0101"),
        (0.5, "0%", "0.5"),
        (12.5, "$#,##0.00", "12.5"),
        (1e-7, "General", "0.0000001"),
        (100012345678, "General", "100012345678"),
        (123456789012345, "0", "123456789012345"),
        (1234567890123456, "0", "1.23456789012346E+15"),
        (dt.date(2026, 9, 1), "yyyy-mm-dd", "2026-09-01"),
        (dt.datetime(2026, 9, 1, 14, 30), "yyyy-mm-dd hh:mm", "2026-09-01 14:30:00"),  # noqa: DTZ001  a sheet knows no zones
        (dt.time(14, 30), "hh:mm", "14:30:00"),
        (True, "General", "true"),
    ],
)
def test_a_cell_is_what_the_sheet_shows_and_no_digit_less(value: Any, number_format: str, cell: str) -> None:
    assert cells(formatted(value, number_format))[0][1][0] == cell


def test_dates_of_both_epochs_are_the_same_day() -> None:
    day, shown = dt.date(2026, 9, 1), "yyyy-mm-dd"
    assert cells(formatted(day, shown)) == cells(formatted(day, shown, date_1904=True))


def test_a_table_that_begins_further_down_and_right_keeps_its_row_numbers() -> None:
    rows: list[list[str]] = [[]] * 6 + [["", "", *HEAD], ["", "", *ADA], [], ["", "", "S2", *ADA[1:]]]

    assert [(number, row[2]) for number, row in cells(workbook({"A": rows}))] == [(8, "S1"), (10, "S2")]


def test_rows_that_are_only_formatted_cost_nothing() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ADA)
        for row in range(2, 5_000):
            sheet.write_blank(row, 0, None, bold)
        sheet.set_row(1_048_575, 20, bold)
        sheet.write_blank(1_048_575, 0, None, bold)
    assert [number for number, _ in cells(out.getvalue())] == [2]


def test_the_first_visible_sheet_with_headers_is_read_and_another_can_be_chosen() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in {"Read me": [["Hello"]], "Old": [HEAD, ADA], "New": [HEAD, ["S2", *ADA[1:]]]}.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.get_worksheet_by_name("Old").hide()
    table = read(out.getvalue())

    assert (table.sheet, table.sheets) == ("New", ("Read me", "New"))
    assert cells(out.getvalue(), sheet="Old")[0][1][0] == "S1"


def test_errors_formulas_rich_text_and_line_breaks() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet.write_rich_string(1, 1, "A", book.add_format({"bold": True}), "da")
        sheet.write_string(1, 2, "Obi\nLee")
        sheet.write_formula(1, 3, "=A1", None, "")
        sheet.write_formula(1, 4, '="+44"&"1753495000"', None, "+441753495000")
    table = read(out.getvalue())

    assert table.rows[0].cells == ("#DIV/0!", "Ada", "Obi\nLee", "=", "+441753495000")
    assert dict(table.marks) == {(2, 3): "value-not-calculated"}


def test_what_the_reader_of_ods_does_not_tell() -> None:
    row = (
        '<table:table-row><table:table-cell office:value-type="float" office:value="123"><text:p>00123</text:p>'
        '</table:table-cell><table:table-cell office:value-type="string"><text:p>Ada</text:p></table:table-cell>'
        '<table:table-cell table:formula="of:=1/0" office:value-type="string" calcext:value-type="error">'
        '<text:p>#DIV/0!</text:p></table:table-cell><table:table-cell table:formula="of:=[.A1]"/></table:table-row>'
    )
    table = read(ods({"A": [HEAD]}, row))

    assert table.rows[0].cells == ("00123", "Ada", "#DIV/0!", "=", "")
    assert dict(table.marks) == {(2, 3): "value-not-calculated"}


@pytest.mark.parametrize(
    ("attributes", "shown", "cell"),
    [
        ('office:value-type="float" office:value="7165550103"', "(716) 555-0103", "(716) 555-0103"),
        ('office:value-type="float" office:value="441753495000"', "+441753495000", "+441753495000"),
        ('office:value-type="float" office:value="1234"', "1,234", "1234"),
        ('office:value-type="float" office:value="7165550103"', "7.17E+09", "7165550103"),
        ('office:value-type="float" office:value="1" table:formula="of:=TRUE()"', "WAHR", "true"),
        ('office:value-type="float" office:value="0" table:formula="of:=FALSE()"', "FALSCH", "false"),
    ],
)
def test_a_number_of_ods_is_as_it_is_shown_where_that_is_an_id_or_a_number(
    attributes: str, shown: str, cell: str
) -> None:
    row = (
        f"<table:table-row><table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell></table:table-row>"
    )
    assert read(ods({"A": [HEAD]}, row)).rows[0].cells[0] == cell


def test_tabs_and_line_breaks_inside_a_text_of_ods_are_kept() -> None:
    note = "<office:annotation><text:p>n<text:tab/>ote</text:p></office:annotation>"
    texts = (
        "<text:p>a<text:tab/>b</text:p>",
        '<text:p>a<text:s text:c="2"/><text:line-break/>b</text:p>',
        "<text:p><text:span>a<text:tab/></text:span>b &amp; c</text:p>",
        f"{note}<text:p>x<text:tab/></text:p><text:p>y</text:p>",
    )
    row = "".join(f'<table:table-cell office:value-type="string">{each}</table:table-cell>' for each in texts)
    number = f'<table:table-cell office:value-type="float" office:value="7">{note}<text:p>7</text:p></table:table-cell>'
    table = read(ods({"A": [HEAD]}, f"<table:table-row>{row}{number}</table:table-row>"))

    assert table.rows[0].cells == ("a\tb", "a  \nb", "a\tb & c", "x\t\ny", "7")


def test_a_workbook_is_judged_before_it_is_expanded() -> None:
    bomb = {"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b" " * 101 * 1024 * 1024}
    assert refused(zipped(bomb)) == ["file-expands-too-much"]
    assert refused(zipped({"a.xlsx": workbook({"A": [HEAD, ADA]})})) == ["file-not-text"]


def test_a_sheet_that_spans_too_many_cells_is_refused() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write(1_048_575, 16_383, "x")
    far = ods({"A": [HEAD]}, '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value='
              '"1" office:value-type="float" table:number-columns-repeated="16000"/></table:table-row>')  # fmt: skip
    assert refused(out.getvalue()) == ["file-too-many-cells"]
    assert refused(far) in (["file-too-many-cells"], ["file-damaged"])  # the reader itself refuses it, too


def test_a_part_that_says_it_is_smaller_than_it_is_is_refused() -> None:
    data = bytearray(workbook({"A": [HEAD, ADA]}))
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = (1).to_bytes(4, "little")
    assert refused(bytes(data)) == ["file-damaged"]


def test_a_part_that_declares_entities_is_refused() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'
    with zipfile.ZipFile(io.BytesIO(workbook({"A": [HEAD, ADA]}))) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert refused(zipped({**parts, "xl/workbook.xml": laughs})) == ["file-damaged"]


@pytest.mark.parametrize("make", [workbook, ods])
def test_any_bytes_of_a_workbook_give_a_table_or_problems(make: Any) -> None:
    whole, random_ = make({"A": [HEAD, ADA, ["S2", 1.5, dt.date(2026, 9, 1), 7165550102, ""]]}), random.Random(7)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(random_.choice([1, 1, 3, 20])):
            data[random_.randrange(len(data))] = random_.randrange(256)
        if random_.random() < 0.2:
            del data[random_.randrange(len(data)) :]
        with contextlib.suppress(BadFile):
            read(bytes(data))


def test_what_stands_beyond_the_columns_of_rows_to_fix_was_beyond_the_header() -> None:
    """A spreadsheet that saves the file pads every row to the longest, the header too."""
    header = [*HEAD, "Row", "Problem", "How to fix"]
    rows = [header, [*ADA, "2", "Too long.", "Shorten it.", "beyond"], ["S2", *ADA[1:], "3", "x", "y"]]
    padded = "".join(",".join([*row, *[""] * (9 - len(row))]) + "\r\n" for row in rows)

    for data in (workbook({"A": rows}), ods({"A": rows}), padded.encode()):
        table = read(data)
        assert table.header == tuple(header)
        assert [len(row.cells) for row in table.rows] == [9, 8]
        assert [each.code for each in check(table, Schema(), Options()).records[0].problems] == ["row-too-long"]


TEXTS = ["Ada", "O'Neil", "José", "李", " x ", '"q"', "a\nb", "a, b", "=A1", "#N/A", "N/A", "0", "", "'007", "x" * 300]
NUMBERS = ["716-555-0101", "+44 1753 495000", "4.41753E+11", "00441753495000", "0612345678", "nope", "", "7165550199.0"]
WORDS = ["yes", "no", "TRUE", "x", ""]
DATES = ["2025-04-03", "03/04/2025", "3 Apr 2025", "2025-02-30", ""]


def generated(seed: int) -> list[list[str]]:
    """Return a table of every kind of cell."""
    random_ = random.Random(seed)
    header = [*HEAD, "OptedOut", "Applied", "Major", "GPA"]
    rows = [
        [
            random_.choice([f"S{row}", f"{row:05}", *TEXTS[:4], "N/A"]),
            *random_.choices(TEXTS, k=2),
            *random_.choices(NUMBERS, k=2),
            random_.choice(WORDS),
            random_.choice(DATES),
            random_.choice(TEXTS),
            random_.choice(["3.5", "15", "1,5", ""]),
        ]
        for row in range(random_.randrange(1, 12))
    ]
    return [header, *rows]


def verdicts(data: bytes) -> tuple[object, ...]:
    plan = Team().plan(data, blank_mobile="infer")
    return Outcome.of(plan).totals, problems(plan), notes(plan), [each.after for each in plan.verdicts]


def test_the_same_table_as_csv_xlsx_and_ods_gives_the_same_plan() -> None:
    for seed in range(200):
        table = generated(seed)
        text = io.StringIO()
        csv.writer(text).writerows(table)
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(table):
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, cell)
        as_csv = verdicts(text.getvalue().encode())
        assert verdicts(out.getvalue()) == as_csv, seed
        assert verdicts(ods({"A": table})) == as_csv, seed

"""One ugly workbook in every format: what is read is the same, whatever program wrote it.

The .xls and .ods files were converted by LibreOffice from the .xlsx one that is made here.
"""

from __future__ import annotations

import datetime as dt
import io
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from muster.core import BadFile, Options, Schema, Table, parse
from muster.core.workbook.formats import shape_of, shown
from tests.core.workbooks import ods, workbook, zipped
from tests.core.xlsb import Error, Shown, xlsb

FILES = Path(__file__).parents[1] / "files" / "workbooks"
HEAD = ["ContactId", "FirstName", "LastName", "MobileNumber", "WhatsAppMobileNumber"]
MORE = ["Applied", "GPA", "Housing", "Score"]
DAY, MOMENT = dt.datetime(2026, 9, 1), dt.datetime(2026, 9, 1, 14, 30)  # noqa: DTZ001  a sheet knows no zones
OLD = [HEAD, ["OLD", "Old", "One", "716-555-0199", ""]]
BESIDE = ["", ""]  # the table begins in C7
ROWS: list[list[Any]] = [
    *[[]] * 6,
    [*BESIDE, *HEAD, *MORE],
    [*BESIDE, Shown(123, "00000"), "Ada", "Obi", Shown(441753495000, '"+"0'), 7165550101, Shown(DAY, "dd/mm/yyyy"),
     3.5, True, Shown(0.125, "0.0%")],
    [],
    [*BESIDE, 100012345678, "Bodil", "Kay\nLee", "716-555-0102", "", Shown(MOMENT, "yyyy-mm-dd hh:mm"),
     Shown(12.5, "$#,##0.00"), False, Shown(dt.time(14, 30), "hh:mm")],
    [*BESIDE, Error(42), Error(7), "Lee", "716-555-0103", "", "", 1234567890123456],
    [*BESIDE, "S5", "Mer", "Ged", "716-555-0105"],
    [*BESIDE, "", "Be", "Low", "716-555-0106"],
    [*BESIDE, "S7", "Link", "Ed", "716-555-0107"],
]  # fmt: skip
READ = {
    8: ("00123", "Ada", "Obi", "+441753495000", "7165550101", "2026-09-01", "3.5", "true", "0.125"),
    10: ("100012345678", "Bodil", "Kay\nLee", "716-555-0102", "", "2026-09-01 14:30:00", "12.5", "false", "14:30:00"),
    11: ("#N/A", "#DIV/0!", "Lee", "716-555-0103", "", "", "1.23456789012346E+15", "", ""),
    12: ("S5", "Mer", "Ged", "716-555-0105", "", "", "", "", ""),
    13: ("", "Be", "Low", "716-555-0106", "", "", "", "", ""),
    14: ("S7", "Link", "Ed", "716-555-0107", "", "", "", "", ""),
}


def xlsx(*, date_1904: bool = False) -> bytes:
    """Return it as .xlsx, with what only Excel has: rich text, a merged cell, a link, a comment, formatted rows."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": date_1904}) as book:
        for name, rows in {"Read me": [["Contacts of May"]], "Old": OLD, "People": ROWS}.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    _write(book, sheet, number, place, value)
        book.get_worksheet_by_name("Old").hide()
        sheet, bold = book.get_worksheet_by_name("People"), book.add_format({"bold": True})
        sheet.write_rich_string(9, 3, "Bo", bold, "dil")
        sheet.merge_range(11, 2, 12, 2, "S5")
        sheet.write_url(13, 3, "https://example.edu", string="Link")
        sheet.write_comment(13, 2, "a comment")
        for number in range(14, 300):
            sheet.write_blank(number, 2, None, bold)
        sheet.write_blank(1_048_575, 2, None, bold)
    return out.getvalue()


def _write(book: Any, sheet: Any, number: int, place: int, value: Any) -> None:
    if isinstance(value, Error):
        sheet.write_formula(number, place, "=NA()", None, {42: "#N/A", 7: "#DIV/0!"}[value.code])
    elif isinstance(value, Shown):
        sheet.write(number, place, value.value, book.add_format({"num_format": value.number_format}))
    elif value != "":
        sheet.write(number, place, value)


def in_xlsb(*, date_1904: bool = False) -> bytes:
    sheets = {"Read me": [["Contacts of May"]], "Old": OLD, "People": ROWS}
    return xlsb(sheets, hidden=["Old"], date_1904=date_1904)


MADE: dict[str, Callable[[], bytes]] = {
    "xlsx": xlsx,
    "xlsx, days since 1904": lambda: xlsx(date_1904=True),
    "xlsb": in_xlsb,
    "xlsb, days since 1904": lambda: in_xlsb(date_1904=True),
    **{path.name: path.read_bytes for path in sorted(FILES.iterdir())},
}
every_format = pytest.mark.parametrize("name", MADE)
of_each_kind = pytest.mark.parametrize("make", [xlsx, in_xlsb, *map(MADE.get, ("ugly.xls", "ugly.ods"))])


def read(data: bytes, **options: Any) -> Table:
    return parse(data, Schema(), Options(**options))


def refused(data: bytes) -> list[str]:
    with pytest.raises(BadFile) as caught:
        read(data)
    return [each.code for each in caught.value.problems]


@every_format
def test_the_same_rows_are_read_whatever_the_format(name: str) -> None:
    table = read(MADE[name]())

    assert (table.header[2:], table.header_row) == ((*HEAD, *MORE), 7)
    assert {row.number: row.cells[2:] for row in table.rows} == READ


@every_format
def test_the_first_visible_sheet_with_headers_is_read_and_the_hidden_one_can_be_chosen(name: str) -> None:
    table = read(MADE[name]())

    assert (table.sheet, table.sheets) == ("People", ("Read me", "People"))
    assert read(MADE[name](), sheet="Old").rows[0].cells[0] == "OLD"
    with pytest.raises(BadFile, match="sheet-missing"):
        read(MADE[name](), sheet="Nowhere")


@of_each_kind
def test_any_damage_gives_a_table_or_problems(make: Callable[[], bytes]) -> None:
    whole, random_ = make(), random.Random(12)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(random_.choice([1, 1, 3, 40])):
            data[random_.randrange(len(data))] = random_.choice([0, 255, random_.randrange(256)])
        if random_.random() < 0.3:
            del data[random_.randrange(len(data)) :]
        with suppress(BadFile):
            assert all(isinstance(cell, str) for row in read(bytes(data)).rows for cell in row.cells)


def test_an_old_workbook_that_is_protected_is_said_to_be_that() -> None:
    codepage, protected = b"\x42\x00\x02\x00", b"\x2f\x00\x02\x00"
    data = (FILES / "ugly.xls").read_bytes()

    assert refused(data.replace(codepage, protected, 1)) == ["file-protected"]


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/workbook.bin": b"", "xl/worksheets/sheet1.bin": b"\0" * 101 * 1024 * 1024},
        {"xl/workbook.xml": b"<workbook/>", "xl/media/image.png": b" " * 101 * 1024 * 1024},
        {"xl/workbook.xml": b"<workbook/>", **{f"xl/{number}": b"" for number in range(10_001)}},
    ],
)
def test_a_workbook_that_would_expand_too_much_is_refused_before_it_does(parts: dict[str, bytes]) -> None:
    assert refused(zipped(parts)) == ["file-expands-too-much"]


def test_workbooks_within_workbooks_are_never_opened() -> None:
    inner = workbook({"A": [HEAD, ["S1", "Ada", "Obi", "716-555-0101", ""]]})
    bomb = zipped({f"{number}.zip": zipped({"0": b"\0" * 10_000_000}) for number in range(20)})

    assert refused(zipped({"people.xlsx": inner})) == ["file-not-text"]
    assert refused(bomb) == ["file-not-text"]
    nested = zipped({"xl/workbook.xml": b"<workbook/>", "xl/embeddings/bomb.zip": bomb})
    assert refused(nested) in (["file-empty"], ["file-damaged"])


def test_a_sheet_of_the_old_format_that_spans_too_many_cells_is_refused() -> None:
    far: list[list[Any]] = [HEAD, ["S1"] + [""] * 16_000 + ["x"]]
    data = xlsb({"A": far})
    assert len(read(xlsb({"A": [HEAD, ["S1"]]})).rows) == 1
    assert refused(data) == ["file-too-many-columns"]


@pytest.mark.parametrize(
    ("code", "digits", "text"),
    [
        ("00000", "123", "00123"),
        ("00000", "1234567", "1234567"),
        ('"+"0', "441753495000", "+441753495000"),
        ("000-00-0000", "12345678", "012-34-5678"),
        ("[<=9999999]000-0000;(000) 000-0000", "5550101", "555-0101"),
        ("00 00 00 00 00", "612345678", "06 12 34 56 78"),
    ],
)
def test_a_format_that_shows_more_than_the_digits_is_kept(code: str, digits: str, text: str) -> None:
    shape = shape_of(code)

    assert shape is not None
    assert shown(digits, shape) == text


@pytest.mark.parametrize("code", ["General", "0", "# ##0", "#,##0", "0.00", "0%", "$#,##0.00", "@", "dd/mm/yyyy", ""])
def test_a_format_that_shows_a_quantity_is_left_aside(code: str) -> None:
    assert shape_of(code) is None


def test_yes_and_no_that_a_formula_gives_are_words_in_ods_too() -> None:
    cell = '<table:table-cell table:formula="of:={0}()" office:value-type="float" office:value="1"><text:p>{0}</text:p>'
    row = "".join(f"{cell.format(text)}</table:table-cell>" for text in ("TRUE", "FALSE"))

    assert read(ods({"A": [HEAD]}, f"<table:table-row>{row}</table:table-row>")).rows[0].cells[:2] == ("true", "false")

"""A table is the same plan, verdict by verdict, as CSV, as a workbook, and as LibreOffice saves that workbook."""

import csv
import datetime as dt
import io
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import xlsxwriter

from tests.core.memory import HEAD, Team
from tests.real.libreoffice import LibreOffice

TABLES, IN_ONE_BOOK = 200, 50
HEADER = [*HEAD.split(","), "OptedOut", "WhatsAppOptedOut", "StaffId", "Applied", "Major", "Term", "GPA", "Housing"]
DAY, MOMENT = dt.date(2026, 9, 1), dt.datetime(2026, 9, 1, 14, 30)  # noqa: DTZ001  a sheet knows no zones


class Cell(NamedTuple):
    """One cell: what is written to a workbook and how it is shown there, and what a CSV says for it."""

    text: str
    value: Any = None
    shown: str = ""  # a number format
    formula: str = ""
    is_rich: bool = False


def text(value: str) -> Cell:
    return Cell(value, value)


IDS = [
    *map(text, ("S1", "00123", "N/A", "", "0", "'00124", '="00125"', " S2 ")),
    Cell("00123", 123, "00000"), Cell("100123", 100123), Cell("100123.5", 100123.5), Cell("0", 0),
    Cell("123456789012345", 123456789012345), Cell("1.23456789012346E+15", 1234567890123456),
    Cell("#N/A", formula="=NA()"), Cell("S13", "S13", formula='="S1"&"3"'),
]  # fmt: skip
NAMES = [
    *map(text, ("Ada", "José", "李", "O'Neil", 'Ann "Nan"', "a, b", "Obi\nLee", "=A1", "@x", "'007", "#REF!", "")),
    *map(text, ("JosÃ©", "x" * 300)),
    Cell("#DIV/0!", formula="=1/0"), Cell("true", True), Cell("7", 7), Cell("2026-09-01", DAY, "yyyy-mm-dd"),
    Cell("Adamson", "Adamson", is_rich=True),
]  # fmt: skip
NUMBERS = [
    *map(text, ("716-555-0101", "+44 1753 495001", "+44 (0)1753-495002", "4.41753E+11", "0612345678", "nope", "")),
    *map(text, ("7165550104.0", "+999")),
    Cell("7165550102", 7165550102), Cell("(716) 555-0103", 7165550103, "(000) 000-0000"),
    Cell("+441753495000", 441753495000, '"+"0'), Cell("441753495000", 441753495000),
    Cell("4.41753495000123E+15", 4417534950001234), Cell("7165550105", 7165550105, "0.00E+00"),
    Cell("+17165550106", "+17165550106", formula='="+1716555"&"0106"'),
]  # fmt: skip
OUT = [
    *map(text, ("yes", "no", "TRUE", "x", "")),
    Cell("true", True), Cell("false", False), Cell("1", 1), Cell("0", 0),
]  # fmt: skip
STAFF = [*map(text, ("007", "u-uma", "")), Cell("007", 7, "000"), Cell("7", 7)]
DATES = [
    *map(text, ("2025-04-03", "03/04/2025", "3 Apr 2025", "2025-02-30", "")),
    Cell("2026-09-01", DAY, "yyyy-mm-dd"), Cell("2026-09-01", DAY, "d/m/yyyy"), Cell("45000", 45000),
    Cell("2026-09-01 14:30:00", MOMENT, "yyyy-mm-dd hh:mm"), Cell("14:30:00", dt.time(14, 30), "hh:mm:ss"),
]  # fmt: skip
MAJORS = [
    *NAMES[:9], text("two\nlines\nmore"), text("a\tb"),
    Cell("0.5", 0.5, "0%"), Cell("12.5", 12.5, "$#,##0.00"), Cell("1234", 1234, "#,##0"),
]  # fmt: skip
TERMS = [*map(text, ("Fall", "spring", "Winter", ""))]
GPAS = [
    *map(text, ("1,5", "3.50", "")),
    Cell("3.5", 3.5), Cell("15", 15), Cell("-0.25", -0.25), Cell("0.0000001", 1e-7), Cell("3.5", 3.5, "", "=3+0.5"),
]  # fmt: skip
COLUMNS = [IDS, NAMES, NAMES, NUMBERS, NUMBERS, OUT, OUT, STAFF, DATES, MAJORS, TERMS, GPAS, OUT]


def table(seed: int) -> list[list[Cell]]:
    """Rows of every kind of cell, some of them wholly blank."""
    random_ = random.Random(seed)
    rows = [[random_.choice(each) for each in COLUMNS] for _ in range(random_.randrange(2, 12))]
    for row in rows[:-1]:
        row[0] = row[0] if random_.random() < 0.6 else text(f"S{random_.randrange(10**6)}")
        if random_.random() < 0.1:
            row[:] = [text("")] * len(row)
    return [list(map(text, HEADER)), *rows]


def as_csv(rows: list[list[Cell]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([cell.text for cell in row] for row in rows)
    return out.getvalue().encode()


def as_workbook(tables: dict[str, list[list[Cell]]]) -> bytes:
    """A workbook with a sheet for each."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        formats = {
            cell.shown: book.add_format({"num_format": cell.shown}) for each in COLUMNS for cell in each if cell.shown
        }
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    write(sheet, number, place, cell, style=formats.get(cell.shown), bold=bold)
    return out.getvalue()


def write(sheet: Any, number: int, place: int, cell: Cell, *, style: Any, bold: Any) -> None:
    if cell.formula:
        sheet.write_formula(number, place, cell.formula, style, cell.text if cell.value is None else cell.value)
    elif cell.is_rich:
        sheet.write_rich_string(number, place, cell.text[:4], bold, cell.text[4:])
    elif isinstance(cell.value, str):
        sheet.write_string(number, place, cell.value)
    elif cell.value is not None:
        sheet.write(number, place, cell.value, style)


def plan(data: bytes, **options: Any) -> list[Any]:
    """The verdicts, with all that they say."""
    team = Team()
    team.add(contact_id="S1", mobile_number="+17165550101")
    team.add(contact_id="100123", first_name="Ada", mobile_number="+17165550102")
    return list(team.plan(data, blank_mobile="infer", **options).verdicts)


def books() -> Iterator[dict[str, list[list[Cell]]]]:
    for start in range(0, TABLES, IN_ONE_BOOK):
        yield {f"T{seed}": table(seed) for seed in range(start, start + IN_ONE_BOOK)}


def differing(made: Callable[[bytes], bytes]) -> dict[str, tuple[list[Any], list[Any]]]:
    """What comes out otherwise than from the CSV: the verdicts of both, by table."""
    different = {}
    for tables in books():
        data = made(as_workbook(tables))
        for name, rows in tables.items():
            said, expected = plan(data, sheet=name), plan(as_csv(rows))
            if said != expected:
                here = [(one, other) for one, other in zip(said, expected, strict=False) if one != other]
                different[name] = ([one for one, _ in here], [other for _, other in here])
    return different


@pytest.mark.slow
def test_a_workbook_is_the_same_plan_as_its_csv() -> None:
    assert differing(lambda data: data) == {}


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_workbook_that_libreoffice_has_saved_is_the_same_plan_as_its_csv(calc: LibreOffice, kind: str) -> None:
    assert differing(lambda data: calc.saved(data, kind)) == {}

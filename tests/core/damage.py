"""What spreadsheets and programs do to a table, each as CSV and as a workbook: the lines of the table in the guide."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any, NamedTuple

import xlsxwriter

from tests.core.workbooks import workbook, zipped

HEAD = ["ContactId", "FirstName", "LastName", "MobileNumber", "WhatsAppMobileNumber", "WhatsAppOptedOut", "Notes",
        "Applied", "Score"]  # fmt: skip
GOOD = dict(zip(HEAD, ["S1", "Ada", "Obi", "716-555-0101", "", "no", "", "", ""], strict=True))


class Shown(NamedTuple):
    """A number or date with its format."""

    value: Any
    number_format: str


class Formula(NamedTuple):
    """A formula and the result that is kept of it."""

    text: str
    result: str


class Damage(NamedTuple):
    """The same damage in both kinds of file; None where it cannot happen."""

    as_csv: bytes | None
    as_workbook: bytes | None


def text(*rows: dict[str, str], encoding: str = "utf-8", **settings: Any) -> bytes:
    """Return the good row as CSV, with these cells in place of its own; a row for each."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **settings).writerows([HEAD, *((GOOD | each).values() for each in rows)])
    return out.getvalue().encode(encoding)


def book(*rows: dict[str, Any]) -> bytes:
    """Return the same as a workbook."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate([dict(zip(HEAD, HEAD, strict=True)), *(GOOD | each for each in rows)]):
            for place, cell in enumerate(row.values()):
                _write(made, sheet, number, place, cell)
    return out.getvalue()


def _write(made: Any, sheet: Any, number: int, place: int, cell: Any) -> None:
    if isinstance(cell, Shown):
        sheet.write(number, place, cell.value, made.add_format({"num_format": cell.number_format}))
    elif isinstance(cell, Formula):
        sheet.write_formula(number, place, cell.text, None, cell.result)
    elif isinstance(cell, str):
        sheet.write_string(number, place, cell)
    else:
        sheet.write(number, place, cell)


def both(field: str, cell: str) -> Damage:
    """Return damage that is the same text in both."""
    return Damage(text({field: cell}), book({field: cell}))


def cell(field: str, as_csv: str, as_workbook: Any) -> Damage:
    """Return damage of one cell."""
    return Damage(text({field: as_csv}), book({field: as_workbook}))


def rows_of(*rows: list[Any]) -> Damage:
    """Return damage of the rows as a whole."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return Damage(out.getvalue().encode(), workbook({"A": rows}))


ADA = list(GOOD.values())
TWO = text({}, {"ContactId": "S2", "MobileNumber": "716-555-0102"})
APPLIED, NUMBER = dt.date(2025, 4, 3), "MobileNumber"
FULL_WIDTH = {ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"}
_LINES = TWO.decode().splitlines()
DAMAGES: dict[str, Damage] = {
    "A telephone number shortened to 4.41753E+11": cell(NUMBER, "4.41753E+11", 441753495000),
    "The + of a number lost": cell(NUMBER, "441753495000", Shown(441753495000, '"+"0')),
    "The 0 in front of a foreign national number": both(NUMBER, "0612345678"),
    "A number as a decimal, 7165550101.0": cell(NUMBER, "7165550101.0", 7165550101.0),
    "Digits of another script, or full width": both(NUMBER, "+441753495000".translate(FULL_WIDTH)),
    "Two numbers in a cell": both(NUMBER, "716-555-0101 / 716-555-0102"),
    "A number with an extension": both(NUMBER, "716-555-0101 x12"),
    "The old 1 of Mexican numbers": both("WhatsAppMobileNumber", "+52 1 55 1234 5678"),
    "Zeros in front of an id lost": cell("ContactId", "123", Shown(123, "00000")),
    "An id as a decimal, 100123.0": cell("ContactId", "100123.0", 100123.0),
    "An apostrophe before an id": both("ContactId", "'00124"),
    'An id as ="00125"': cell("ContactId", '="00125"', Formula('="00125"', "00125")),
    "An id of more than 15 digits": cell("ContactId", "1.23457E+15", 1234567890123456),
    "Invisible characters in an id": both("ContactId", "S\u200b1\u00ad"),
    "N/A, NULL, - or #N/A as an id": cell("ContactId", "#N/A", Formula("=NA()", "#N/A")),
    "An error of the spreadsheet as a name": cell("FirstName", "#REF!", Formula("=1/0", "#DIV/0!")),
    "A formula without its result": cell("FirstName", "=A1", Formula("=A1", "")),
    "A date in an order that is not said, 03/04/2025": cell("Applied", "03/04/2025", Shown(APPLIED, "dd/mm/yyyy")),
    "A date as a number of days, 45750": cell("Applied", "45750", 45750),
    "A date with a time": cell(
        "Applied", "2025-04-03 14:30", Shown(dt.datetime(2025, 4, 3, 14, 30), "dd/mm/yyyy hh:mm")  # noqa: DTZ001  a sheet knows no zones
    ),
    "A month by its name, in any language of the team": both("Applied", "3 de abril de 2025"),
    "A day that does not exist": both("Applied", "2025-02-30"),
    "Yes and no as TRUE and FALSE": cell("WhatsAppOptedOut", "TRUE", True),
    "Yes and no as 1 and 0 for WhatsApp": cell("WhatsAppOptedOut", "1", 1),
    "A percentage": cell("Score", "12.5%", Shown(0.125, "0.0%")),
    "An amount with its currency": cell("Score", "$12.50", Shown(12.5, "$#,##0.00")),
    "A decimal comma": cell("Score", "12,5", Shown(12.5, "0,0")),
    "Letters in an older encoding": Damage(text({"FirstName": "José"}, encoding="cp1252"), book({"FirstName": "José"})),
    "Letters garbled before, JosÃ©": both("FirstName", "JosÃ©"),
    "A byte that is no letter": Damage(
        text({"FirstName": "José", "LastName": "Muñ@z"}).replace(b"@", b"\xff"), None),
    "UTF-16 without a mark": Damage(text({"FirstName": "José"}, encoding="utf-16-le"), None),
    "Semicolons, tabs or pipes between cells": Damage(text({}, delimiter=";"), None),
    "A first line sep=;": Damage(b"sep=;\n" + text({}, delimiter=";"), None),
    "Stray quote marks that swallow rows": Damage(
        "\n".join([_LINES[0], _LINES[1].replace("Ada", '"Ada'), _LINES[2].replace("Ada", 'A"da')]).encode(),
        book({"Notes": '6" tall'}),
    ),
    "Backslashes before quote marks": Damage(
        TWO.replace(b"S1,Ada", rb'S1,"Ada \"A\" B"'), book({"Notes": r"Ada \"A\" B"})),
    "Every line in quote marks": Damage(
        "\n".join(f'"{line}"' for line in _LINES).encode(), workbook({"A": [[line] for line in _LINES]})),
    "A line break in a name": both("FirstName", "Ada\nMae"),
    "More cells than headers": rows_of(HEAD, [*ADA, "x"]),
    "Titles above the header": rows_of(["Export of May"], [], HEAD, ADA),
    "No header row": rows_of(ADA, ["S2", *ADA[1:]]),
    "Blank rows and columns": rows_of([*HEAD, "", ""], [], [*ADA, "", ""], [None] * 11),
    "A merged cell over two rows": rows_of(HEAD, ADA, ["", *ADA[1:3], "716-555-0102", *ADA[4:]]),
    "Ctrl-Z or zeros at the end": Damage(text({}) + b"\x1a" + b"\0" * 50, None),
    "Another kind of file under this name": Damage(b'{"contacts": []}', zipped({"a.txt": b"a"})),
    "A password": Damage(None, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")),
    "A few kilobytes that expand to gigabytes": Damage(
        None, zipped({"xl/workbook.xml": b"<workbook/>", "xl/large": b"\0" * 101 * 1024 * 1024})),
}  # fmt: skip

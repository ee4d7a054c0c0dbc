"""An ugly workbook from the desktop to contacts, and its rows to fix, corrected in LibreOffice and sent again."""

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import xlsxwriter
from playwright.sync_api import Page, expect

from muster.demo_files import UGLY
from tests.browser.conftest import Visit
from tests.browser.grids import open_panel, wait_for_rows
from tests.browser.test_import_by_hand import IMPORTS, answer_columns, chip
from tests.real.libreoffice import LibreOffice
from tests.workbooks.opened import Opened

SHOWN = {"MobileNumber": "(000) 000-0000", "Enrolled on": "d/m/yyyy", "Credits": "0.00"}


def ugly_workbook(path: Path) -> None:
    """The messy file as people keep it: behind a cover, with numbers, dates and ticks that are none of text."""
    header, *rows = csv.reader(io.StringIO(UGLY))
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Read me").write(0, 0, "Ask Jo before you change this list.")
        sheet = book.add_worksheet("Students")
        formats = {name: book.add_format({"num_format": shown}) for name, shown in SHOWN.items()}
        sheet.write_row(0, 0, header)
        for number, row in enumerate(rows, 1):
            for place, (name, cell) in enumerate(zip(header, row, strict=False)):
                value = typed(name, cell)
                if isinstance(value, str):
                    sheet.write_string(number, place, value)
                else:
                    sheet.write(number, place, value, formats.get(name))


def typed(name: str, cell: str) -> Any:
    """What a spreadsheet makes of a cell that is typed into it."""
    if name == "MobileNumber" and re.fullmatch(r"716-555-\d{4}", cell):
        return int(cell.replace("-", ""))
    if name == "Credits" and cell.isdigit():
        return int(cell)
    if name == "Enrolled on" and re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
        return dt.date.fromisoformat(cell)
    return {"yes": True, "no": False}.get(cell, cell) if name == "Lives on campus" else cell


def upload(page: Page, file: Path) -> None:
    page.goto(f"{IMPORTS}new/")
    page.get_by_label("Choose a .csv or .txt file").set_input_files(file)
    page.get_by_label("Fail Blank Values").check()
    page.get_by_role("button", name="Upload and preview").click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/"))


def confirm(page: Page) -> None:
    wait_for_rows(page)  # which are refused of an import that runs
    page.locator("a[data-confirm]").click()
    dialog = page.get_by_role("dialog")
    go = dialog.get_by_role("button", name=re.compile(r"^Import \d+ contacts?$"))
    expect(go).to_be_visible()
    if dialog.get_by_label("Keep their current choice").count():
        dialog.get_by_label("Keep their current choice").check()
    go.click()
    expect(page.get_by_role("heading", name="Import finished")).to_be_visible(timeout=30_000)


def corrections(data: bytes) -> dict[str, str]:
    """What somebody types into the coloured cells: the name that is missing, and no number where one is lost."""
    opened = Opened(data)
    comments = opened.comments()
    assert comments.keys() == opened.coloured()
    typed = {place: "Dane" for place, said in comments.items() if said.startswith("LastName is blank")}
    return typed | {place: "" for place, said in comments.items() if "shortened this number" in said}


def test_an_ugly_workbook_goes_from_the_desktop_to_contacts(visit: Visit, calc: LibreOffice, tmp_path: Path) -> None:
    ugly_workbook(tmp_path / "september.xlsx")
    page = visit(f"{IMPORTS}new/")
    upload(page, tmp_path / "september.xlsx")
    answer_columns(page)
    wait_for_rows(page)
    open_panel(page)
    expect(page.get_by_text("sheet Students")).to_be_visible()
    left_out = chip(page, "Problems")
    confirm(page)

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rows to fix for Excel").click()
    assert download.value.suggested_filename == "rows to fix of september.xlsx"
    data = download.value.path().read_bytes()
    rows = Opened(data).rows()
    assert len(rows) == left_out + 1
    fixes = corrections(data)
    assert len(fixes) == 2
    (tmp_path / "fixed.xlsx").write_bytes(calc.saved(data, "xlsx", fixes))

    upload(page, tmp_path / "fixed.xlsx")
    expect(page.get_by_role("heading", name="Review rows", level=1)).to_be_visible()
    assert chip(page, "Problems") <= left_out - len(fixes)  # what repeated a row of the first file repeats none here
    confirm(page)
    page.goto("/t/admissions-demo/contacts/?q=dane")
    expect(page.get_by_role("link", name="Dana Dane")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export these for Excel").click()
    found = Opened(download.value.path().read_bytes()).rows()
    assert [row[0] for row in found] == ["ContactId", "S2004"]

"""Copy and paste in the grid, with what spreadsheets put on the clipboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.grids import cell, chip, number, people, saved, stands_on, told, upload
from tests.real.ports import wait_until

ROWS = 300


@pytest.fixture
def page(visit: Visit) -> Page:
    page = visit("/t/admissions-demo/imports/", permissions=["clipboard-read", "clipboard-write"])
    upload(page, people(ROWS))
    return page


def put(page: Page, text: str) -> None:
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)


def clipboard(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text.replace("\r\n", "\n")


def test_it_pastes_a_block_of_a_spreadsheet_and_undoes_it_as_one_step(page: Page) -> None:
    """200 × 5, with tabs and line breaks in quotes, doubled quotes, and the line break at the end."""
    lines = [f'N{row}\t"Zoë ""Z""\tB."\t"two\nlines"\t{number(9_000 + row)}\t' for row in range(200)]
    put(page, "\r\n".join(lines) + "\r\n")
    cell(page, 11, "ContactId").click()
    page.keyboard.press("Control+v")
    saved(page)

    told(page, "1,000 cells pasted, 400 problems.")
    assert chip(page, "Problems") == 200  # names have one line and no tabs
    assert cell(page, 11, "FirstName").text_content() == 'Zoë "Z"\tB.'
    expect(page.locator(".grid-foot")).to_contain_text("200 rows")
    page.keyboard.press("Control+z")
    expect(cell(page, 11, "ContactId")).to_have_text("G11")
    told(page, "Undone: Paste 800 cells")  # the fifth column was blank before and after
    assert chip(page, "Problems") == 0


def test_what_it_copies_comes_back_as_it_was(page: Page) -> None:
    cell(page, 2, "FirstName").dblclick()
    page.locator(".grid-editor").fill('=SUM("a")\tb')
    page.keyboard.press("Enter")
    saved(page)
    cell(page, 2, "ContactId").click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+c")
    told(page, "4 cells copied.")
    assert clipboard(page) == 'G2\t"\'=SUM(""a"")\tb"\nG3\tFirst 3'  # no spreadsheet runs it

    cell(page, 10, "LastName").click()
    page.keyboard.press("Control+v")
    saved(page)
    assert cell(page, 10, "MobileNumber").text_content() == '=SUM("a")\tb'
    assert cell(page, 11, "LastName").inner_text() == "G3"


def test_one_value_fills_a_range_and_cutting_clears_it(page: Page) -> None:
    put(page, "History")
    cell(page, 2, "Program").click()
    page.keyboard.press("Control+Shift+ArrowDown")
    page.keyboard.press("Control+v")
    saved(page)
    told(page, f"{ROWS} cells pasted.")
    page.keyboard.press("Control+Home")
    expect(cell(page, 2, "Program")).to_have_text("History")

    cell(page, 4, "LastName").click()
    page.keyboard.press("Control+x")
    saved(page)
    assert (clipboard(page), chip(page, "Problems")) == ("Last 4", 1)


def test_it_copies_rows_that_are_not_in_hand(page: Page) -> None:
    cell(page, 2, "ContactId").click()
    page.keyboard.press("Control+Shift+ArrowDown")
    page.keyboard.press("Control+c")
    told(page, f"{ROWS} cells copied.")
    wait_until(lambda: clipboard(page).startswith("G2\n"), seconds=10, what=lambda: clipboard(page))
    assert clipboard(page).split("\n") == [f"G{row}" for row in range(2, ROWS + 2)]


def test_what_does_not_fit_is_refused_with_a_count(page: Page) -> None:
    put(page, "a\tb\nc\td\n")
    cell(page, 2, "ContactId").click()
    page.keyboard.press("Control+End")
    stands_on(page, ROWS, "Biology")
    page.keyboard.press("Control+v")
    expect(page.locator(".grid-notice")).to_contain_text("1 row would not fit below the last one. Nothing was pasted.")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+v")
    expect(page.locator(".grid-notice")).to_contain_text(re.compile("1 column would not fit .* Nothing was pasted."))
    assert chip(page, "Problems") == 0

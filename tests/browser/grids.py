"""Drafts in the grid: files made to measure, and reading what the grid shows."""

from __future__ import annotations

import re
from collections.abc import Iterable

from playwright.sync_api import Locator, Page, expect

HEAD = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program"
NEW = "/t/admissions-demo/imports/new/"


def people(count: int, *, bad: Iterable[int] = ()) -> str:
    """A file of so many people; the rows in `bad`, by their number in the file, have no last name."""
    without = set(bad)
    names = ((row, "" if row in without else f"Last {row}") for row in range(2, count + 2))
    rows = (f"G{row},First {row},{name},{number(row)},,Biology" for row, name in names)
    return "\n".join((HEAD, *rows))


def number(row: int) -> str:
    """The mobile number of the person in a row."""
    return f"+1 212 {200 + row // 10_000:03} {row % 10_000:04}"


def upload(page: Page, text: str) -> None:
    """Upload a file, and wait for the grid."""
    page.goto(NEW)
    page.locator("input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Upload and preview").click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/"))
    wait_for_rows(page)


def wait_for_rows(page: Page) -> None:
    """Wait until the rows that can be seen have come."""
    page.wait_for_function("""() => {
      const rows = [...document.querySelectorAll(".grid-body [role=rowheader]")];
      return rows.length && rows.every((row) => /\\d/.test(row.textContent));
    }""")


def open_panel(page: Page) -> None:
    """Unfold the panel of causes and options beside the grid."""
    page.get_by_role("button", name="Causes and options", expanded=False).click()


def fill_blanks(page: Page, header: str) -> None:
    """Ask, in the menu of a column, for its blanks to be filled."""
    header_of(page, header).locator(".grid-header-menu").click()
    page.get_by_role("menuitem", name="Fill blanks…").click()


def cell(page: Page, row: int, header: str) -> Locator:
    """The cell of a row, by its number in the file, under a header, among those that are drawn."""
    column = header_of(page, header).get_attribute("aria-colindex")
    number = page.get_by_role("rowheader", name=re.compile(rf"^(fixed, row)?\s*{row}$"))
    return page.get_by_role("row").filter(has=number).locator(f"[aria-colindex='{column}']")


def header_of(page: Page, header: str) -> Locator:
    return page.get_by_role("columnheader").filter(has=page.locator(f".grid-header-name:text-is('{header}')"))


def stands_on(page: Page, row: int, text: str | None = None) -> None:
    """Wait until the cell with the focus is in this row of the list, from 1 on, and says this."""
    script = """([row, text]) => {
      const cell = document.activeElement, its = cell.closest("[role=row]")?.getAttribute("aria-rowindex");
      return its === String(row + 1) && (text === null || cell.textContent === text);
    }"""
    page.wait_for_function(script, arg=[row, text], timeout=10_000)


def saved(page: Page, saving: str = "Saving") -> None:
    """Wait until nothing is on its way. `saving`: what the page calls it."""
    expect(page.locator(".grid-saved")).not_to_contain_text(saving)
    expect(page.locator(".is-saving")).to_have_count(0)


def chip(page: Page, words: str) -> int:
    return int(page.locator(".filter-chip", has_text=words).locator(".count").inner_text().replace(",", ""))


def told(page: Page, text: str) -> None:
    """Wait until the live region says this."""
    expect(page.locator(".import-grid > [role=status]")).to_have_text(text)

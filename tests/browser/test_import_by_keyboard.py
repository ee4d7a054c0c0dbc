"""An import with the keyboard alone: from signing in to the downloaded rows to fix."""

import csv
import io
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from muster.demo import ANA
from muster.demo_files import UGLY
from tests.browser.grids import chip, saved, stands_on, wait_for_rows
from tests.browser.keyboard import follow, tab_into, tab_to
from tests.real.server import MusterServer


@pytest.fixture
def page(chromium: Browser, demo: MusterServer) -> Iterator[Page]:
    """A browser nobody has signed in with. Its mouse is never used."""
    context = chromium.new_context(base_url=demo.url, viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def sign_in(page: Page) -> None:
    page.goto("/")
    tab_to(page, "^Email")
    page.keyboard.type(ANA.email)
    tab_to(page, "^Password")
    page.keyboard.type(ANA.password)
    follow(page)
    page.wait_for_url(re.compile(r"/t/[\w-]+/$"))


def upload(page: Page) -> None:
    page.on("filechooser", lambda _: None)  # from the first listener on, Chromium tells of choosers, but not at once
    tab_to(page, "^Data Management$")
    follow(page)
    tab_to(page, "^New Import$")
    follow(page)
    tab_to(page, "^Choose a .csv or .txt file")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(FilePayload(name="september.csv", mimeType="text/csv", buffer=UGLY.encode()))
    tab_to(page, "^(Infer Mobile Number|Fail Blank Values)")
    page.keyboard.press("ArrowDown")
    tab_to(page, "^Upload and preview$")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/"))


def answer_columns(page: Page) -> None:
    tab_to(page, "^Field of Shoe size")
    page.keyboard.type("Don't import")
    tab_to(page, "^Continue$")
    follow(page)
    expect(page.get_by_role("heading", name="Review rows", level=1)).to_be_visible()
    wait_for_rows(page)


def fix_in_the_grid(page: Page) -> None:
    """Two cells typed, one of them undone and done again, and a fix for a whole column."""
    before = chip(page, "Problems")
    tab_into(page, "[role=gridcell]")
    stands_on(page, 1, "blank")  # no last name
    page.keyboard.type("Okafor")
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("Control+z")
    expect(page.locator(".filter-chip", has_text="Problems")).to_contain_text(str(before))
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".filter-chip", has_text="Problems")).to_contain_text(str(before - 1))
    page.keyboard.press("F8")
    expect(page.locator(".grid-message")).to_contain_text("4.47712E+11")
    page.keyboard.press("F2")
    page.keyboard.press("Control+a")
    page.keyboard.type("+44 7712 345678")
    page.keyboard.press("Enter")
    saved(page)
    assert chip(page, "Problems") == before - 2

    tab_to(page, r"^Add the missing \+")
    page.keyboard.press("Enter")
    tab_to(page, r"^Change \d+ cells?$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert chip(page, "Problems") < before - 2


def confirm(page: Page) -> None:
    tab_to(page, r"^Import \d+ contacts$")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    tab_to(page, "^(Opt them in|Keep their current choice)$")
    page.keyboard.press("ArrowUp")
    expect(dialog.get_by_label("Keep their current choice")).to_be_checked()
    tab_to(page, r"^Import \d+ contacts$")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Import finished")).to_be_visible(timeout=30_000)


def test_it_runs_from_signing_in_to_the_rows_to_fix(page: Page) -> None:
    sign_in(page)
    upload(page)
    answer_columns(page)
    fix_in_the_grid(page)
    confirm(page)
    tab_to(page, "rows to fix")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert {row["Row"] for row in rows} >= {"9", "10"}
    assert not {row["Row"] for row in rows} & {"5", "6", "7"}
    assert all(row["Problem"] and row["How to fix"] for row in rows)

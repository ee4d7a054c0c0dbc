"""An import with the keyboard alone, in three languages: from signing in to the downloaded rows to fix."""

import csv
import io
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from muster.demo import ANA
from muster.demo_files import UGLY
from tests.browser.grids import chip, saved, stands_on, wait_for_rows
from tests.browser.keyboard import focused, follow, tab_into, tab_to
from tests.browser.speech import Speech
from tests.real.server import MusterServer

pytestmark = pytest.mark.timeout(600)  # hundreds of keys, and a server that starts

NOT_OURS = "Shoe size"  # a header that no field of the demo is called
MOST_OPTIONS = 30


@pytest.fixture(params=["en", "es", "ar"])
def say(request: pytest.FixtureRequest) -> Speech:
    """The language of the browser, and so of the pages."""
    return Speech(request.param)


@pytest.fixture
def page(chromium: Browser, demo: MusterServer, say: Speech) -> Iterator[Page]:
    """A browser nobody has signed in with. Its mouse is never used."""
    context = chromium.new_context(base_url=demo.url, viewport={"width": 1280, "height": 800}, locale=say.language)
    yield context.new_page()
    context.close()


def sign_in(page: Page, say: Speech) -> None:
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == say.language
    tab_to(page, say.named("Email"))
    page.keyboard.type(ANA.email)
    tab_to(page, say.named("Password"))
    page.keyboard.type(ANA.password)
    follow(page)
    page.wait_for_url(re.compile(r"/t/[\w-]+/$"))


def upload(page: Page, say: Speech) -> None:
    page.on("filechooser", lambda _: None)  # from the first listener on, Chromium tells of choosers, but not at once
    tab_to(page, say.named("Data Management"))
    follow(page)
    tab_to(page, say.named("New Import"))
    follow(page)
    tab_to(page, say.named("Choose a .csv or .txt file, or a workbook", more=True))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    text = UGLY.replace(NOT_OURS, header_of(say), 1)  # else it is answered as it was in the language before
    chooser.value.set_files(FilePayload(name="september.csv", mimeType="text/csv", buffer=text.encode()))
    infer_mobile_numbers(page, say)
    tab_to(page, say.named("Upload and preview"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/"))


def infer_mobile_numbers(page: Page, say: Speech) -> None:
    """Go to the one of two answers that was given last, and on to the other if it is not this one."""
    infer = say.named("Infer Mobile Number", more=True)
    tab_to(page, say.named("Infer Mobile Number", "Fail Blank Values", more=True))
    if not re.search(infer, focused(page) or ""):
        page.keyboard.press("ArrowDown")
    assert re.search(infer, focused(page) or "")


def header_of(say: Speech) -> str:
    return f"{NOT_OURS} {say.language}"


def answer_columns(page: Page, say: Speech) -> None:
    tab_to(page, re.escape(header_of(say)))
    choose(page, say("Don't import it"))
    tab_to(page, say.named("Continue"))
    follow(page)
    expect(page.get_by_role("heading", name=say("Review rows"), level=1)).to_be_visible()
    wait_for_rows(page)


def choose(page: Page, option: str) -> None:
    """Go down the list that has the focus, to an option."""
    chosen = "document.activeElement.selectedOptions[0].textContent.trim()"
    page.keyboard.press("Home")
    for _ in range(MOST_OPTIONS):
        if page.evaluate(chosen) == option:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"No option is {option}")


def fix_in_the_grid(page: Page, say: Speech) -> None:
    """Two cells typed, one of them undone and done again, and a fix for a whole column."""
    problems, saving = say("Problems"), say("Saving…")
    before = chip(page, problems)
    tab_into(page, "[role=gridcell]")
    stands_on(page, 1, say("blank"))
    expect(page.locator(".grid-message")).to_contain_text("LastName")
    page.keyboard.type("Okafor")
    page.keyboard.press("Enter")
    saved(page, saving)
    page.keyboard.press("Control+z")
    expect(page.locator(".filter-chip", has_text=problems)).to_contain_text(str(before))
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".filter-chip", has_text=problems)).to_contain_text(str(before - 1))
    page.keyboard.press("F8")
    expect(page.locator(".grid-message")).to_contain_text("4.47712E+11")
    page.keyboard.press("F2")
    page.keyboard.press("Control+a")
    page.keyboard.type("+44 7712 345678")
    page.keyboard.press("Enter")
    saved(page, saving)
    assert chip(page, problems) == before - 2

    tab_to(page, say.named("Add the missing +", more=True))
    page.keyboard.press("Enter")
    tab_to(page, say.counted("Change {count} cell", "Change {count} cells"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert chip(page, problems) < before - 2


def confirm(page: Page, say: Speech) -> None:
    importing = say.counted("Import %(shown)s contact", "Import %(shown)s contacts")
    tab_to(page, importing)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    tab_to(page, say.named("Opt them in", "Keep their current choice"))
    page.keyboard.press("ArrowUp")
    expect(dialog.get_by_label(say("Keep their current choice"))).to_be_checked()
    tab_to(page, importing)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=say("Import finished"))).to_be_visible(timeout=30_000)


def test_it_runs_from_signing_in_to_the_rows_to_fix(page: Page, say: Speech) -> None:
    sign_in(page, say)
    upload(page, say)
    answer_columns(page, say)
    fix_in_the_grid(page, say)
    confirm(page, say)
    tab_to(page, say.counted("Download %(shown)s row to fix (CSV)", "Download %(shown)s rows to fix (CSV)"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert {row["Row"] for row in rows} >= {"9", "10"}
    assert not {row["Row"] for row in rows} & {"5", "6", "7"}
    assert all(row["Problem"] and row["How to fix"] for row in rows)

"""What one asks of a contact in a real browser: who is this, why do they get no texts, take that import back."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.program import Program
from tests.real.ports import wait_until
from tests.real.server import MusterServer

TEAM = "/t/admissions-demo"
HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program,OptedOut,WhatsAppOptedOut,StaffId"
FIRST = f"{HEADER}\nK77,Kofi,Mensah,+44 7700 900123,,Biology,no,yes,007\n"
SECOND = f"{HEADER}\nK77,Kofi,Menzah,+44 7700 900123,,Nursing,yes,,007\n"


@pytest.fixture(scope="module")
def kofi(demo: MusterServer) -> str:
    """Somebody whom one import brought, and a second one misspelled, opted out of texts and in to WhatsApp."""
    call = Program(demo).call
    for text in (FIRST, SECOND):
        made = call("/imports", {"text": text, "blank_mobile": "fail"})
        where = f"/imports/{made['id']}"

        def is_done(where: str = where) -> bool:
            return bool(call(where)["state"] == "done")

        wait_until(is_done, seconds=30, what=lambda: "the import is not done")
    return str(made["id"])


def channel(page: Page, name: str) -> Locator:
    """What the record says about one channel."""
    return page.get_by_role("region", name="Consent", exact=True).get_by_role("listitem").filter(has_text=f"{name}:")


def test_rows_that_are_ticked_stay_ticked_and_are_counted(visit: Visit, kofi: str) -> None:
    page = visit(f"{TEAM}/contacts/")
    boxes = page.locator("tbody input[type=checkbox]")
    shown = boxes.count()
    page.get_by_role("button", name="Tick all on this page").click()
    expect(page.locator("tbody input:checked")).to_have_count(shown)
    boxes.nth(0).click()
    page.wait_for_timeout(700)  # longer than a search waits for more letters
    expect(page.locator("tbody input:checked")).to_have_count(shown - 1)
    page.get_by_label("Do", exact=True).select_option(label="Export as CSV")
    page.get_by_role("button", name="Continue…").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{shown - 1} contacts")


def test_it_tells_why_somebody_is_opted_out_and_undoes_the_import_that_did_it(visit: Visit, kofi: str) -> None:
    page = visit(f"{TEAM}/contacts/")
    page.get_by_role("searchbox").press_sequentially("(07700) 900-123")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("q="))
    page.get_by_role("link", name="Kofi Menzah").click()

    text = channel(page, "Text")
    expect(text).to_contain_text("Text: Opted out")
    expect(text).to_contain_text("by Ana Alvarez")
    expect(text.locator("time")).to_be_visible()
    expect(channel(page, "WhatsApp")).to_contain_text("WhatsApp: Opted in")
    expect(page.get_by_text("+44 7700 900123").first).to_be_visible()
    text.get_by_role("link", name="an import").click()

    expect(page).to_have_url(re.compile(kofi))
    page.get_by_role("link", name="Undo this import").click()
    told = page.locator("main")
    expect(told).to_contain_text("1 gets back a part of its previous values")
    expect(told).to_contain_text("1 opt-out stays")
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("heading", name="Undo finished")).to_be_visible(timeout=30_000)
    expect(page.locator("main")).to_contain_text("1 opt-out stayed")

    page.goto(f"{TEAM}/contacts/?q=K77&enter=1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kofi Mensah")
    expect(page.get_by_role("definition").filter(has_text="Biology")).to_be_visible()
    expect(channel(page, "Text")).to_contain_text("Text: Opted out")  # an undo never opts anybody in
    expect(channel(page, "WhatsApp")).to_contain_text("WhatsApp: Opted out")
    last = page.get_by_role("region", name="History").get_by_role("row").nth(1)
    expect(last).to_contain_text("Put back by an undo")
    last.get_by_role("link", name="Undo").click()
    expect(page.get_by_role("heading", name="Undo finished")).to_be_visible()

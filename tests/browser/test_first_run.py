"""From an empty folder and the printed link to the first import, and a colleague's first sign-in: no terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.conftest import faults
from tests.real.server import MusterServer, muster

CSV = """Student ID,First,Last,Cell Phone,WhatsApp
S1,Ada,Obi,716-555-0101,+44 1753 495301
S2,Bo,Lee,716-555-0102,
"""
PASSWORD = "a long way to Buffalo"


@pytest.fixture
def empty() -> Iterator[MusterServer]:
    """A Muster that nobody has opened yet."""
    with muster(from_nothing=True) as server:
        yield server


def test_a_new_owner_gets_from_the_printed_link_to_the_first_import(chromium: Browser, empty: MusterServer) -> None:
    page = chromium.new_context(base_url=empty.url).new_page()
    page.goto("/")
    expect(page.get_by_role("heading", name="This installation is new")).to_be_visible()
    link = re.search(r"http://\S+/welcome/\S+", empty.log())
    assert link
    page.goto(link[0])
    assert faults(page) == []
    make_owner_and_team(page)
    checklist = page.get_by_role("main")
    for step in ("fields", "template", "import"):
        expect(checklist).to_contain_text(re.compile(step, re.IGNORECASE))
    assert faults(page) == []
    import_a_file(page)
    invited_first_sign_in(chromium, empty, page)


def make_owner_and_team(page: Page) -> None:
    """Fill in the first page. Mails are put off."""
    page.get_by_label("First name").fill("Olu")
    page.get_by_label("Last name").fill("Obi")
    page.get_by_label("Email", exact=True).fill("olu@example.edu")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Name of your first team").fill("Admissions")
    page.get_by_text("Send mails: now, or later").click()
    expect(page.get_by_label("Mail server", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Make my account and team").click()
    page.wait_for_url(re.compile(r"/t/admissions/$"))


def import_a_file(page: Page) -> None:
    """Bring a file in whose headers are not ours, and see its contacts."""
    page.goto("/t/admissions/imports/new/")
    file = FilePayload(name="first.csv", mimeType="text/csv", buffer=CSV.encode())
    page.set_input_files("input[type=file]", file)
    page.get_by_label("Infer Mobile Number").check()
    page.get_by_role("button", name="Upload and preview").click()
    page.get_by_role("heading", name="Say what the columns are").wait_for()
    answer_columns(page)
    page.get_by_role("link", name="Import 2 contacts").click()
    page.get_by_role("button", name="Import 2 contacts").click()
    page.get_by_role("heading", name="Import finished").wait_for(timeout=60_000)
    page.goto("/t/admissions/contacts/")
    expect(page.get_by_role("link", name="Ada Obi")).to_be_visible()


def answer_columns(page: Page) -> None:
    """Say what is not proposed already."""
    for header, field in (
        ("First", "FirstName"),
        ("Last", "LastName"),
        ("Cell Phone", "MobileNumber"),
        ("WhatsApp", "WhatsAppMobileNumber"),
    ):
        page.get_by_label(f"Field of {header}", exact=True).select_option(field)
    tick = page.get_by_label("Use it as ContactId")
    if tick.count():
        tick.check()
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("heading", name="Review rows", level=1).wait_for()


def invited_first_sign_in(chromium: Browser, server: MusterServer, page: Page) -> None:
    """Without a mail server the page shows the invitation's link, and it opens the team to whoever follows it."""
    page.goto("/t/admissions/users/invite/")
    page.get_by_label("Email", exact=True).fill("cy@example.edu")
    page.get_by_label(re.compile("^User")).first.check()
    page.locator("main form button.primary").click()
    page.wait_for_load_state("networkidle")
    link = re.search(rf"{re.escape(server.url)}/invitation/[^\s\"<]+", page.content())
    assert link, "the page shows the link of the invitation"
    guest = chromium.new_context(base_url=server.url).new_page()
    guest.goto(link[0])
    guest.get_by_label("First name").fill("Cy")
    guest.get_by_label("Last name").fill("Ng")
    guest.get_by_label("Password", exact=True).fill("another way to Buffalo")
    guest.locator("main form button.primary").click()
    guest.wait_for_url(re.compile(r"/t/admissions/$"))
    expect(guest.get_by_role("heading", name="Overview")).to_be_visible()
    assert faults(guest) == []

"""STOP in a real browser: the list, who may lift an entry and why, what Confirm asks, opt-outs of rows left out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Visit
from tests.browser.looks import STILL, every_window, faults_of
from tests.browser.program import Program
from tests.real.ports import wait_until
from tests.real.server import MusterServer

pytestmark = pytest.mark.timeout(900)  # dozens of pages in one test

TEAM = "/t/admissions-demo"
STOPPED = f"{TEAM}/contacts/stopped/"
HEAD = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program,OptedOut,WhatsAppOptedOut"
NADIA, OMAR = "+17165550701", "+17165550702"
PEOPLE = f"{HEAD}\nST1,Nadia,Stopp,{NADIA},,Biology,,\nST2,Omar,Stopp,{OMAR},,Biology,yes,yes\n"
AGAIN = f"{HEAD}\nST2,Omar,Stopp,{OMAR},,Biology,no,\n"
LEFT_OUT = f"{HEAD}\nST3,Pia,Stopp,+17165550703,,Biology,no,no\nST3,Pia,Stopp,,,Biology,yes,\n"


class Api(Program):
    """The API of the demo team, as Ana, with imports that are waited for."""

    def imports(self, text: str, *, confirm: bool = True) -> str:
        made = self.call("/imports", {"text": text, "blank_mobile": "fail", "confirm": confirm})
        where, state = f"/imports/{made['id']}", "done" if confirm else "ready"
        wait_until(lambda: self.call(where)["state"] == state, seconds=60, what=lambda: f"not {state}")
        return str(made["id"])


@pytest.fixture(scope="module")
def told(demo: MusterServer) -> dict[str, str]:
    """Two people, one of whom has said STOP, and numbers that nobody has; drafts that opt in and leave out."""
    api = Api(demo)
    api.imports(PEOPLE)
    for number in (NADIA, "+525512345678", "+17165550799"):
        api.call("/consent", {"number": number, "channel": "text", "opted_out": True, "source": "contact"})
    api.call("/consent", {"number": NADIA, "channel": "whatsapp", "opted_out": True, "source": "contact"})
    record = api.call("/contacts/ST1")
    return {
        "record": f"{TEAM}/contacts/{record['id']}/" if "id" in record else f"{TEAM}/contacts/?q=ST1&enter=1",
        "again": f"{TEAM}/imports/{api.imports(AGAIN, confirm=False)}/",
        "left out": f"{TEAM}/imports/{api.imports(LEFT_OUT)}/",
    }


@pytest.fixture
def places(visit: Visit, told: dict[str, str]) -> dict[str, str]:
    """Every page that STOP has, by its address."""
    page = visit(f"{TEAM}/contacts/?q=ST1&enter=1")
    record = page.url.partition("/t/")[2]
    return {
        "stop list": STOPPED,
        "stop list, a search": f"{STOPPED}?q=716555&channel=text",
        "stop list, nothing found": f"{STOPPED}?q=999999999",
        "record": f"/t/{record}",
        "opt in": f"/t/{record}opt-in/text/",
        "confirm": f"{told['again']}confirm/",
        "result": told["left out"],
    }


@every_window
def test_it_has_no_fault_in_any_look(visit: Visit, places: dict[str, str], viewport: ViewportSize) -> None:
    page = visit(STOPPED, viewport, **STILL)
    assert faults_of(page, places, large_text_too=True) == {}


def test_it_shows_who_said_stop_and_asks_before_it_is_lifted(visit: Visit, told: dict[str, str]) -> None:
    page = visit(STOPPED)
    page.get_by_label("Number").fill("(716) 555-0701")
    page.get_by_role("button", name="Search").click()
    rows = page.get_by_role("region", name="Stop list").locator("tbody tr")
    expect(rows).to_have_count(2)
    rows.filter(has_text="Text").get_by_role("link", name="Nadia Stopp").click()

    page.get_by_role("link", name="Opt in to Text…").click()
    expect(page.get_by_role("heading", name="They said STOP themselves")).to_be_visible()
    page.get_by_role("button", name="Opt in to Text").click()
    reason = page.get_by_label("Why may they be written to again?")
    expect(page.get_by_role("alert")).to_contain_text("Say why, in a few words.")
    expect(reason).to_have_attribute("aria-invalid", "true")
    reason.fill("Asked for it at the desk.")
    page.get_by_role("button", name="Opt in to Text").click()

    expect(page.get_by_text("Nadia Stopp is opted in to Text.")).to_be_visible()
    expect(page.get_by_role("region", name="Consent", exact=True)).to_contain_text("Asked for it at the desk.")
    page.goto(f"{STOPPED}?q={NADIA[1:]}")
    expect(page.get_by_role("region", name="Stop list").locator("tbody tr")).to_have_count(1)  # WhatsApp still


def test_it_lists_whom_a_file_opts_back_in_and_can_keep_them(visit: Visit, told: dict[str, str]) -> None:
    page = visit(f"{told['again']}confirm/")

    expect(page.locator("main")).to_contain_text("Omar Stopp")
    page.get_by_role("radio", name="Keep").check()
    answer(page)

    expect(page.locator("main")).to_contain_text("already up to date", timeout=30_000)
    page.goto(f"{TEAM}/contacts/?q=ST2&enter=1")
    expect(page.get_by_role("region", name="Consent", exact=True)).to_contain_text("Text: Opted out")


def test_it_applies_the_opt_outs_of_rows_that_were_left_out(visit: Visit, told: dict[str, str]) -> None:
    page = visit(told["left out"])

    page.get_by_role("button", name="out now").click()
    expect(page.locator("main")).not_to_contain_text("out now")

    page.goto(f"{TEAM}/contacts/?q=ST3&enter=1")
    expect(page.get_by_role("region", name="Consent", exact=True)).to_contain_text("Text: Opted out")


def answer(page: Page) -> None:
    page.locator("main button.primary").first.click()

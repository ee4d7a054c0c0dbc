"""Every page of Contacts, and the undo of an import, in every look: axe finds nothing, and nothing scrolls sideways."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from muster.demo import UMA
from tests.browser.conftest import PHONE, WIDE, Visit, faults
from tests.browser.looks import STILL, every_window, faults_of
from tests.browser.test_every_account_page import enter
from tests.real.server import MusterServer

pytestmark = pytest.mark.timeout(900)  # dozens of pages in one test

CONTACTS = "/t/admissions-demo/contacts/"


@pytest.fixture(scope="module")
def places(chromium: Browser, demo: MusterServer, signed_in: Any) -> dict[str, str]:
    """Every page by its address. Those of one contact are found by searching."""
    context = chromium.new_context(base_url=demo.url, storage_state=signed_in)
    page = context.new_page()
    page.goto(f"{CONTACTS}?q=Gustavo&enter=1")
    by_hand = page.url
    page.goto(f"{CONTACTS}?q=S1001&enter=1")
    record = page.url
    save_a_list_and_opt_out(page)
    undo_of_many, of_a_step = assign_many(page)
    page.goto(record)
    imported = page.get_by_role("region", name="History").get_by_role("link", name="Import").last
    done = imported.get_attribute("href") or ""
    context.close()
    return {
        "overview": "/t/admissions-demo/",
        "overview of a new team": "/t/financial-aid-demo/",
        "list": CONTACTS,
        "list, hits": f"{CONTACTS}?q=s10",
        "list, no hit": f"{CONTACTS}?q=nobody+has+this+name",
        "list, no hit with filters": f"{CONTACTS}?q=nobody&text=opted_out",
        "list, near miss": f"{CONTACTS}?q=gustavvo",
        "list, sorted by a field": f"{CONTACTS}?sort=name&where=last_name:filled",
        "list, filters": f"{CONTACTS}?whatsapp=opted_out&assigned=none",
        "list, of an import": f"{CONTACTS}?import={done.rstrip('/').rpartition('/')[2]}",
        "audience": f"{CONTACTS}?reach=text",
        "audience, mine": f"{CONTACTS}?reach=whatsapp&send=mine",
        "audience, as assigned user": f"{CONTACTS}?reach=text&send=assigned",
        "audience, not available": f"{CONTACTS}?reach=text&send=assigned&assigned=none",
        "record": record,
        "record, without an id": by_hand,
        "several, erase": f"{CONTACTS}several/?which=all&do=erase",
        "several, assign": f"{CONTACTS}several/?which=all&do=assign:",
        "several, export": f"{CONTACTS}several/?which=ticked&do=export",
        "several, opt out": f"{CONTACTS}several/?which=all&do=out:text",
        "several, nothing chosen": f"{CONTACTS}several/",
        "done to many": f"{CONTACTS}several/done/",
        "done to many, undo": undo_of_many,
        "list, of a step": of_a_step,
        "add": f"{CONTACTS}add/",
        "edit": f"{record}edit/",
        "erase": f"{record}erase/",
        "undo": f"{done}undo/",
    }


def save_a_list_and_opt_out(page: Page) -> None:
    """Leave a saved list, and a step that was done to many."""
    page.goto(f"{CONTACTS}?q=s10")
    page.get_by_text("Save this list").click()
    page.get_by_label("Name of the list").fill("Those of 10")
    page.get_by_role("button", name="Save for the team").click()
    page.goto(f"{CONTACTS}several/?q=s10&which=all&do=out:whatsapp_marketing")
    page.locator("main form button.primary").click()
    page.wait_for_url(f"**{CONTACTS}?q=s10")


def assign_many(page: Page) -> tuple[str, str]:
    """Assign somebody to Uma, and return where that is undone, and the list of whom it changed."""
    page.goto(f"{CONTACTS}?q=S1013")
    page.locator("#several-which").select_option("all")
    page.locator("#several-do").select_option(label="Uma Ueda")
    page.get_by_role("button", name="Continue…").click()
    page.locator("main form button.primary").click()
    page.goto(f"{CONTACTS}several/done/")
    links = (page.get_by_role("link", name="Undo…"), page.locator("td.number a"))
    undo, whom = (link.first.get_attribute("href") or "" for link in links)
    return undo, whom


@every_window
def test_it_has_no_fault_in_any_look(visit: Visit, places: dict[str, str], viewport: ViewportSize) -> None:
    assert faults_of(visit(CONTACTS, viewport, **STILL), places, large_text_too=True) == {}


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_it_has_no_fault_with_something_to_put_right(
    visit: Visit, places: dict[str, str], viewport: dict[str, int]
) -> None:
    page = visit(places["edit"], viewport=viewport)
    for name in ("add", "edit"):
        page.goto(places[name])
        page.get_by_label("First name").fill("")
        page.get_by_label("Mobile number").fill("12")
        page.locator("main form button.primary").click()
        page.get_by_role("alert").wait_for()
        assert faults(page) == [], name


def test_it_has_no_fault_for_a_user(chromium: Browser, demo: MusterServer, places: dict[str, str]) -> None:
    context = chromium.new_context(base_url=demo.url, viewport=WIDE, **STILL)
    page = context.new_page()
    enter(page, UMA.email, UMA.password)
    assert (
        faults_of(page, {name: places[name] for name in ("list", "list, hits", "list, no hit", "audience", "record")})
        == {}
    )
    context.close()


def test_it_says_what_it_finds_while_one_types(visit: Visit) -> None:
    page = visit(CONTACTS)
    box = page.get_by_role("searchbox")
    box.press_sequentially("zzz")
    page.get_by_role("heading", name=re.compile("No contact matches")).wait_for()
    assert faults(page) == []
    box.fill("s1001")
    page.get_by_role("status").filter(has_text="1 contact").wait_for()
    assert faults(page) == []

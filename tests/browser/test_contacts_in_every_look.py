"""Every page of Contacts, and the undo of an import, in every look: axe finds nothing, and nothing scrolls sideways."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from muster.demo import UMA
from tests.browser.conftest import PHONE, WIDE, Visit, faults
from tests.browser.test_every_account_page import enter
from tests.browser.test_every_import_page import LOOKS
from tests.real.server import MusterServer

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
    imported = page.get_by_role("region", name="History").get_by_role("link", name="Import").last
    done = imported.get_attribute("href") or ""
    context.close()
    return {
        "overview": "/t/admissions-demo/",
        "overview of a new team": "/t/financial-aid-demo/",
        "list": CONTACTS,
        "hits": f"{CONTACTS}?q=s10",
        "no hit": f"{CONTACTS}?q=nobody+has+this+name",
        "no hit with filters": f"{CONTACTS}?q=nobody&text=opted_out",
        "filters": f"{CONTACTS}?whatsapp=opted_out&assigned=none",
        "of an import": f"{CONTACTS}?import={done.rstrip('/').rpartition('/')[2]}",
        "audience": f"{CONTACTS}?reach=text",
        "audience, mine": f"{CONTACTS}?reach=whatsapp&send=mine",
        "audience, as assigned user": f"{CONTACTS}?reach=text&send=assigned",
        "audience, not available": f"{CONTACTS}?reach=text&send=assigned&assigned=none",
        "record": record,
        "record without an id": by_hand,
        "add": f"{CONTACTS}add/",
        "edit": f"{record}edit/",
        "erase": f"{record}erase/",
        "undo": f"{done}undo/",
    }


@pytest.mark.parametrize("look", LOOKS)
def test_it_has_no_fault_in_any_look(visit: Visit, places: dict[str, str], look: str) -> None:
    page = visit(CONTACTS, **LOOKS[look])
    assert seen(page, places) == {}


def seen(page: Page, places: dict[str, str]) -> dict[str, list[str]]:
    """What is wrong, by page."""
    found = {}
    for name, path in places.items():
        page.goto(path)
        found[name] = faults(page)
    return {name: each for name, each in found.items() if each}


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
    context = chromium.new_context(base_url=demo.url)
    page = context.new_page()
    enter(page, UMA.email, UMA.password)
    assert seen(page, {name: places[name] for name in ("list", "hits", "no hit", "audience", "record")}) == {}
    context.close()


def test_it_fits_with_text_twice_the_size(visit: Visit, places: dict[str, str]) -> None:
    page = visit(CONTACTS)
    wide = {}
    for name, path in places.items():
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide[name] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert {name: over for name, over in wide.items() if over > 0} == {}


def test_it_says_what_it_finds_while_one_types(visit: Visit) -> None:
    page = visit(CONTACTS)
    box = page.get_by_role("searchbox")
    box.press_sequentially("zzz")
    page.get_by_role("heading", name=re.compile("No contact matches")).wait_for()
    assert faults(page) == []
    box.fill("s1001")
    page.get_by_role("status").filter(has_text="1 contact").wait_for()
    assert faults(page) == []

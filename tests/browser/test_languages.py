"""Pages in German and Arabic, in a real browser: axe finds nothing, and none is wider than its window."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Page, ViewportSize

from muster.demo_files import UGLY
from tests.browser.conftest import PHONE, WIDE, Visit, faults
from tests.browser.looks import STILL, TOO_WIDE
from tests.browser.program import Program
from tests.real.ports import wait_until
from tests.real.server import MusterServer

pytestmark = pytest.mark.timeout(300)  # dozens of pages in one test

TEAM = "/t/admissions-demo"
WAYS = {"de": "ltr", "ar": "rtl"}
SIGN_IN = "/accounts/login/"


@pytest.fixture(scope="module")
def places(demo: MusterServer) -> dict[str, str]:
    """A page of each kind by its address, with imports made over the API."""
    call = Program(demo).call

    def imported(**asked: Any) -> str:
        made = call("/imports", {"text": UGLY, "blank_mobile": "infer", **asked})
        return f"/imports/{made['id']}"

    columns = {"First Name": "FirstName", "Shoe size": None}
    draft, refused = imported(columns=columns, confirm=False), imported(columns={})
    done = imported(columns=columns)
    wait_until(lambda: call(done)["state"] == "done", seconds=30, what=lambda: "the import is not done")
    paths = {
        "overview": "/",
        "contacts": "/contacts/",
        "audience": "/contacts/?reach=text&send=assigned&assigned=none",
        "stop list": "/contacts/stopped/",
        "history": "/imports/",
        "new import": "/imports/new/",
        "columns": f"{refused}/",
        "review": f"{draft}/",
        "a row": f"{draft}/rows/5/?show=problems",
        "reading": f"{draft}/reading/",
        "confirm": f"{draft}/confirm/",
        "result": f"{done}/",
        "undo": f"{done}/undo/",
        "fields": "/fields/",
        "users": "/users/",
        "connections": "/connections/",
        "webhooks": "/webhooks/",
    }
    return {name: TEAM + path for name, path in paths.items()}


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("language", WAYS)
def test_no_page_has_a_fault(visit: Visit, places: dict[str, str], language: str, viewport: ViewportSize) -> None:
    """On a phone, where German has the layout of English, axe reads Arabic alone; both are measured."""
    assert language in dict(settings.LANGUAGES)
    page = visit(f"{TEAM}/contacts/?q=S1001&enter=1", viewport, locale=language, **STILL)
    look = faults if viewport == WIDE or WAYS[language] == "rtl" else too_wide
    record = {"record": urlsplit(page.url).path}
    found = {}
    for name, path in {**places, **record, "profile": "/profile/"}.items():
        page.goto(path)
        assert page.locator("html").evaluate("({lang, dir}) => [lang, dir]") == [language, WAYS[language]], name
        found[name] = look(page)
    page.context.clear_cookies()
    page.goto(SIGN_IN)
    found["sign in"] = look(page)
    assert {name: each for name, each in found.items() if each} == {}


def test_data_stands_where_an_arabic_page_begins(visit: Visit) -> None:
    page = visit(f"{TEAM}/contacts/?q=S1001&enter=1", locale="ar")
    first_name = page.locator("dd[dir=auto]").first
    assert first_name.evaluate("(name) => [name.textContent, getComputedStyle(name).textAlign]") == ["Amara", "right"]
    page.goto(f"{TEAM}/contacts/")
    assert page.locator("#q").evaluate("(box) => getComputedStyle(box).direction") == "rtl"


def too_wide(page: Page) -> list[str]:
    found: list[str] = page.evaluate(TOO_WIDE)
    return found

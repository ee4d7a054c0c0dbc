"""Connecting Muster to what sends, in a real browser: from the first form to the stop list and to a delivery."""

from __future__ import annotations

import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect
from twilio.request_validator import RequestValidator

from tests.browser.conftest import Visit, faults
from tests.browser.looks import STILL, every_window, faults_of
from tests.conftest import StartMuster
from tests.real.receiver import receiver
from tests.real.server import MusterServer

pytestmark = pytest.mark.timeout(900)  # dozens of pages in one test

TEAM = "/t/admissions-demo"
CONNECTIONS, WEBHOOKS = f"{TEAM}/connections/", f"{TEAM}/webhooks/"
TOKEN, NUMBER = "5f1d0c9a4e", "+17165550199"


@pytest.fixture(scope="module")
def demo(start_muster: StartMuster) -> MusterServer:
    """The demo, whose webhooks may reach this machine."""
    return start_muster(demo=True, MUSTER_WEBHOOK_NETWORKS="127.0.0.0/8")


def stop(address: str, message: str = "SM1") -> int:
    """Call as Twilio does."""
    form = {"Body": "Stop.", "From": NUMBER, "MessageSid": message}
    request = urllib.request.Request(address, urllib.parse.urlencode(form).encode())
    request.add_header("X-Twilio-Signature", RequestValidator(TOKEN).compute_signature(address, form))
    with urllib.request.urlopen(request) as answer:
        return int(answer.status)


def send(page: Page) -> None:
    page.locator("form.form button.primary").click()


def connect(page: Page, name: str) -> str:
    """Add a connection for Twilio; return the address that it shows."""
    page.goto(CONNECTIONS)
    page.get_by_role("link", name="Twilio", exact=True).click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Auth token").fill(TOKEN)
    send(page)
    return page.locator("code").first.inner_text()


def until_it_says(page: Page, place: Locator, words: str) -> None:
    """Load the page again until it does."""
    for _ in range(60):
        page.reload()
        if words in place.inner_text():
            return
        page.wait_for_timeout(500)
    expect(place).to_contain_text(words)


def test_an_admin_connects_twilio_and_sees_its_first_stop(visit: Visit) -> None:
    page = visit(CONNECTIONS)
    address = connect(page, "Texting")
    assert TOKEN not in page.content()
    expect(page.get_by_text("No signed call yet")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_be_visible()

    assert stop(address) == 200
    until_it_says(page, page.locator("main"), "Nobody has this number: kept in the stop list")
    expect(page.get_by_role("region", name="Calls")).to_contain_text("+1 716-555-0199")
    assert faults(page) == []

    page.goto(f"{TEAM}/contacts/stopped/?q={NUMBER[1:]}")
    (row,) = page.get_by_role("region", name="Stop list").locator("tbody tr").all()
    expect(row).to_contain_text("Texting")
    expect(row).to_contain_text("STOP")


def test_an_admin_adds_a_webhook_tests_it_and_makes_another_secret(visit: Visit) -> None:
    with receiver() as receiving:
        page = visit(f"{WEBHOOKS}add/")
        page.get_by_label("Address").fill(receiving.url)
        send(page)
        receiving.secret = page.locator("#secret").inner_text()
        assert faults(page) == []
        page.get_by_role("link", name="I have it").click()
        page.get_by_role("button", name="Send a test").click()
        until_it_says(page, page.locator("main"), "200 thanks")

        page.get_by_role("link", name="New secret").click()
        page.get_by_role("button", name="Make a new secret").click()
        assert page.locator("#secret").inner_text() != receiving.secret
        page.get_by_role("link", name="I have it").click()
        assert [each.type for each in receiving.taken] == ["test"]
        assert receiving.secret not in page.content()


@pytest.fixture(scope="module")
def places(chromium: object, demo: MusterServer) -> dict[str, str]:
    """Filled in by the first window: every page of both, once each has something to show."""
    return {}


@every_window
def test_no_page_has_a_fault_in_any_look(visit: Visit, places: dict[str, str], viewport: ViewportSize) -> None:
    page = visit(CONNECTIONS, viewport, **STILL)
    if not places:
        places |= {**pages_of_connections(page), **pages_of_webhooks(page)}
    assert faults_of(page, places, large_text_too=True) == {}


def pages_of_connections(page: Page) -> dict[str, str]:
    address = connect(page, "A gateway with quite a long name")
    one = page.url
    assert stop(address, "SM2") == 200
    until_it_says(page, page.locator("main"), "stop list")
    return {
        "connections": CONNECTIONS,
        "connection": one,
        "connection, add": f"{CONNECTIONS}add/?kind=whatsapp_cloud",
        "connection, edit": f"{one}edit/",
        "connection, delete": f"{one}delete/",
    }


def pages_of_webhooks(page: Page) -> dict[str, str]:
    page.goto(f"{WEBHOOKS}add/")
    page.get_by_label("Address").fill("http://127.0.0.1:9/" + "where-nobody-answers/" * 4)
    send(page)
    page.get_by_role("link", name="I have it").click()
    one = page.url
    page.get_by_role("button", name="Send a test").click()
    until_it_says(page, page.locator("main"), "Nothing has arrived since")
    return {
        "webhooks": WEBHOOKS,
        "webhook": one,
        "webhook, add": f"{WEBHOOKS}add/",
        "webhook, edit": f"{one}edit/",
        "webhook, secret": f"{one}secret/",
        "webhook, delete": f"{one}delete/",
    }

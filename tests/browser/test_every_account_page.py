"""Every page about signing in, users, fields, profile and owners, in every look: no fault, nothing sideways."""

import re

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from muster.demo import ANA, UMA
from tests.browser.conftest import WIDE, Visit, faults, is_error
from tests.browser.looks import STILL, every_window, faults_of
from tests.real.server import MusterServer

pytestmark = pytest.mark.timeout(900)  # dozens of pages in one test

TEAM = "/t/admissions-demo"
STRANGERS = {
    "sign in": "/accounts/login/",
    "reset": "/accounts/password/reset/",
    "reset, sent": "/accounts/password/reset/done/",
    "reset, used up": "/accounts/password/reset/key/1-x/",
    "by invitation": "/accounts/signup/",
    "switched off": "/accounts/inactive/",
    "stopped": "/accounts/3rdparty/login/cancelled/",
    "invitation, over": "/invitation/x/",
}


@pytest.fixture(scope="module")
def places(chromium: Browser, demo: MusterServer) -> dict[str, str]:
    """Every page for Ana, who is an owner here. The pages that name a thing are found by following links."""
    demo.run("owner", ANA.email)
    context = chromium.new_context(base_url=demo.url)
    page = context.new_page()
    enter(page, ANA.email, ANA.password)
    page.goto(f"{TEAM}/users/invite/")
    page.get_by_label("Email").fill("zoe@example.edu")
    page.get_by_role("button", name="Send the invitation").click()
    page.goto("/profile/tokens/new/")
    page.get_by_label("Password", exact=True).fill(ANA.password)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("CRM")
    page.get_by_role("button", name="Make the token").click()
    user = found(page, f"{TEAM}/users/", r"/users/\d+/$", "Edit Uma Ueda")
    field = found(page, f"{TEAM}/fields/", r"/fields/\d+/$", "Edit Program")
    found_person = found(page, "/owner/people/", r"/owner/people/\d+/$", "Open Uma Ueda")
    mail = found(page, "/owner/mail/", r"/owner/mail/[^/]+/$")
    context.close()
    return {
        "users": f"{TEAM}/users/",
        "users, Staff IDs missing": f"{TEAM}/users/?missing=T77&missing=T78",
        "users, none without": f"{TEAM}/users/?staff_id=none",
        "invite": f"{TEAM}/users/invite/",
        "user": user,
        "remove": f"{user}remove/",
        "log": f"{TEAM}/log/",
        "log, filtered": f"{TEAM}/log/?by=ana&since=x",
        "fields": f"{TEAM}/fields/",
        "add field": f"{TEAM}/fields/add/",
        "field": field,
        "delete field": f"{field}delete/",
        "profile": "/profile/",
        "new token": "/profile/tokens/new/",
        "password": "/accounts/password/change/",
        "email": "/accounts/email/",
        "sign out": "/accounts/logout/",
        "is it you": "/accounts/2fa/totp/activate/",
        "keys": "/accounts/2fa/webauthn/",
        "sign-ins": "/accounts/3rdparty/",
        "teams": "/owner/teams/",
        "team": "/owner/teams/admissions-demo/edit/",
        "new team": "/owner/teams/new/",
        "people": "/owner/people/",
        "people, found": "/owner/people/?q=uma",
        "person": found_person,
        "owners": "/owner/owners/",
        "owner's log": "/owner/log/",
        "mails": "/owner/mail/",
        "mail": mail,
        "mail server": "/owner/mail/server/",
        "status": "/owner/status/",
        "notices": "/notices/",
    }


def found(page: Page, where: str, pattern: str, name: str | None = None) -> str:
    """The address behind a link."""
    page.goto(where)
    link = page.get_by_role("link", name=name) if name else page.locator("table a")
    address = link.first.get_attribute("href") or ""
    assert re.search(pattern, address), address
    return address


def enter(page: Page, email: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"/t/[\w-]+/$"))


@every_window
def test_it_has_no_fault_in_any_look(visit: Visit, places: dict[str, str], viewport: ViewportSize) -> None:
    assert faults_of(visit("/profile/", viewport, **STILL), places) == {}


@every_window
def test_it_has_no_fault_before_one_signs_in(chromium: Browser, demo: MusterServer, viewport: ViewportSize) -> None:
    context = chromium.new_context(base_url=demo.url, viewport=viewport, **STILL)
    assert faults_of(context.new_page(), STRANGERS) == {}
    context.close()


def test_it_has_no_fault_where_something_is_not_there_or_not_ones_own(chromium: Browser, demo: MusterServer) -> None:
    context = chromium.new_context(base_url=demo.url, viewport=WIDE, **STILL)
    page = context.new_page()
    enter(page, UMA.email, UMA.password)
    assert faults_of(page, {"nothing": "/nothing-here", "403": f"{TEAM}/users/", "owner": "/owner/teams/"}) == {}
    context.close()


def test_it_has_no_fault_with_something_to_put_right(visit: Visit, places: dict[str, str]) -> None:
    page = visit("/profile/")
    for name in ("invite", "add field", "new team", "new token"):
        page.goto(places[name])
        page.locator("main form button.primary").click()
        page.get_by_role("alert").wait_for()
        assert faults(page) == [], name


def test_it_keeps_to_its_own_policy(chromium: Browser, demo: MusterServer) -> None:
    """Nothing on the sign-in page is stopped by the headers: its scripts for passkeys, too."""
    errors: list[str] = []
    context = chromium.new_context(base_url=demo.url)
    page = context.new_page()
    page.on("console", lambda message: errors.append(message.text) if is_error(message) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Show").click()
    context.close()
    assert errors == []

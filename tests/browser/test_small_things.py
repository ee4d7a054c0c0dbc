"""Small things of Review that once stood in the way: banners that stay, and a sign-in page where it does not belong."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import WIDE, Visit
from tests.browser.grids import cell, open_panel, people, upload

HISTORY = "/t/admissions-demo/imports/"


def test_no_banner_stays_after_undo_and_redo(visit: Visit) -> None:
    page = visit(HISTORY, WIDE)
    upload(page, people(20, bad=[4, 5]))
    cell(page, 4, "LastName").click()
    page.keyboard.type("Okafor")
    page.keyboard.press("Enter")
    expect(page.locator(".grid-saved")).to_have_text("Saved")
    for keys, problems in (("Control+z", "Problems 2"), ("Control+Shift+z", "Problems 1")):
        page.keyboard.press(keys)
        expect(page.locator(".filter-chips")).to_contain_text(problems)
        expect(page.locator(".grid-notice, .messages .notice")).to_have_count(0)


def test_the_panel_of_causes_never_holds_a_sign_in_page(visit: Visit) -> None:
    page = visit(HISTORY, WIDE)
    upload(page, people(20, bad=[4, 5]))
    open_panel(page)
    page.route("**/grid/causes*", lambda route: route.fulfill(status=302, headers={"Location": "/accounts/login/"}))
    with page.expect_request("**/grid/causes*"):
        cell(page, 4, "LastName").click()
        page.keyboard.type("Okafor")
        page.keyboard.press("Enter")
    expect(page.locator(".grid-saved")).to_have_text("Saved")
    page.wait_for_timeout(500)
    expect(page.locator("#review-causes").get_by_role("heading", name="2 rows have a problem")).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_have_count(0)

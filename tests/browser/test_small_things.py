"""Small things of Review that once stood in the way: banners that stay, and a sign-in page where it does not belong."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from muster.demo import ANA
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


def test_pasted_text_is_there_again_after_signing_in_anew(visit: Visit) -> None:
    page = visit(f"{HISTORY}paste/", WIDE)
    text = people(3)
    page.get_by_label("Contact Records").fill(text)
    page.get_by_label("Infer Mobile Number").check()
    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="Preview first").click()
    sign_in_again(page)
    page.goto(f"{HISTORY}paste/")
    expect(page.get_by_label("Contact Records")).to_have_value(text)


def test_an_upload_of_somebody_signed_out_says_so_and_keeps_the_file(visit: Visit) -> None:
    page = visit(f"{HISTORY}new/", WIDE)
    page.locator("input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": people(3).encode()}
    )
    page.get_by_label("Infer Mobile Number").check()
    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="Upload and preview").click()
    expect(page.locator("[data-upload-problem]")).to_contain_text("You were signed out")
    assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1


def test_a_numbers_document_is_answered_before_it_is_uploaded(visit: Visit) -> None:
    page = visit(f"{HISTORY}new/", WIDE)
    page.locator("input[type=file]").set_input_files(
        {"name": "People.numbers", "mimeType": "application/zip", "buffer": b"PK"}
    )
    expect(page.locator("[data-upload-problem]")).to_contain_text("In Numbers choose File, Export To, CSV or Excel")


def test_choices_are_asked_for_a_list_only(visit: Visit) -> None:
    page = visit("/t/admissions-demo/fields/add/", WIDE)
    page.get_by_label("Kind").select_option("text")
    expect(page.get_by_label("Choices")).to_be_hidden()
    page.get_by_label("Kind").select_option("choice")
    expect(page.get_by_label("Choices")).to_be_visible()
    expect(page.get_by_label("Longest text")).to_be_hidden()


def sign_in_again(page: Page) -> None:
    page.get_by_label("Email").fill(ANA.email)
    page.get_by_label("Password", exact=True).fill(ANA.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"/t/"))

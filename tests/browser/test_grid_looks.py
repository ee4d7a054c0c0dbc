"""The grid for every eye and hand: axe, dark, forced colours, large text, touch; and no grid on a phone."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE, SMALL, WIDE, Visit, faults
from tests.browser.grids import cell, fill_blanks, open_panel, people, saved, stands_on, upload, wait_for_rows

BAD = (4, 9)
SLOWLY = 600  # milliseconds: two taps that far apart are not one double tap


@pytest.fixture
def page(visit: Visit) -> Page:
    page = visit("/t/admissions-demo/imports/")
    upload(page, people(60, bad=BAD))
    return page


@pytest.mark.parametrize(
    "media", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=["light", "dark", "forced colours"]
)
def test_axe_finds_nothing(page: Page, media: dict[str, Any]) -> None:
    page.emulate_media(**{"reduced_motion": "reduce", **media})  # so that colours change at once
    assert faults(page) == []
    cell(page, 4, "LastName").click()
    page.keyboard.press("Control+f")
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.keyboard.type("Okafor")
    assert faults(page) == []
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("Shift+ArrowUp")
    assert faults(page) == []
    page.keyboard.press("?")
    assert faults(page) == []
    page.keyboard.press("Escape")
    fill_blanks(page, "LastName")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == []


def test_it_goes_from_right_to_left_with_the_page(visit: Visit) -> None:
    def mirrored(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('dir="ltr"', 'dir="rtl"', 1))

    page = visit("/t/admissions-demo/imports/")
    page.route(re.compile(r"/imports/[0-9a-f-]{36}/(\?.*)?$"), mirrored)
    upload(page, people(60, bad=BAD))
    first, second, last = (cell(page, 4, header) for header in ("ContactId", "FirstName", "Program"))
    places = [each.evaluate("cell => cell.getBoundingClientRect().right") for each in (first, second)]
    assert places[0] > places[1]
    first.click()
    page.keyboard.press("ArrowLeft")
    stands_on(page, 1, "First 4")
    page.set_viewport_size({"width": 800, "height": 800})
    page.keyboard.press("End")
    expect(last).to_be_in_viewport(ratio=1)
    page.keyboard.press("Home")
    expect(first).to_be_in_viewport(ratio=1)
    assert faults(page) == []


def test_large_text_scrolls_the_grid_and_not_the_page(page: Page) -> None:
    def twice_as_large(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=f"{answer.text()}\n:root {{ font-size: 200%; }}")

    page.route("**/css/reset.css", twice_as_large)
    page.reload()
    wait_for_rows(page)
    assert faults(page) == []
    heights = page.locator(".grid-body .grid-row").first.evaluate("(row) => [row.offsetHeight, row.scrollHeight]")
    assert heights == [64, 64]


def test_the_grid_stays_in_sight_beside_a_long_list_of_causes(page: Page) -> None:
    open_panel(page)
    assert faults(page) == []
    page.get_by_role("heading", name="File and columns").scroll_into_view_if_needed()
    page.mouse.move(100, 400)
    page.mouse.wheel(0, 2_000)
    expect(page.locator(".grid-scroller")).to_be_in_viewport(ratio=0.99)
    expect(page.get_by_role("link", name="Change how the file is read")).to_be_in_viewport()


def test_the_focus_is_never_under_a_bar(page: Page) -> None:
    page.get_by_role("link", name="All", exact=False).first.click()
    expect(page.locator("#rows-title")).to_contain_text("All 60 rows")
    cell(page, 2, "ContactId").click()
    page.keyboard.press("Control+End")
    stands_on(page, 60, "Biology")
    inside = page.evaluate("""() => {
      const box = document.activeElement.getBoundingClientRect();
      return document.activeElement.contains(document.elementFromPoint(box.left + 5, box.bottom - 3));
    }""")
    assert inside


@pytest.mark.parametrize("viewport", [PHONE, SMALL], ids=str)
def test_a_phone_gets_cards_and_no_grid(page: Page, viewport: Any) -> None:
    page.set_viewport_size(viewport)  # the page loads anew
    expect(page.locator(".review-row")).to_have_count(len(BAD))
    expect(page.locator("[role=grid]")).to_have_count(0)
    assert faults(page) == []
    page.set_viewport_size(WIDE)
    wait_for_rows(page)


@pytest.mark.parametrize(("viewport", "row"), [(PHONE, ".review-row"), (WIDE, ".grid-body .grid-row")], ids=str)
def test_a_row_fixed_in_its_form_stays_in_place(page: Page, viewport: Any, row: str) -> None:
    page.set_viewport_size(viewport)
    expect(page.locator(row)).to_have_count(len(BAD))
    page.get_by_role("link", name="Fix row by row").click()
    page.get_by_label("LastName").fill("Okafor")
    page.get_by_role("button", name="Save and next").click()
    page.get_by_role("link", name="Back to all rows").click()
    expect(page.locator(row)).to_have_count(len(BAD))
    expect(page.locator(f"{row} .is-fixed")).to_have_count(1)
    expect(page.get_by_text("1 left. 1 fixed row still shown.")).to_be_visible()
    assert faults(page) == []
    page.get_by_text("Refresh list").click()
    expect(page.locator(row)).to_have_count(1)


def test_two_taps_edit(visit: Visit) -> None:
    page = visit("/t/admissions-demo/imports/", has_touch=True)
    upload(page, people(60, bad=BAD))
    its = cell(page, 4, "LastName")
    its.tap()
    expect(its).to_be_focused()
    page.wait_for_timeout(SLOWLY)
    its.tap()
    expect(page.locator(".grid-editor")).to_have_count(0)  # two slow taps are not two quick ones
    page.wait_for_timeout(SLOWLY)
    its.tap()
    its.tap()
    page.locator(".grid-editor").fill("Okafor")
    cell(page, 9, "ContactId").tap()
    saved(page)
    expect(its).to_have_text("Okafor")

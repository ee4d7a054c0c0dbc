"""The grid first: how much of the window it has, how few keys lead to it, and what steps aside for it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Visit, faults
from tests.browser.grids import HEAD, cell, header_of, number, open_panel, people, stands_on, upload, wait_for_rows

SHARE = """() => {
  const { left, right, top, bottom } = document.querySelector(".grid-scroller").getBoundingClientRect();
  const wide = Math.min(right, innerWidth) - Math.max(left, 0);
  const high = Math.min(bottom, document.querySelector(".bottom-bar").getBoundingClientRect().top) - Math.max(top, 0);
  return wide * high / (innerWidth * innerHeight);
}"""
ROWS_SEEN = """() => {
  const box = document.querySelector(".grid-scroller").getBoundingClientRect();
  return [...document.querySelectorAll(".grid-body .grid-row")].filter((row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return top >= box.top && bottom <= box.bottom;
  }).length;
}"""
DESK, TABLET = ViewportSize(width=1280, height=720), ViewportSize(width=820, height=1180)
BAD = range(4, 40)
MOST_TABS = 8


def on_review(visit: Visit, viewport: ViewportSize) -> Page:
    page = visit("/t/admissions-demo/imports/", viewport)
    upload(page, people(200, bad=BAD))
    return page


@pytest.mark.parametrize(("viewport", "share", "rows"), [(DESK, 0.65, 13), (TABLET, 0.66, 23)], ids=["desk", "tablet"])
def test_the_grid_has_two_thirds_of_the_window(visit: Visit, viewport: ViewportSize, share: float, rows: int) -> None:
    page = on_review(visit, viewport)
    page.mouse.move(400, 500)
    assert page.evaluate(SHARE) >= share
    assert page.evaluate(ROWS_SEEN) >= rows
    assert page.evaluate("document.documentElement.scrollHeight") == viewport["height"]
    assert faults(page) == []
    page.get_by_role("button", name="Full screen").click()
    assert page.evaluate(SHARE) >= share + 0.08
    assert faults(page) == []


def test_a_question_about_letters_takes_one_line_of_the_grid(visit: Visit) -> None:
    page = visit("/t/admissions-demo/imports/new/", DESK)
    data = people(200, bad=BAD).replace("First 7", "José").encode("cp1252")
    page.locator("input[type=file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="Upload and preview").click()
    wait_for_rows(page)
    assert page.evaluate(SHARE) >= 0.6
    assert faults(page) == []
    page.get_by_text("Which words are right?").click()
    page.get_by_role("button", name="José").first.click()
    expect(page.get_by_text("Which words are right?")).to_have_count(0)


def test_few_keys_lead_from_the_top_of_the_page_to_the_rows(visit: Visit) -> None:
    page = on_review(visit, DESK)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the rows")).to_be_focused()
    page.keyboard.press("Enter")
    stands_on(page, 1, "blank")  # row 4, on the blank last name: what is wrong with it


def test_few_keys_lead_to_the_rows_without_the_link(visit: Visit) -> None:
    page = on_review(visit, DESK)
    page.evaluate("document.activeElement.blur()")
    stops = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.textContent.trim()"))
        if page.evaluate("Boolean(document.activeElement.closest('.grid-scroller'))"):
            break
    stands_on(page, 1, "blank")
    print(f"Tab presses to the rows, without the link: {len(stops)}")


def test_arrows_lead_along_a_row_of_tools(visit: Visit) -> None:
    page = on_review(visit, DESK)
    page.get_by_role("link", name="Overview").focus()
    for key, name in (("ArrowRight", "Contacts"), ("End", None), ("ArrowRight", "Muster"), ("ArrowLeft", None)):
        page.keyboard.press(key)
        if name:
            expect(page.get_by_role("link", name=name, exact=True).first).to_be_focused()
    page.get_by_role("link", name="All 200").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Causes and options")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Causes and options")).to_be_focused()


def test_the_panel_of_causes_folds_and_stays_as_it_was_left(visit: Visit) -> None:
    page = on_review(visit, DESK)
    causes = page.get_by_role("heading", name="36 rows have a problem")
    expect(causes).to_be_hidden()
    open_panel(page)
    expect(causes).to_be_visible()
    page.reload()
    expect(causes).to_be_visible()
    page.get_by_role("button", name="Causes and options", expanded=True).click()
    expect(causes).to_be_hidden()


def test_the_bar_of_the_active_cell_offers_the_fixes_of_its_cause(visit: Visit) -> None:
    page = visit("/t/admissions-demo/imports/", DESK)
    shortened = (f"X{row},A,B,{number(row)},4.47712E+11,Biology" for row in range(2, 5))
    upload(page, "\n".join((HEAD, *shortened)))
    cell(page, 3, "WhatsAppMobileNumber").click()
    bar = page.locator(".grid-message")
    expect(bar).to_contain_text("Rows like this: 3")
    bar.get_by_role("link", name="Clear these cells").click()
    page.get_by_role("dialog").get_by_role("button", name="Change 3 cells").click()
    expect(page.locator(".grid-listed")).to_contain_text("0 left. 3 fixed rows still shown.")


def test_no_header_is_cut_where_it_says_its_problems(visit: Visit) -> None:
    page = visit("/t/admissions-demo/imports/", DESK)
    upload(page, people(20, bad=range(3, 15)))
    parts = page.locator(".grid-header-name, .grid-header-more")
    assert "12 problems" in parts.all_inner_texts()
    assert (
        parts.evaluate_all("all => all.filter(each => each.scrollWidth > each.clientWidth).map(e => e.innerText)") == []
    )


def test_the_id_and_the_name_stay_in_sight(visit: Visit) -> None:
    page = on_review(visit, DESK)
    page.set_viewport_size({"width": 760, "height": 720})
    for header in ("WhatsAppMobileNumber", "FirstName", "WhatsAppMobileNumber"):
        header_of(page, header).click()
        expect(header_of(page, header)).to_be_in_viewport(ratio=1)
    page.keyboard.press("End")
    expect(cell(page, 4, "ContactId")).to_be_in_viewport(ratio=1)
    expect(cell(page, 4, "FirstName")).to_be_in_viewport(ratio=1)


def test_a_column_is_made_wider_by_dragging_and_by_its_menu(visit: Visit) -> None:
    page = on_review(visit, DESK)
    header = header_of(page, "FirstName")
    before = header.bounding_box()
    assert before
    page.mouse.move(before["x"] + before["width"] - 3, before["y"] + 10)
    page.mouse.down()
    page.mouse.move(before["x"] + before["width"] + 57, before["y"] + 10, steps=3)
    page.mouse.up()
    dragged = header_of(page, "FirstName").bounding_box()
    assert dragged
    assert dragged["width"] == pytest.approx(before["width"] + 60, abs=2)
    header_of(page, "FirstName").locator(".grid-header-menu").click()
    page.get_by_role("menuitem", name="Narrower").click()
    narrower = header_of(page, "FirstName").bounding_box()
    assert narrower
    assert narrower["width"] == pytest.approx(dragged["width"] - 48, abs=2)
    expect(header_of(page, "FirstName")).to_be_focused()


def test_f_fills_the_window_where_it_is_not_a_letter_of_a_cell(visit: Visit) -> None:
    page = on_review(visit, DESK)
    header_of(page, "LastName").click()
    page.keyboard.press("f")
    expect(page.get_by_role("link", name="Find & replace")).to_be_hidden()
    page.keyboard.press("f")
    expect(page.get_by_role("link", name="Find & replace")).to_be_visible()
    cell(page, 4, "LastName").click()
    page.keyboard.press("f")
    expect(page.locator(".grid-editor")).to_have_value("f")
    page.keyboard.press("Escape")

"""The grid of the Review page in a real browser: moving, editing, fixing, finding, all by keyboard."""

import re

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import Visit
from tests.browser.grids import (
    HEAD,
    cell,
    chip,
    fill_blanks,
    header_of,
    number,
    open_panel,
    people,
    saved,
    stands_on,
    told,
    upload,
    wait_for_rows,
)

BAD = (4, 9, 700)


@pytest.fixture
def page(visit: Visit) -> Page:
    """A thousand people, three of them without a last name. The grid opens on those."""
    page = visit("/t/admissions-demo/imports/")
    upload(page, people(1000, bad=BAD))
    return page


def start(page: Page) -> None:
    """Come into the grid by Tab, as with a keyboard alone."""
    page.locator(".grid-jumps button").last.focus()
    page.keyboard.press("Tab")


def show_all(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^All")).click()
    expect(page.locator("#rows-title")).to_contain_text("All 1,000 rows")
    wait_for_rows(page)


def rows_shown(page: Page) -> list[int]:
    wait_for_rows(page)
    found = page.locator(".grid-body [role=rowheader]").all_inner_texts()
    return sorted(int(each) for each in found)


def test_it_fixes_problems_by_keyboard_alone(page: Page) -> None:
    assert rows_shown(page) == list(BAD)
    start(page)
    stands_on(page, 1, "blank")
    expect(page.locator(".grid-message")).to_contain_text("Row 4 · LastName")
    expect(page.locator(":focus")).to_have_attribute("aria-invalid", "true")

    page.keyboard.type("Okafor")
    page.keyboard.press("Enter")
    saved(page)
    stands_on(page, 2, "blank")
    assert (chip(page, "Problems"), rows_shown(page)) == (2, list(BAD))  # the fixed row stays in place
    expect(page.locator(".grid-listed")).to_contain_text("2 left. 1 fixed row still shown.")
    told(page, "1 cell saved.")

    page.keyboard.press("F8")
    stands_on(page, 3)
    page.keyboard.press("Shift+F8")
    stands_on(page, 2)
    page.keyboard.press("Control+z")
    expect(page.locator(".grid-listed")).to_be_empty()
    told(page, "Undone: Edit LastName, row 4")
    assert chip(page, "Problems") == 3
    stands_on(page, 1)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".grid-listed")).to_contain_text("2 left.")

    page.get_by_role("button", name="Refresh list").click()
    expect(page.locator(".grid-body [role=rowheader]")).to_have_count(2)
    assert rows_shown(page) == [9, 700]


def test_steps_that_are_pressed_faster_than_they_are_saved_are_all_done(page: Page) -> None:
    sent: list[str] = []

    def keep(request: Request) -> None:
        if request.url.endswith("/ops"):
            sent.append((request.post_data_json or {})["op"])

    page.on("request", keep)
    start(page)
    stands_on(page, 1, "blank")
    page.keyboard.type("Okafor")
    for key in ("Enter", "Control+z", "Control+y", "Control+z", "Control+Shift+z"):
        page.keyboard.press(key)
    told(page, "Done again: Edit LastName, row 4")
    saved(page)
    assert (sent, chip(page, "Problems")) == (["undo", "redo", "undo", "redo"], 2)


def test_it_moves_as_a_spreadsheet_does(page: Page) -> None:
    show_all(page)
    start(page)
    places = {
        "Control+Home": (1, "G2"),
        "ArrowDown": (2, "G3"),
        "ArrowRight": (2, "First 3"),
        "End": (2, "Biology"),
        "Home": (2, "G3"),
        "Control+End": (1000, "Biology"),
        "ArrowUp": (999, "Biology"),
        "Control+ArrowLeft": (999, "G1000"),
        "Control+ArrowUp": (1, "G2"),
    }
    for key, place in places.items():
        page.keyboard.press(key)
        stands_on(page, *place)
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    stands_on(page, 1, "G2")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+End")
    expect(page.locator(".grid-foot")).to_contain_text("2 rows")
    page.keyboard.press("Control+a")
    expect(page.locator(".grid-foot")).to_contain_text("1,000 rows")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[role=grid]')") is None


def test_the_focus_survives_being_scrolled_away(visit: Visit) -> None:
    page = visit("/t/admissions-demo/imports/")
    upload(page, people(12_000))
    cell(page, 5, "FirstName").click()
    page.mouse.wheel(0, 10_000 * 32)
    page.wait_for_function("() => document.querySelector('.grid-scroller').scrollTop > 300_000")
    assert min(number for number in rows_shown(page) if number != 5) > 9_000
    stands_on(page, 4, "First 5")

    page.keyboard.press("ArrowDown")
    stands_on(page, 5, "First 6")
    expect(cell(page, 6, "FirstName")).to_be_in_viewport()


def test_it_edits_cancels_and_keeps_what_an_input_method_composes(page: Page) -> None:
    start(page)
    page.keyboard.press("F2")
    page.keyboard.type("nobody")
    page.keyboard.press("Escape")
    stands_on(page, 1, "blank")
    assert chip(page, "Problems") == 3

    page.keyboard.press("Enter")
    method = page.context.new_cdp_session(page)
    method.send("Input.imeSetComposition", {"text": "たな", "selectionStart": 2, "selectionEnd": 2})
    page.locator(".grid-editor").evaluate(
        "(box) => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    expect(page.locator(".grid-editor")).to_be_visible()  # that Enter chose a word
    method.send("Input.insertText", {"text": "田中"})
    page.keyboard.press("Tab")
    saved(page)
    expect(cell(page, 4, "LastName")).to_have_text("田中")
    stands_on(page, 1, number(4))
    page.keyboard.press("Delete")
    saved(page)
    assert chip(page, "Problems") == 3


def test_it_finds_replaces_and_undoes_in_one_step(page: Page) -> None:
    show_all(page)
    start(page)
    page.keyboard.press("Control+f")
    page.keyboard.type("Biology")
    expect(page.locator(".grid-find-count")).to_have_text("1,000 matches")
    page.get_by_label("Find", exact=True).press("Enter")
    expect(page.locator(".grid-find-count")).to_have_text(re.compile("of 1,000 matches"))
    page.get_by_label("Replace with").fill("History")
    page.get_by_role("button", name="Replace all…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("tbody tr")).to_have_count(5)
    dialog.get_by_role("button", name="Change 1,000 cells").click()
    expect(cell(page, 2, "Program")).to_have_text("History")
    page.keyboard.press("Control+z")
    expect(cell(page, 2, "Program")).to_have_text("Biology")


def test_a_column_is_fixed_for_all_rows_and_undone_as_one_step(page: Page) -> None:
    fill_blanks(page, "LastName")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Fill in").fill("Unknown")
    expect(dialog.locator("tbody tr")).to_have_text(
        [re.compile(rf"^{row}\s*LastName\s*blank\s*Unknown$") for row in BAD]
    )
    dialog.get_by_role("button", name="Change 3 cells").click()
    expect(page.locator(".grid-listed")).to_contain_text("0 left. 3 fixed rows still shown.")
    expect(page.locator("#review-causes")).not_to_contain_text("LastName is blank")
    expect(page.locator(".bottom-bar")).to_contain_text("Import 1,000 contacts")

    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".bottom-bar")).to_contain_text("Import 997 contacts")
    assert chip(page, "Problems") == 3


def test_the_dates_of_a_column_are_written_anew_in_the_order_chosen(visit: Visit) -> None:
    page = visit("/t/admissions-demo/imports/")
    row = "D{},Ann,Lee,+1 212 555 01{},,Biology,{}"
    dates = ("03/04/26", "31/12/26", "2026-05-06")
    lines = (row.format(number, 10 + number, date) for number, date in enumerate(dates))
    upload(page, "\n".join((f"{HEAD},Enrolled on", *lines)))
    assert chip(page, "Problems") == 2
    open_panel(page)
    page.locator("#review-causes").get_by_role("link", name=re.compile("Say how these dates are written")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("These dates are written").select_option("mdy")
    expect(dialog.get_by_role("button", name="Change 1 cell")).to_be_visible()
    dialog.get_by_label("These dates are written").select_option("dmy")
    expect(dialog.locator("tbody tr")).to_have_text([re.compile("03/04/26\\s*2026-04-03"), re.compile("2026-12-31")])
    dialog.get_by_role("button", name="Change 2 cells").click()
    expect(page.locator(".bottom-bar")).to_contain_text("Import 3 contacts")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".bottom-bar")).to_contain_text("Import 1 contact")


def test_no_click_is_lost_where_causes_are_drawn_anew_under_it(visit: Visit) -> None:
    page = visit("/t/admissions-demo/imports/")
    row = "D{},Ann,{},+1 212 555 01{},,Biology,{}"
    said = (("", "2026-05-06"), ("Lee", "03/04/26"), ("Lee", "31/12/26"))
    lines = (row.format(number, last, 10 + number, date) for number, (last, date) in enumerate(said))
    upload(page, "\n".join((f"{HEAD},Enrolled on", *lines)))
    open_panel(page)
    fix = page.locator("#review-causes").get_by_role("link", name=re.compile("Say how these dates are written"))
    expect(page.locator("#review-causes")).to_contain_text("LastName is blank")
    cell(page, 2, "LastName").click()
    page.keyboard.type("Lee")
    page.keyboard.press("Enter")
    fix.hover()
    page.mouse.down()
    saved(page)
    page.wait_for_timeout(1_200)  # longer than until they are drawn
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#review-causes")).not_to_contain_text("LastName is blank")


def test_the_import_button_that_comes_with_the_first_ready_row_opens_the_dialog(visit: Visit) -> None:
    page = visit("/t/admissions-demo/imports/")
    upload(page, people(1, bad=[2]))
    expect(page.locator(".bottom-bar")).to_contain_text("0 rows ready")
    cell(page, 2, "LastName").click()
    page.keyboard.type("Lee")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Import 1 contact").click()
    expect(page.get_by_role("dialog", name="Import 1 contact into Admissions?")).to_be_visible()


def test_a_column_has_a_menu(page: Page) -> None:
    start(page)
    page.keyboard.press("ArrowUp")
    stands_on(page, 0)
    page.keyboard.press("Enter")
    menu = page.get_by_role("menu", name="LastName")
    items = ["Fill blanks…", "Find and replace…", "Trim spaces…", "Wider", "Narrower"]
    items += ["Show problems", "Don't import this column"]
    assert [text.split("\n")[0] for text in menu.get_by_role("menuitem").all_inner_texts()] == items
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#rows-title")).to_contain_text("Problems in LastName 3 rows")
    expect(page).to_have_url(re.compile(r"\?show=problems&field=LastName$"))
    page.go_back()
    expect(page.locator("#rows-title")).to_contain_text("Problems 3 rows")
    expect(header_of(page, "LastName")).to_contain_text("3 problems")


def test_a_row_is_left_out_and_restored(page: Page) -> None:
    start(page)
    page.keyboard.press("Shift+F10")
    page.get_by_role("menuitem", name="Leave this row out").click()
    expect(page.locator(".grid-row.is-left-out [role=rowheader]")).to_have_text("4")
    assert chip(page, "Left out") == 1
    page.get_by_role("button", name="Restore", exact=True).click()
    expect(page.locator(".is-left-out")).to_have_count(0)
    assert chip(page, "Problems") == 3


def test_what_could_not_be_saved_is_kept_until_it_can(page: Page) -> None:
    start(page)
    page.context.set_offline(True)
    page.keyboard.type("Okafor")
    page.keyboard.press("Enter")
    expect(page.locator(".grid-saved")).to_contain_text("Not saved.")
    expect(cell(page, 4, "LastName")).to_have_class(re.compile("is-unsaved"))
    assert chip(page, "Problems") == 3

    page.context.set_offline(False)
    page.locator(".grid-saved").get_by_role("button", name="Retry").click()
    expect(page.locator(".grid-saved")).to_have_text("Saved")
    assert (cell(page, 4, "LastName").inner_text(), chip(page, "Problems")) == ("Okafor", 2)


def test_nothing_typed_is_lost_when_the_session_ends(page: Page) -> None:
    cookies = page.context.cookies()
    page.context.clear_cookies(name="session")
    start(page)
    page.keyboard.type("Okafor")
    page.keyboard.press("Enter")
    expect(page.locator(".grid-notice")).to_contain_text("You were signed out.")
    expect(cell(page, 4, "LastName")).to_have_class(re.compile("is-unsaved"))

    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # as they were given
    page.locator(".grid-notice").get_by_role("button", name="Retry").click()
    expect(page.locator(".grid-saved")).to_have_text("Saved")
    assert chip(page, "Problems") == 2


def test_it_shows_what_another_window_changed(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    wait_for_rows(other)
    start(other)
    other.keyboard.type("Okafor")
    other.keyboard.press("Enter")
    saved(other)
    other.close()

    page.bring_to_front()
    start(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.type("Silva")
    page.keyboard.press("Enter")
    expect(page.locator(".grid-notice")).to_contain_text("changed in another window")
    expect(cell(page, 4, "LastName")).to_have_text("Okafor")
    assert chip(page, "Problems") == 1

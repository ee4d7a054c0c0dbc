"""Fields and Users with the keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

TEAM = "/t/admissions-demo"
MOST_STOPS = 120


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus is called this; every stop must show its focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => {
                const here = document.activeElement;
                const label = here.labels?.[0]?.textContent ?? here.getAttribute("aria-label") ?? here.textContent;
                return label.replace(/\\s+/g, " ").trim();
            }"""
        )
        if re.search(words, name):
            shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert shown != "none", f"{words}: no focus to be seen"
            return
    pytest.fail(f"No Tab stop is called {words}")


def follow(page: Page) -> None:
    """Press Enter, and wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def names(page: Page) -> list[str]:
    return page.get_by_role("region", name="Custom fields").locator("tbody th").all_inner_texts()


def test_it_runs_through_fields(visit: Visit) -> None:
    page = visit(f"{TEAM}/contacts/")
    tab_to(page, "^Data Management$")
    follow(page)
    tab_to(page, "^Fields$")
    follow(page)
    before = names(page)
    tab_to(page, "^Add field$")
    follow(page)
    tab_to(page, "^Name")
    page.keyboard.type("PROGRAM")
    follow(page)
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("differ only in capitals")
    tab_to(page, "^Name$")
    follow(page)  # the summary leads to the box
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("Shoe size")
    tab_to(page, "^Kind")
    page.keyboard.type("Number")
    tab_to(page, "^Required column")
    page.keyboard.press("Space")
    follow(page)
    expect(page.get_by_text("Shoe size is added")).to_be_visible()
    assert names(page) == [*before, "Shoe size"]

    tab_to(page, "move Shoe size up")
    follow(page)
    expect(page.get_by_role("region", name="Custom fields").locator("tbody th").last).not_to_have_text("Shoe size")
    assert names(page) == [*before[:-1], "Shoe size", before[-1]]

    tab_to(page, "^Edit Shoe size$")
    follow(page)
    tab_to(page, "^Name")
    page.keyboard.press("Control+A")
    page.keyboard.type("Feet")
    follow(page)
    expect(page.get_by_text("Shoe size is now Feet")).to_be_visible()
    tab_to(page, "^Delete Feet$")
    follow(page)
    tab_to(page, "^Delete Feet$")
    follow(page)
    expect(page.get_by_text("Feet is deleted")).to_be_visible()
    assert names(page) == before


def test_it_runs_through_users(visit: Visit) -> None:
    page = visit(f"{TEAM}/contacts/")
    tab_to(page, "^Users$")
    follow(page)
    tab_to(page, "^Invite a user$")
    follow(page)
    tab_to(page, "^Email")
    page.keyboard.type("kim@example.edu")
    tab_to(page, "^User: ")
    page.keyboard.press("ArrowDown")
    tab_to(page, "^Staff ID")
    page.keyboard.type("007")
    follow(page)
    expect(page.get_by_role("alert")).to_contain_text("already has Staff ID 007")
    tab_to(page, "^Staff ID$")
    follow(page)
    expect(page.get_by_label("Staff ID")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("K 01")
    follow(page)
    expect(page.get_by_text("kim@example.edu is invited")).to_be_visible()
    expect(page.get_by_role("region", name="Invited")).to_contain_text("Admin")
    tab_to(page, "^Withdraw the invitation of kim@example.edu$")
    follow(page)
    expect(page.get_by_text("is withdrawn")).to_be_visible()

    tab_to(page, "^Edit Sam Santos$")
    follow(page)
    tab_to(page, "^Staff ID")
    page.keyboard.press("Control+A")
    page.keyboard.type("0043")
    follow(page)
    expect(page.get_by_text("Future imports must use it")).to_be_visible()
    tab_to(page, "^Edit Sam Santos$")
    follow(page)
    tab_to(page, "^Remove from")
    follow(page)
    tab_to(page, "^Remove Sam Santos$")
    follow(page)
    expect(page.get_by_text("Sam Santos is no longer in")).to_be_visible()


def test_it_opens_the_menu_and_switches_the_team(visit: Visit) -> None:
    page = visit(f"{TEAM}/fields/")
    tab_to(page, "switch team")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert "switch team" in (page.evaluate("document.activeElement.getAttribute('aria-label')") or "")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("F")
    follow(page)
    expect(page).to_have_url(re.compile("/t/financial-aid-demo/"))
    expect(page.get_by_text(re.compile("You're now in"))).to_be_visible()

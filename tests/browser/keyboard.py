"""Using a page with the keyboard alone: every stop of Tab must show its focus, and no bar may lie over it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

MOST_STOPS = 150
HERE = """() => {
  const here = document.activeElement;
  if (here === document.body) return null; // round the end of the page
  const box = here.getBoundingClientRect();
  const looks = [here, ...(here.labels ?? [])].map((each) => getComputedStyle(each));
  const rings = looks.map((look) => look.outlineStyle === "none" ? 0 : parseFloat(look.outlineWidth));
  const label = here.labels?.[0]?.textContent ?? here.getAttribute("aria-label") ?? here.textContent;
  const over = document.elementFromPoint(box.left + Math.min(box.width / 2, 40), box.top + box.height / 2);
  return {
    name: label.replace(/\\s+/g, " ").trim(),
    ring: Math.max(...rings),
    covered: Boolean(over) && !here.contains(over) && !over.contains(here) && !here.labels?.[0]?.contains(over),
  };
}"""

IN_A_ROW_OF_TOOLS = "Boolean(document.activeElement.closest('[data-one-stop]'))"


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus is called this."""
    if not any(re.search(words, name) for name in stops(page)):
        pytest.fail(f"No Tab stop is called {words}")


def tab_into(page: Page, selector: str) -> None:
    """Press Tab until what has the focus is, or lies in, something of this selector."""
    inside = "selector => Boolean(document.activeElement.closest(selector))"
    if not any(page.evaluate(inside, selector) for _ in stops(page)):
        pytest.fail(f"No Tab stop lies in {selector}")


def stops(page: Page) -> Iterator[str]:
    """Press Tab, again and again, and arrows along a row of tools; yield what has the focus, which must be seen."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        first = focused(page)
        if first is None:
            continue
        yield first
        while page.evaluate(IN_A_ROW_OF_TOOLS):
            page.keyboard.press("ArrowRight")
            name = focused(page)
            if name is None or name == first:
                break
            yield name


def focused(page: Page) -> str | None:
    """The name of what has the focus, which must be seen; None for the page itself."""
    here = page.evaluate(HERE)
    if here is None:
        return None
    assert here["ring"] >= 3, f"{here['name']}: no focus to be seen"
    assert not here["covered"], f"{here['name']}: something lies over it"
    return str(here["name"])


def follow(page: Page) -> None:
    """Press Enter, and wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")

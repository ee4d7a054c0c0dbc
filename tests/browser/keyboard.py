"""Using a page with the keyboard alone: every stop of Tab must show its focus, and no bar may lie over it."""

from __future__ import annotations

import re

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


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus is called this."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None:
            continue
        assert here["ring"] >= 3, f"{here['name']}: no focus to be seen"
        assert not here["covered"], f"{here['name']}: something lies over it"
        if re.search(words, here["name"]):
            return
    pytest.fail(f"No Tab stop is called {words}")


def follow(page: Page) -> None:
    """Press Enter, and wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")

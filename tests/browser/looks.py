"""How pages are looked at: by axe, in every colour and width, with large text, by those who asked for no motion.

On a wide window axe reads every page with all its rules. Dark and forced colours change nothing but colours: they are
tried on the page as it stands, with the rules of colour. On a phone axe reads a page of each template: "review"
and "review, all" are made by the same one. The smallest window has the layout of a phone, and a tablet one of the two
others: there pages are measured.
Width and motion are looked at on every page in every window.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, SMALL, TABLET, WIDE, faults

WINDOWS = {"wide": WIDE, "tablet": TABLET, "phone": PHONE, "small": SMALL}
COLOURS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced colours": {"color_scheme": "light", "forced_colors": "active"},
}
STILL: dict[str, Any] = {"reduced_motion": "reduce"}
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]
COLOUR_FAULTS = """(rules) => axe.run(document, {runOnly: rules, resultTypes: ["violations"]})
  .then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`))"""
MOVING = """() => [...document.querySelectorAll("*")].filter((each) => ["", "::before"].some((part) => {
  const { animationName, transitionDuration } = getComputedStyle(each, part);
  return animationName !== "none" || transitionDuration.split(", ").some((time) => time !== "0s");
})).map((each) => `it moves: ${each.outerHTML.slice(0, 80)}`)"""
TOO_WIDE_WITH_LARGE_TEXT = """() => {
  document.documentElement.style.fontSize = "200%";
  const { scrollWidth, clientWidth } = document.documentElement;
  document.documentElement.style.fontSize = "";
  return scrollWidth > clientWidth ? [`${scrollWidth - clientWidth} px wider than the window with large text`] : [];
}"""
TOO_WIDE = TOO_WIDE_WITH_LARGE_TEXT.replace("200%", "100%").replace(" with large text", "")

every_window = pytest.mark.parametrize("viewport", WINDOWS.values(), ids=WINDOWS)


def faults_of(page: Page, places: dict[str, str], *, large_text_too: bool = False) -> dict[str, list[str]]:
    """What is wrong, by page. `page` is a window opened with `STILL`, `places` names addresses.

    Large text is tried on a wide window, and on narrow ones where it is asked for.
    """
    found, templates = {}, set[str]()
    window = page.viewport_size
    for name, path in places.items():
        page.goto(path)
        template = name.partition(",")[0]
        reads = window == WIDE or (window == PHONE and template not in templates)
        by_axe = faults_in_every_colour(page) if reads else page.evaluate(TOO_WIDE)
        templates.add(template)
        by_text = page.evaluate(TOO_WIDE_WITH_LARGE_TEXT) if window == WIDE or large_text_too else []
        found[name] = [*by_axe, *page.evaluate(MOVING), *by_text]
    return {name: each for name, each in found.items() if each}


def faults_in_every_colour(page: Page) -> list[str]:
    """All rules of axe in the colours that there are, its rules of colour in the others."""
    found = faults(page)
    for colours in ("dark", "forced colours"):
        page.emulate_media(**COLOURS[colours], **STILL)
        found += [f"{colours}: {each}" for each in page.evaluate(COLOUR_FAULTS, RULES_OF_COLOUR)]
    page.emulate_media(**COLOURS["light"], **STILL)
    return found

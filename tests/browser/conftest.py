"""A demo installation, and Ana's browser in it. A page that reports an error in its console fails the test."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from muster.demo import ANA
from tests.conftest import StartMuster
from tests.real.server import MusterServer

Visit = Callable[..., Page]
WIDE, PHONE, SMALL = (ViewportSize(width=width, height=800) for width in (1280, 390, 320))
TABLET = ViewportSize(width=820, height=1180)


@pytest.fixture(scope="module")
def demo(start_muster: StartMuster) -> MusterServer:
    """A running Muster with the demo team."""
    return start_muster(demo=True)


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, demo: MusterServer) -> Any:
    """What a browser keeps once Ana has signed in."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(demo.url)
    page.get_by_label("Email").fill(ANA.email)
    page.get_by_label("Password", exact=True).fill(ANA.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"/t/[\w-]+/$"))
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def visit(chromium: Browser, demo: MusterServer, signed_in: Any) -> Iterator[Visit]:
    """`visit("/t/…", width=…)` opens a page as Ana, in a window of its own."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(path: str, viewport: ViewportSize = WIDE, **settings: Any) -> Page:
        context = chromium.new_context(
            base_url=demo.url, storage_state=signed_in, viewport=viewport, timezone_id="Europe/Berlin", **settings
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if is_error(message) else None)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def is_error(message: ConsoleMessage) -> bool:
    """Whether the console tells of a fault of ours: not an answer that a test asked for, nor axe's own style."""
    return message.type == "error" and not re.search(
        r"status of 4(13|22)|INTERNET_DISCONNECTED|Applying inline style", message.text
    )


def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page scrolls sideways."""
    axe = Axe()
    found = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in axe.run(page).response["violations"]]
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, f"{over} px wider than the window"] if over > 0 else found

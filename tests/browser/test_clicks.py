"""How many clicks a messy file takes: 25 the first time, for every row that can be saved, and 3 the second time."""

import json
import re
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser.grids import cell, saved, wait_for_rows
from tests.messy_export import CANNOT_BE_SAVED, TWO_NUMBERS, messy_export
from tests.real.server import MusterServer, muster

pytestmark = pytest.mark.timeout(600)

OWNER, PASSWORD = "olivia@example.edu", "olivia counts the clicks"
PEOPLE = (("Ana", "Alvarez", "T01"), ("Uma", "Ueda", "007"), ("Sam", "Santos", "0042 B"))
FIELDS: tuple[tuple[str, str, list[str]], ...] = (("Term", "choice", ["Fall", "Spring"]), ("Start Date", "date", []))
MOST_FIRST, MOST_AGAIN = 25, 3
FIRST_ROW = 5  # in the file, below the titles and the header
IMPORT = re.compile(r"^Import [\d,]+ contacts$")
FILE = FilePayload(name="spring.csv", mimeType="text/csv", buffer=messy_export())


class Hand:
    """A person's hand: every click, every choice and every text typed counts as one."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def click(self, what: Locator) -> None:
        self.done.append(f"click {what}")
        what.click()

    def choose(self, what: Locator, value: str) -> None:
        self.done.append(f"choose {value}")
        what.select_option(value)

    def type(self, page: Page, text: str) -> None:
        self.done.append(f"type {text}")
        page.keyboard.type(text)
        page.keyboard.press("Enter")

    def give(self, what: Locator, file: FilePayload) -> None:
        self.done.append(f"choose the file {file['name']}")
        what.set_input_files(file)


@pytest.fixture(scope="module")
def server() -> Iterator[MusterServer]:
    """A Muster with a team of three people who have Staff IDs, and two fields of its own."""
    with muster() as running:
        running.run("owner", OWNER, MUSTER_PASSWORD=PASSWORD)
        token = running.run("token", OWNER, "--name", "clicks").strip()

        def post(path: str, body: dict[str, Any]) -> None:
            request = urllib.request.Request(f"{running.url}/api/v1/{path}", json.dumps(body).encode())
            request.add_header("Authorization", f"Bearer {token}")
            request.add_header("Content-Type", "application/json")
            urllib.request.urlopen(request).close()

        post("teams", {"name": "Admissions", "slug": "clicks", "home_region": "US"})
        for first, last, staff in PEOPLE:
            person = {"first_name": first, "last_name": last, "staff_id": staff, "role": "user"}
            post("teams/clicks/users", {"email": f"{first.lower()}@example.edu", **person})
        for name, kind, choices in FIELDS:
            post("teams/clicks/fields", {"name": name, "kind": kind, "choices": choices})
        yield running


@pytest.fixture(scope="module")
def page(chromium: Browser, server: MusterServer) -> Iterator[Page]:
    """The owner's browser, signed in, on New Import."""
    context = chromium.new_context(base_url=server.url, viewport={"width": 1280, "height": 720})
    found = context.new_page()
    found.goto("/")
    found.get_by_label("Email").fill(OWNER)
    found.get_by_label("Password", exact=True).fill(PASSWORD)
    found.get_by_role("button", name="Sign in", exact=True).click()
    found.wait_for_url(re.compile(r"/t/[\w-]+/$"))
    yield found
    context.close()


def cause(page: Page, code: str) -> Locator:
    """A cause in the panel, with its fixes."""
    return page.locator(f'.cause[data-code="{code}"]')


def fix(page: Page, hand: Hand, code: str, title: str, choose: str = "") -> None:
    """Open the fix of a cause, choose what is not chosen yet, and do it."""
    hand.click(cause(page, code).get_by_role("link", name=re.compile(re.escape(title))))
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    if choose:
        hand.choose(dialog.get_by_role("combobox").first, choose)
    button = dialog.get_by_role("button", name=re.compile(r"^Change \d+ cells?$"))
    expect(button).to_be_enabled()
    hand.click(button)
    dialog.wait_for(state="hidden")
    saved(page)


def keep_the_first(page: Page, hand: Hand) -> None:
    """Type one number in place of two, in every cell that has two."""
    hand.click(cause(page, "phone-unreadable").get_by_role("link", name=re.compile(r"^Show rows?")))
    page.wait_for_url(re.compile("code=phone-unreadable"))
    wait_for_rows(page)
    for place, row in enumerate(TWO_NUMBERS):
        if place == 0:
            hand.click(cell(page, FIRST_ROW + row, "Cell Phone"))  # Enter goes on to the next one
        hand.type(page, f"716-555-9{row:03}")
        saved(page)


def left_out(page: Page) -> int:
    chip = page.locator(".filter-chip", has_text="Problems").locator(".count").inner_text()
    return int(chip.replace(",", ""))


def import_it(page: Page, hand: Hand) -> None:
    """Press Import on the preview, and once more where it says what will happen."""
    hand.click(page.locator("a[data-confirm]"))
    hand.click(page.get_by_role("dialog").get_by_role("button", name=IMPORT))
    expect(page.get_by_role("heading", name="Import finished")).to_be_visible(timeout=60_000)


def test_it_takes_25_the_first_time_and_3_the_second(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = Hand(), Hand()

    page.goto("/t/clicks/imports/new/")
    first.give(page.locator("input[type=file]"), FILE)
    first.click(page.get_by_label("Infer Mobile Number"))
    first.click(page.get_by_role("button", name="Upload and preview"))
    first.click(page.get_by_label("Use it as ContactId"))
    first.click(page.get_by_label("Use it as OptedOut: yes means opted out"))
    first.choose(page.get_by_label("Field of Adviser"), "StaffId")
    first.click(page.get_by_role("button", name="Continue without the columns that have no field"))
    wait_for_rows(page)

    first.click(page.get_by_role("button", name="Causes and options"))
    fix(page, first, "phone-no-plus", "Add the missing +")
    fix(page, first, "phone-shortened", "Clear these cells")
    fix(page, first, "yesno-unknown", "Map values", "yes")
    fix(page, first, "staff-unknown", "Map values", "007")
    keep_the_first(page, first)
    assert left_out(page) == CANNOT_BE_SAVED
    import_it(page, first)
    expect(page.locator(".stat", has_text="left out")).to_contain_text(str(CANNOT_BE_SAVED))

    page.goto("/t/clicks/imports/new/")
    second.give(page.locator("input[type=file]"), FILE)
    second.click(page.get_by_role("button", name="Upload and do it as last time"))
    second.click(page.get_by_role("button", name="Finish without a change"))
    expect(page.get_by_role("heading", name="Import finished")).to_be_visible(timeout=60_000)

    with capsys.disabled():
        print(f"\nclicks and edits: {len(first.done)} the first time, {len(second.done)} the second")
    assert len(first.done) <= MOST_FIRST, first.done
    assert len(second.done) <= MOST_AGAIN, second.done

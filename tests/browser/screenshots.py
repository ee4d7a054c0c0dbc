"""Takes the screenshots of the documentation, of the demo team: `python -m tests.browser.screenshots [FOLDER]`."""

import re
import sys
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, ViewportSize

from muster.demo_files import UGLY
from tests.real.chromium import chromium
from tests.real.server import muster

TOP = Path(__file__).parents[2]
EMAIL, PASSWORD = "ana@example.edu", "ana shows the demo"  # of the demo; they are in the README
IMPORTS = "/t/admissions-demo/imports/"
DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)


class Camera:
    """A browser window in which Ana is signed in, and the folder for what it sees."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self.folder = folder
        self.page = browser.new_context(base_url=url, viewport=DESK).new_page()
        self.page.goto("/")
        self.page.get_by_label("Email").fill(EMAIL)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(re.compile("/contacts/"))

    def take(self, name: str, path: str = "") -> None:
        """Take the page as it is, or the one at a path."""
        if path:
            self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=self.folder / f"{name}.png")


def upload(page: Page, name: str) -> None:
    """Choose the messy file, and go as far as the columns."""
    page.goto(f"{IMPORTS}new/")
    page.get_by_label("Infer Mobile Number").check()
    file = FilePayload(name=name, mimeType="text/csv", buffer=UGLY.encode())
    page.get_by_label("Choose a .csv or .txt file").set_input_files(file)


def take_all(camera: Camera) -> None:
    """One import from its beginning to its end, and the pages around it."""
    page = camera.page
    upload(page, "september.csv")
    camera.take("new")
    page.get_by_role("button", name="Upload and preview").click()
    page.get_by_role("heading", name="Say what the columns are").wait_for()
    camera.take("columns")
    page.get_by_role("button", name="Use it as FirstName").click()
    page.get_by_role("button", name="Don't import Shoe size").click()
    page.get_by_role("heading", name="Review rows", level=1).wait_for()
    draft = page.url.partition("?")[0]
    camera.take("review", draft)
    camera.take("updates", f"{draft}?show=updates")
    camera.take("row", f"{draft}rows/5/?show=problems")
    camera.take("fix", f"{draft}fix/?fix=add-plus&show=problems&code=phone-no-plus&field=WhatsAppMobileNumber")
    camera.take("reading", f"{draft}reading/")
    camera.take("confirm", f"{draft}confirm/")
    take_looks(camera, draft)
    page.goto(f"{draft}confirm/")
    page.get_by_label("Keep their current choice").check()
    page.get_by_role("button", name=re.compile(r"^Import \d+ contacts$")).click()
    page.get_by_role("heading", name="Import finished").wait_for(timeout=30_000)
    camera.take("result", draft)
    camera.take("undo", f"{draft}undo/")
    camera.take("history", IMPORTS)
    camera.take("paste", f"{IMPORTS}paste/")
    camera.take("guide", "/guide/errors")
    camera.take("contacts", "/t/admissions-demo/contacts/")


def take_looks(camera: Camera, draft: str) -> None:
    """The preview in the dark and on a telephone."""
    camera.page.emulate_media(color_scheme="dark")
    camera.take("review-dark", draft)
    camera.page.emulate_media(color_scheme="light")
    camera.page.set_viewport_size(PHONE)
    camera.take("review-phone", draft)
    camera.take("row-phone", f"{draft}rows/5/?show=problems")
    camera.page.set_viewport_size(DESK)


def main() -> None:
    """Start a Muster of its own, make the demo team, take the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TOP / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with muster() as server, chromium() as browser:
        server.run("demo")
        take_all(Camera(browser, server.url, folder))


if __name__ == "__main__":
    main()

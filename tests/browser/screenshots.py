"""Takes the screenshots of the documentation, of the demo team: `python -m tests.browser.screenshots [FOLDER]`."""

import re
import sys
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, ViewportSize

from muster.demo_files import UGLY
from tests.browser.states import fail, let_expire, make_run
from tests.real.chromium import chromium
from tests.real.server import MusterServer, muster

TOP = Path(__file__).parents[2]
EMAIL, PASSWORD = "ana@example.edu", "ana shows the demo"  # of the demo; they are in the README
IMPORTS = "/t/admissions-demo/imports/"
DESK, PHONE = ViewportSize(width=1120, height=720), ViewportSize(width=390, height=844)


HEAD = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program"
PEOPLE = (
    "S3001,Ada,Obi,716-555-0301,+44 1753 495301,History",
    "S3002,Bo,Lee,716-555-0302,,Nursing",
    "S3003,Cy,Ng,716-555-0303,,Biology",
)
CLEAN = "\n".join((HEAD, *PEOPLE))
TITLES = f"Records office,,,,,\nPrinted 1 September,,,,,\n\n{CLEAN.replace('ContactId', 'Student ID')}"
TWICE = "\n".join((f"{HEAD},MobileNumber", *(f"{each},+44 7700 90012{place}" for place, each in enumerate(PEOPLE))))


class Camera:
    """A browser window in which Ana is signed in, and the folder for what it sees."""

    def __init__(self, browser: Browser, server: MusterServer, folder: Path) -> None:
        self.folder, self.server, self.browser = folder, server, browser
        still = browser.new_context(
            base_url=server.url, viewport=DESK, reduced_motion="reduce"
        )  # colours change at once
        self.page = still.new_page()
        self.page.goto("/")
        self.page.get_by_label("Email").fill(EMAIL)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url(re.compile(r"/t/[\w-]+/$"))

    def take(self, name: str, path: str = "") -> None:
        """Take the page as it is, or the one at a path."""
        if path:
            self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=self.folder / f"{name}.png")

    def take_without_script(self, name: str, path: str) -> None:
        """Take a page as a browser shows it that runs no script."""
        state = self.page.context.storage_state()
        context = self.browser.new_context(
            base_url=self.server.url, viewport=DESK, storage_state=state, java_script_enabled=False
        )
        page = context.new_page()
        page.goto(path)
        page.screenshot(path=self.folder / f"{name}.png")
        context.close()


def choose(page: Page, name: str, text: str) -> None:
    """Choose a file on New Import."""
    page.goto(f"{IMPORTS}new/")
    page.get_by_label("Infer Mobile Number").check()
    file = FilePayload(name=name, mimeType="text/csv", buffer=text.encode())
    page.get_by_label("Choose a .csv or .txt file").set_input_files(file)


def upload(page: Page, name: str, text: str) -> str:
    """Upload a file, and return the address of its draft."""
    choose(page, name, text)
    page.get_by_role("button", name="Upload and preview").click()
    page.wait_for_url(re.compile(r"/imports/[0-9a-f-]{36}/"))
    return page.url.partition("?")[0]


def id_of(draft: str) -> str:
    """Return the id of an import from its address."""
    return draft.rstrip("/").rpartition("/")[2]


def take_refusals(camera: Camera) -> None:
    """Files that cannot be imported as they stand: what they are, and what they ask."""
    page = camera.page
    camera.take("new-empty", f"{IMPORTS}new/")
    for name, file, text in (
        ("refused", "september.csv", "%PDF-1.7"),
        ("titles", "records.csv", TITLES),
        ("twice", "both.csv", TWICE),
    ):
        upload(page, file, text)
        camera.take(name)


def take_draft(camera: Camera) -> str:
    """The messy file, from choosing it to Confirm."""
    page = camera.page
    choose(page, "september.csv", UGLY)
    camera.take("new")
    page.get_by_role("button", name="Upload and preview").click()
    page.get_by_role("heading", name="Say what the columns are").wait_for()
    camera.take("columns")
    page.get_by_label("Field of Shoe size").select_option("-")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_role("heading", name="Review rows", level=1).wait_for()
    draft = page.url.partition("?")[0]
    camera.take("review", draft)
    page.get_by_role("button", name="Causes and options").click()
    page.get_by_role("link", name=re.compile("Add the missing")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Change")).wait_for()
    camera.take("fix")
    camera.take_without_script("review-table", draft)
    camera.take("updates", f"{draft}?show=updates")
    camera.take("row", f"{draft}rows/5/?show=problems")
    camera.take("reading", f"{draft}reading/")
    camera.take("confirm", f"{draft}confirm/")
    take_looks(camera, draft)
    take_fixed(camera, draft)
    return draft


def take_looks(camera: Camera, draft: str) -> None:
    """The preview in the dark, in forced colours and on a telephone."""
    camera.page.emulate_media(color_scheme="dark")
    camera.take("review-dark", draft)
    camera.page.emulate_media(color_scheme="light", forced_colors="active")
    camera.take("review-forced-colours", draft)
    camera.page.emulate_media(color_scheme="light", forced_colors="none")
    camera.page.goto(f"{IMPORTS}new/")  # first: the preview loads anew when it becomes as narrow as that
    camera.page.set_viewport_size(PHONE)
    camera.take("new-phone")
    camera.take("review-phone", draft)
    camera.take("row-phone", f"{draft}rows/5/?show=problems")
    camera.take("confirm-phone", f"{draft}confirm/")
    camera.page.set_viewport_size(DESK)


def take_fixed(camera: Camera, draft: str) -> None:
    """A row that was just fixed, and stays in place."""
    page = camera.page
    page.goto(draft)
    page.locator(".grid-cell.is-problem").first.click()
    page.keyboard.type("Okafor")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Refresh list").wait_for()
    camera.take("fixed")


def take_result(camera: Camera, draft: str) -> None:
    """What became of it, and everything around."""
    page = camera.page
    page.goto(f"{draft}confirm/")
    page.get_by_label("Keep their current choice").check()
    page.get_by_role("button", name=re.compile(r"^Import \d+ contacts$")).click()
    page.get_by_role("heading", name="Import finished").wait_for(timeout=30_000)
    camera.take("result", draft)
    camera.take("undo", f"{draft}undo/")
    clean = upload(page, "october.csv", CLEAN)
    camera.take("review-clean", clean)
    camera.take("confirm-quiet", f"{clean}confirm/")
    page.get_by_role("button", name="Import 3 contacts").click()
    page.get_by_role("heading", name="Import finished").wait_for(timeout=30_000)
    camera.take("result-clean", clean)
    camera.take("paste", f"{IMPORTS}paste/")
    camera.take("guide", "/guide/errors")
    camera.take("contacts", "/t/admissions-demo/contacts/")


def take_moments(camera: Camera) -> None:
    """States that last a moment, or a week: these are written into the data."""
    drafts = [upload(camera.page, f"{month}.csv", CLEAN) for month in ("november", "december", "january")]
    expired, failed, running = map(id_of, drafts)
    let_expire(camera.server, expired)
    camera.take("expired", drafts[0])
    fail(camera.server, failed)
    camera.take("failed", drafts[1])
    make_run(camera.server, running)
    camera.take("progress", drafts[2])
    camera.take("history", IMPORTS)
    camera.page.set_viewport_size(PHONE)
    camera.take("history-phone", IMPORTS)


def main() -> None:
    """Start a Muster of its own, make the demo team, take the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TOP / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with muster(demo=True) as server, chromium() as browser:
        camera = Camera(browser, server, folder)
        take_refusals(camera)
        take_result(camera, take_draft(camera))
        take_moments(camera)


if __name__ == "__main__":
    main()

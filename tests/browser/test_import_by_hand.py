"""One import in a real browser, from a messy file to the corrected rows: with script, and without."""

import csv
import io
import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from muster.demo_files import UGLY
from tests.browser.conftest import Visit
from tests.real.ports import wait_until
from tests.real.server import MusterServer

IMPORTS = "/t/admissions-demo/imports/"
DROP = """(data) => {
  const files = new DataTransfer();
  files.items.add(new File([data], "ugly.csv", { type: "text/csv" }));
  for (const type of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer: files, bubbles: true, cancelable: true }));
  }
}"""


def chip(page: Page, words: str) -> int:
    text = page.locator(".filter-chip", has_text=words).locator(".count").inner_text()
    return int(text.replace(",", ""))


def answer_columns(page: Page) -> None:
    """Use First Name as FirstName, as proposed, and leave Shoe size out."""
    expect(page.locator("#required-title > span:visible")).to_have_count(1)  # one sentence, not both
    expect(page.get_by_label("Field of First Name")).to_have_value("FirstName")
    page.get_by_label("Field of Shoe size").select_option("-")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("heading", name="Review rows", level=1)).to_be_visible()


def corrected(data: str) -> str:
    """The rows to fix as somebody would correct them: the ones with an impossible number lose it."""
    rows = list(csv.DictReader(io.StringIO(data.removeprefix("\ufeff"))))
    fixed = [
        row | {"WhatsAppMobileNumber": ""} for row in rows if row["Problem"].startswith("The spreadsheet shortened")
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter="\t")
    writer.writeheader()
    writer.writerows(fixed)
    return text.getvalue()


def mails(demo: MusterServer) -> list[str]:
    """The text of every mail written to the data folder, oldest first."""
    files = sorted((demo.data / "mail").glob("*.eml"))
    found = (message_from_bytes(file.read_bytes(), policy=policy.default) for file in files)
    return [body.get_content() for each in found if (body := each.get_body(("plain",)))]


def test_it_imports_a_messy_file_that_was_dropped_on_the_page(visit: Visit, demo: MusterServer, tmp_path: Path) -> None:
    page = visit(IMPORTS)
    page.get_by_role("link", name="New Import").first.click()
    page.wait_for_url(f"**{IMPORTS}new/", wait_until="load")
    page.evaluate(DROP, UGLY)
    expect(page.get_by_text("ugly.csv, ")).to_be_visible()
    page.get_by_label("Fail Blank Values").check()
    page.get_by_role("button", name="Upload and preview").click()
    answer_columns(page)
    before = chip(page, "Problems")
    page.get_by_role("button", name="Causes and options").click()
    page.get_by_label("Infer Mobile Number").check()
    expect(page.get_by_text("moved from problem to ready")).to_be_visible()
    assert chip(page, "Problems") < before

    page.locator("a[data-confirm]").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Keep their current choice").check()
    dialog.get_by_role("button", name=re.compile(r"^Import \d+ contacts$")).click()
    expect(page.get_by_role("heading", name="Import finished")).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(r"rows to fix \(CSV\)")).click()
    download.value.save_as(tmp_path / "fix.csv")
    text = corrected((tmp_path / "fix.csv").read_text(encoding="utf-8"))

    page.goto(f"{IMPORTS}paste/")
    page.get_by_label("Contact Records").fill(text)
    expect(page.get_by_text("Looks like 1 row")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Your import is being processed")).to_be_visible()
    expect(page.locator("tbody tr").first.get_by_text("Done")).to_be_visible(timeout=30_000)
    wait_until(lambda: len(mails(demo)) >= 2, seconds=30, what=lambda: "two mails")
    assert any("left out" in mail for mail in mails(demo))
    assert not any("+44" in mail or "Okafor" in mail for mail in mails(demo))


def test_it_imports_without_script(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "plain.csv").write_text(UGLY.replace("S2", "S3").replace("716-555-02", "716-555-03"), encoding="utf-8")
    page = visit(f"{IMPORTS}new/", java_script_enabled=False)
    page.get_by_label("Choose a .csv or .txt file").set_input_files(tmp_path / "plain.csv")
    page.get_by_label("Infer Mobile Number").check()
    page.get_by_role("button", name="Upload and preview").click()
    if page.get_by_role("heading", name="Say what the columns are").count():
        answer_columns(page)
    before = chip(page, "Problems")
    page.get_by_role("link", name="Add the missing +").click()
    page.get_by_role("button", name=re.compile(r"^Change \d+ cells?$")).click()
    assert chip(page, "Problems") < before
    page.get_by_role("link", name=re.compile(r"Show rows?\s*: LastName is blank")).click()
    page.get_by_role("link", name="Fix row by row").click()
    page.get_by_label("LastName").fill("Dane")
    page.get_by_role("button", name=re.compile("^Save")).click()
    expect(page.get_by_text(re.compile(r"Row \d+ is ready"))).to_be_visible()
    page.locator("a[data-confirm]").click()
    page.get_by_label("Keep their current choice").check()
    page.get_by_role("button", name=re.compile(r"^Import \d+ contacts$")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Import"))
    expect(page.get_by_role("heading", name="Import finished")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, {"width": 390, "height": 800}])
def test_it_fixes_rows_as_cards_and_forms_by_keyboard(visit: Visit, viewport: dict[str, int]) -> None:
    page = visit(f"{IMPORTS}paste/", viewport=viewport)
    page.get_by_label("Contact Records").fill(
        "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program\nK1,Kim,,716-555-0401,,History\n"
    )
    page.get_by_role("button", name="Preview first").press("Enter")
    page.get_by_role("link", name="Fix row by row").press("Enter")
    page.keyboard.press("Tab")
    page.get_by_label("LastName").press_sequentially("Lee")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No problems left.")).to_be_visible()


def test_it_tells_a_script_user_before_uploading_what_is_too_big(visit: Visit) -> None:
    page = visit(f"{IMPORTS}new/")
    page.evaluate(DROP, "x" * (5 * 1024 * 1024 + 1))
    expect(page.get_by_text("The file is 5.0 MB; the limit is 5 MB.")).to_be_visible()


def test_it_shows_our_page_for_a_file_that_is_too_big_without_script(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "big.csv").write_bytes(b"x" * (6 * 1024 * 1024))
    page = visit(f"{IMPORTS}new/", java_script_enabled=False)
    page.get_by_label("Choose a .csv or .txt file").set_input_files(tmp_path / "big.csv")
    page.get_by_label("Infer Mobile Number").check()
    page.get_by_role("button", name="Upload and preview").click()
    expect(page.get_by_role("alert").get_by_text("larger than 5 MB")).to_be_visible()


def test_it_opens_the_team_menu_by_keyboard(visit: Visit) -> None:
    page = visit(IMPORTS)
    switcher = page.locator(".team-switcher summary")
    switcher.press("ArrowDown")
    expect(page.locator(".team-switcher a").first).to_be_focused()
    page.keyboard.press("F")
    expect(page.locator(".team-switcher a", has_text="Financial Aid")).to_be_focused()
    page.keyboard.press("Escape")
    expect(switcher).to_be_focused()
    expect(page.locator(".team-switcher")).not_to_have_attribute("open", re.compile(".*"))


def test_it_shows_times_in_the_zone_of_the_reader(visit: Visit) -> None:
    page = visit(IMPORTS)
    texts = page.locator("time[data-local]").all_inner_texts()
    page.locator("tbody th a").first.click()
    texts += page.locator("time[data-local]").all_inner_texts()
    assert len(texts) > 1
    for text in texts:
        assert re.search(r"GMT\+[12]|CES?T", text), text

"""Every page of Contact Import in every look: axe finds nothing, and nothing scrolls sideways."""

from typing import Any

import pytest
from playwright.sync_api import ViewportSize

from muster.demo_files import UGLY
from tests.browser.conftest import Visit, faults
from tests.browser.looks import STILL, every_window, faults_of
from tests.browser.program import Program
from tests.browser.states import fail, let_expire, make_run, offer
from tests.real.ports import wait_until
from tests.real.server import MusterServer

pytestmark = pytest.mark.timeout(900)  # dozens of pages in one test

TEAM = "/t/admissions-demo/imports"
HEAD = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program"
CLEAN = f"{HEAD}\nC1,Ann,Lee,716-555-0901,,History\n"
TWICE = f"{HEAD},StudentId\nC1,Ann,Lee,716-555-0901,,History,S1\n"


@pytest.fixture(scope="module")
def imports(demo: MusterServer) -> dict[str, str]:
    """An import in every state that one can look at, by name, made over the API."""
    program = Program(demo)

    def call(path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return program.call(f"/imports{path}", body)

    columns = {"First Name": "FirstName", "Shoe size": None}
    asked = {"text": UGLY, "blank_mobile": "infer", "columns": columns}
    made = {
        "draft": call("", asked | {"confirm": False}),
        "refused": call("", asked | {"columns": {}}),
        "unreadable": call("", asked | {"text": "%PDF-1.7"}),
        "titles": call("", asked | {"text": f"Export of May\n\n{UGLY}"}),
        "twice": call("", asked | {"text": TWICE}),
        "clean": call("", asked | {"text": CLEAN, "confirm": False}),
        "running": call("", asked | {"confirm": False}),
        "expired": call("", asked | {"confirm": False}),
        "failed": call("", asked | {"confirm": False}),
        "done": call("", asked),
        "offered": call("", asked | {"columns": {}}),
    }
    made["cancelled"] = call("", asked | {"confirm": False})
    call(f"/{made['cancelled']['id']}/cancel", {})
    where = f"/{made['done']['id']}"
    wait_until(lambda: call(where)["state"] == "done", seconds=30, what=lambda: "the import is not done")
    let_expire(demo, made["expired"]["id"])
    fail(demo, made["failed"]["id"])
    make_run(demo, made["running"]["id"])
    made["fixed here"] = call(f"{where}/fix", {})
    kept = program.call("/recipes")["items"][0]["id"]
    made["as last time"] = call("", asked | {"columns": {}, "recipe": kept, "confirm": False})
    recipe = offer(demo, made["offered"]["id"])
    return {name: f"{TEAM}/{each['id']}/" for name, each in made.items()} | {"recipe": f"{TEAM}/recipes/{recipe}/"}


def pages(imports: dict[str, str]) -> dict[str, str]:
    """Every page by its address."""
    draft = imports["draft"]
    no_plus = "show=problems&code=phone-no-plus&field=WhatsAppMobileNumber"
    return {
        "history": f"{TEAM}/",
        "recipes": f"{TEAM}/recipes/",
        "recipe": imports["recipe"],
        "new": f"{TEAM}/new/",
        "paste": f"{TEAM}/paste/",
        "review": draft,
        "review, as last time": imports["as last time"],
        "review, rows to fix here": imports["fixed here"],
        "review, all": f"{draft}?show=all",
        "a row": f"{draft}rows/5/?show=problems",
        "add the plus": f"{draft}fix/?fix=add-plus&{no_plus}",
        "add the plus, country": f"{draft}fix/?fix=region&{no_plus}",
        "map": f"{draft}fix/?fix=map&show=problems&code=staff-unknown&field=StaffId",
        "replace": f"{draft}fix/?fix=replace&show=all&header=Nickname&find=a&value=b",
        "leave out": f"{draft}fix/?fix=leave-out&{no_plus}",
        "reading": f"{draft}reading/",
        "confirm": f"{draft}confirm/",
        "columns, answered": f"{draft}columns",
        "columns, as last time": imports["offered"],
        "columns": imports["refused"],
        "columns, titles above the header": imports["titles"],
        "columns, two of a field": imports["twice"],
        "review, without problems": imports["clean"],
        "progress": imports["running"],
        "expired": imports["expired"],
        "failed": imports["failed"],
        "review, rows fixed": f"{draft}?show=problems&list=0",
        "add the plus, dates": f"{draft}fix/?fix=dates&show=problems&code=value-not-a-date&field=Enrolled+on",
        "unreadable": imports["unreadable"],
        "result": imports["done"],
        "stopped": imports["cancelled"],
        "undo": f"{imports['done']}undo/",
        "guide": "/guide/errors",
    }


@every_window
def test_it_has_no_fault_in_any_look(visit: Visit, imports: dict[str, str], viewport: ViewportSize) -> None:
    assert faults_of(visit(f"{TEAM}/", viewport, **STILL), pages(imports), large_text_too=True) == {}


def test_it_has_no_fault_with_its_menus_and_dialog_open(visit: Visit, imports: dict[str, str]) -> None:
    page = visit(imports["draft"])
    page.locator("a[data-confirm]").click()
    page.get_by_role("dialog").wait_for()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.locator(".team-switcher summary").click()
    assert faults(page) == []
    page.goto(f"{TEAM}/")
    page.locator("td .menu summary").first.click()
    assert faults(page) == []

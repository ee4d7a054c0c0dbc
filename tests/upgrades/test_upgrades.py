"""A database that an earlier release has written: upgraded by this one, and read, exported, undone and erased in.

Each `*.sqlite3.gz` was written by `write.py`, run in a checkout of that release. Rows of imports are kept in form 1
(a row a line) in `before-first-edition`, in form 2 (many rows a line) in `first-edition`.
"""

import gzip
import re
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.real.ports import wait_until
from tests.real.prepared import prepare
from tests.real.server import PROGRAM, MusterServer, clean_environment, muster

HERE = Path(__file__).parent
RELEASES = sorted(path.name.removesuffix(".sqlite3.gz") for path in HERE.glob("*.sqlite3.gz"))
TEAM, ANA, PASSWORD = "admissions-demo", "ana@example.edu", "ana shows the demo"
pytestmark = pytest.mark.slow
KEY = "the key of the fixtures"


class Upgraded:
    """A server on an upgraded database, asked by API and by pages."""

    def __init__(self, server: MusterServer) -> None:
        self.url, self.server = server.url, server
        self.session, self.browser = requests.Session(), requests.Session()
        self.session.headers["Authorization"] = f"Bearer {server.run('token', ANA, '--name', 'test').strip()}"
        self.post("/accounts/login/", login=ANA, password=PASSWORD)

    def ask(self, method: str, path: str, **sent: Any) -> requests.Response:
        answer = self.session.request(method, f"{self.url}/api/v1/teams/{TEAM}{path}", timeout=60, **sent)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer

    def items(self, path: str) -> list[Any]:
        found: list[Any] = self.ask("GET", path).json()["items"]
        return found

    def imports(self) -> dict[str, Any]:
        """Every import, newest first, by its file and what it made: enough to know those of the story."""
        return {each["id"]: each for each in self.items("/imports?limit=500")}

    def finish(self, key: str) -> Any:
        under_way = {"waiting", "importing", "checking"}
        until(lambda: self.ask("GET", f"/imports/{key}").json()["state"] not in under_way, f"{key} does not end")
        return self.ask("GET", f"/imports/{key}").json()

    def page(self, path: str) -> str:
        answer = self.browser.get(self.url + path, timeout=60)
        assert answer.ok, f"{path}: {answer.status_code}"
        return answer.text

    def post(self, path: str, **form: str) -> None:
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', self.page(path)))
        sent = {**hidden, **form}
        answer = self.browser.post(self.url + path, data=sent, headers={"Referer": self.url + path}, timeout=60)
        assert answer.ok, f"{path}: {answer.status_code}"


def until(holds: Callable[[], bool], what: str) -> None:
    wait_until(holds, seconds=60, what=lambda: what)


@pytest.fixture(scope="module", params=RELEASES)
def upgraded(request: pytest.FixtureRequest) -> Iterator[Upgraded]:
    with tempfile.TemporaryDirectory(prefix="muster-upgrade-") as folder:
        written = gzip.decompress((HERE / f"{request.param}.sqlite3.gz").read_bytes())
        (Path(folder) / "muster.sqlite3").write_bytes(written)
        with muster(MUSTER_DATA=folder, MUSTER_SECRET_KEY=KEY) as server:
            yield Upgraded(server)


def test_it_reads_every_import_of_an_earlier_release(upgraded: Upgraded) -> None:
    imports = upgraded.imports()
    assert {each["state"] for each in imports.values()} == {"done", "undone", "ready", "refused", "cancelled"}
    for key, each in imports.items():
        upgraded.ask("GET", f"/imports/{key}")
        if each["state"] not in {"refused", "cancelled"}:
            rows = upgraded.items(f"/imports/{key}/rows?limit=500")
            assert len(rows) == each["totals"]["rows"] or each["method"] == "undo"
            assert all(problem["message"] and problem["fix"] for row in rows for problem in row["problems"])
            upgraded.ask("GET", f"/imports/{key}/rows-to-fix.csv")
        upgraded.page(f"/t/{TEAM}/imports/{key}/")
    failed = [each for each in imports.values() if each["state"] == "done" and each["totals"]["failed"]]
    assert len(failed) == 3  # of the demo, of the messy file, and of the one that changes people


def test_it_fixes_rows_that_an_earlier_release_left_out(upgraded: Upgraded) -> None:
    key = next(key for key, each in upgraded.imports().items() if each["filename"] == "ugly-sample.csv")
    text = upgraded.ask("GET", f"/imports/{key}/rows-to-fix.csv").content
    columns = '{"First Name": "FirstName", "Shoe size": null}'
    sent = {"blank_mobile": "infer", "confirm": "false", "columns": columns}
    again = upgraded.ask("POST", "/imports", data=sent, files={"file": ("again.csv", text)}).json()
    assert again["totals"]["rows"] >= again["totals"]["failed"] > 5


def test_it_exports_contacts_that_import_again_without_change(upgraded: Upgraded) -> None:
    text = upgraded.ask("GET", "/contacts.csv").content
    made = upgraded.ask("POST", "/imports", data={"blank_mobile": "infer"}, files={"file": ("all.csv", text)}).json()
    done = upgraded.finish(made["id"])
    assert done["state"] == "done"
    assert done["totals"]["unchanged"] == done["totals"]["rows"] > 15


def test_it_goes_on_with_a_draft_of_an_earlier_release(upgraded: Upgraded) -> None:
    drafts = [each for each in upgraded.imports().values() if each["state"] == "ready" and not each["filename"]]
    rows = upgraded.items(f"/imports/{drafts[0]['id']}/rows")
    assert [each["values"]["MobileNumber"] for each in rows if each["row"] == 5] == ["+1 716 555 4000"]
    upgraded.ask("POST", f"/imports/{drafts[0]['id']}/confirm")
    assert upgraded.finish(drafts[0]["id"])["state"] == "done"
    assert upgraded.ask("GET", "/contacts/U77").json()["mobile_number"] == "+17165554000"


def test_it_undoes_an_import_of_an_earlier_release(upgraded: Upgraded) -> None:
    changed = [each for each in upgraded.imports().values() if each["totals"]["updated"] == 6]
    assert upgraded.ask("GET", "/contacts/U1").json()["last_name"] == "Changed1"
    undo = upgraded.ask("POST", f"/imports/{changed[0]['id']}/undo").json()
    assert upgraded.finish(undo["id"])["state"] == "done"
    back = upgraded.ask("GET", "/contacts/U1").json()
    assert (back["last_name"], back["custom"]["Program"]) == ("Okafor1", "Biology")
    stopped = upgraded.ask("GET", "/contacts/U2").json()
    assert (stopped["text"], stopped["consent"]["text"]["source"]) == ("opted_out", "contact")


def test_it_erases_a_person_of_an_earlier_release(upgraded: Upgraded) -> None:
    record = re.search(rf'href="(/t/{TEAM}/contacts/\d+/)', upgraded.page(f"/t/{TEAM}/contacts/?q=U3"))
    assert record
    upgraded.post(f"{record[1]}erase/")
    until(lambda: not upgraded.items("/contacts?q=U3"), "the contact is not erased")
    for key, each in upgraded.imports().items():
        if each["state"] in {"done", "undone"}:
            rows = upgraded.items(f"/imports/{key}/rows?limit=500")
            assert "U3" not in [row["contact_id"] for row in rows]


def test_it_knows_who_was_erased_before(upgraded: Upgraded) -> None:
    row = "U12,Nia12,Okafor,+17165552012,,,,Biology"
    head = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,OptedOut,WhatsAppOptedOut,Program"
    sent = {"text": f"{head}\n{row}\n", "blank_mobile": "infer", "confirm": False}
    seen = upgraded.ask("POST", "/imports", json=sent).json()
    assert seen["note_counts"].get("contact-erased-before") == 1


def test_it_leaves_a_database_of_a_later_release_alone(tmp_path: Path) -> None:
    """An older version would read it wrongly: it says so, and ends."""
    env = clean_environment() | {"MUSTER_DATA": str(tmp_path), "MUSTER_SECRET_KEY": KEY}
    prepare(tmp_path, PROGRAM, clean_environment())
    with closing(sqlite3.connect(tmp_path / "muster.sqlite3")) as database:
        later = ("imports", "9999_from_the_future")
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, '2030-01-01')", later)
        database.commit()
    for command in ("migrate", "work"):
        done = subprocess.run([PROGRAM, command], env=env, check=False, capture_output=True, text=True)
        assert done.returncode == 3
        assert "A later version of Muster has upgraded this database" in done.stderr
        assert "Traceback" not in done.stderr

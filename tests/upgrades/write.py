"""Writes the small database of one release, to be upgraded by `test_upgrades.py`: by running that release.

In a checkout of the release:  PYTHONPATH=. python PATH/tests/upgrades/write.py OUT.sqlite3.gz
It speaks the command line, the API and the pages, whose names stay, and imports nothing of the product.
"""

import gzip
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

TEAM = "admissions-demo"
ANA, PASSWORD = "ana@example.edu", "ana shows the demo"
HEAD = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,OptedOut,WhatsAppOptedOut,Program"
NEW = [f"U{n},Nia{n},Okafor{n},+1716555{2000 + n},,{'yes' if n % 4 == 0 else ''},,Biology" for n in range(1, 13)]
CHANGED = [*(f"U{n},Nia{n},Changed{n},+1716555{2000 + n},,,,History" for n in range(1, 7)), "U99,,Nobody,+1 716,,,,Law"]
UNDONE = [f"V{n},Ivo{n},Perez{n},+1716555{3000 + n},,,,Nursing" for n in range(1, 6)]


def text(rows: list[str], head: str = HEAD) -> str:
    return "\n".join([head, *rows]) + "\n"


class Writer:
    """Tells the story of a small installation to a running server."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.api = url, f"{url}/api/v1/teams/{TEAM}"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, **sent: Any) -> Any:
        answer = self.session.request(method, self.api + path, timeout=60, **sent)
        answer.raise_for_status()
        return answer.json()

    def bring(self, rows: list[str], *, ends: str = "done", head: str = HEAD, **more: Any) -> str:
        sent = {"text": text(rows, head), "blank_mobile": "infer", **more}
        return self.wait(self.ask("POST", "/imports", json=sent)["id"], ends)

    def wait(self, key: str, ends: str) -> str:
        for _ in range(200):
            state = self.ask("GET", f"/imports/{key}")["state"]
            if state == ends:
                return key
            time.sleep(0.1)
        raise SystemExit(f"{key} is {state}, not {ends}")

    def tell(self, ugly: bytes) -> None:
        sent = {"blank_mobile": "infer", "columns": '{"First Name": "FirstName", "Shoe size": null}'}
        self.wait(self.ask("POST", "/imports", data=sent, files={"file": ("ugly-sample.csv", ugly)})["id"], "done")
        self.bring(NEW)
        self.bring(CHANGED, allow_mobile_updates=True)
        undone = self.bring(UNDONE)
        self.wait(self.ask("POST", f"/imports/{undone}/undo")["id"], "done")
        draft = self.bring([*NEW[:3], "U77,Ola,Berg,0047 1234,,,,Biology"], ends="ready", confirm=False)
        edits: Any = [{"row": 5, "header": "MobileNumber", "value": "+1 716 555 4000"}, {"row": 2, "leave_out": True}]
        self.session.patch(f"{self.api}/imports/{draft}/rows", json=edits, timeout=60).raise_for_status()
        self.bring(["U1,Nia,+17165552001"], ends="refused", head="ContactId,First,Mobile")
        gone = self.bring(NEW[:2], ends="ready", confirm=False)
        self.ask("POST", f"/imports/{gone}/cancel")
        said = {"channel": "text", "opted_out": True, "source": "contact", "message_id": "upgrade-1"}
        self.ask("POST", "/contacts/U2/consent", json=said)
        self.erase("U12")

    def erase(self, contact_id: str) -> None:
        """By the page: the API of the first edition has no erasing."""
        browser = requests.Session()
        self.post(browser, f"{self.url}/accounts/login/", {"login": ANA, "password": PASSWORD})
        found = browser.get(f"{self.url}/t/{TEAM}/contacts/?q={contact_id}", timeout=60).text
        page = re.search(rf'href="(/t/{TEAM}/contacts/\d+/)', found)
        assert page, "the contact is not in the list"
        self.post(browser, f"{self.url}{page[1]}erase/", {"confirm": contact_id, "password": PASSWORD})
        assert contact_id not in browser.get(f"{self.url}/t/{TEAM}/contacts/?q=okafor", timeout=60).text

    def post(self, browser: requests.Session, address: str, form: dict[str, str]) -> None:
        page = browser.get(address, timeout=60).text
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
        browser.post(address, data={**hidden, **form}, headers={"Referer": address}, timeout=60).raise_for_status()


def main(out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        url, data = f"http://127.0.0.1:{port}", Path(folder)
        env = {**os.environ, "MUSTER_DATA": folder, "MUSTER_URL": url, "MUSTER_SECRET_KEY": "the key of the fixtures"}
        muster = [sys.executable, "-m", "muster"]
        subprocess.run([*muster, "demo"], env=env, check=True)
        made = subprocess.run([*muster, "token", ANA, "--name", "upgrade"], env=env, check=True, capture_output=True)
        with subprocess.Popen([*muster, "serve", "--port", str(port)], env=env) as serving:
            try:
                until(f"{url}/readyz")
                Writer(url, made.stdout.decode().strip()).tell((data / "ugly-sample.csv").read_bytes())
            finally:
                serving.terminate()
        written = sqlite3.connect(data / "muster.sqlite3")
        written.execute("DELETE FROM django_session")  # they open something, if only here
        written.execute("DELETE FROM teams_token")
        written.commit()
        written.execute("VACUUM")
        written.execute("PRAGMA journal_mode = DELETE")
        written.close()
        out.write_bytes(gzip.compress((data / "muster.sqlite3").read_bytes(), 9, mtime=0))


def until(address: str) -> None:
    for _ in range(600):
        try:
            if requests.get(address, timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            pass
        time.sleep(0.1)
    raise SystemExit("the server is not ready")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())

"""A disk that is full: it is told, nothing is half saved, and it goes on once there is room."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.real.ports import wait_until
from tests.real.postgres import postgres_server
from tests.real.server import MusterServer, muster

pytestmark = [pytest.mark.proof, pytest.mark.timeout(600)]
ROWS = 40_000
ENDED = ("done", "failed")
HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program"


class Disk:
    """A folder with so much room, and no more."""

    def __init__(self, megabytes: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="muster-disk-"))
        self.mount(f"size={megabytes}m")
        self.folder.chmod(0o755)

    def mount(self, options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "muster", str(self.folder)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("a disk of limited size needs the right to mount one")

    def has_room(self, megabytes: int) -> None:
        self.mount(f"remount,size={megabytes}m")

    def close(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
        self.folder.rmdir()


@contextmanager
def on_disk(database: str) -> Iterator[tuple[Disk, MusterServer]]:
    """One whose database is on a small disk."""
    disk = Disk(16 if database == "sqlite" else 64)
    try:
        if database == "sqlite":
            with muster(MUSTER_DATA=str(disk.folder)) as server:
                yield disk, server
        else:
            with postgres_server(disk=disk.folder) as made, muster(DATABASE_URL=made.url) as server:
                yield disk, server
    finally:
        disk.close()


class Api:
    """The API, as a user of a team."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.headers = url, {"Authorization": f"Bearer {token}"}

    def post(self, path: str, **what: Any) -> requests.Response:
        return requests.post(self.url + path, headers=self.headers, timeout=120, **what)

    def get(self, path: str) -> Any:
        answer = requests.get(self.url + path, headers=self.headers, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def contacts(self) -> int:
        answer = requests.get(f"{self.url}/contacts.csv", headers=self.headers, timeout=120)
        return len(answer.text.splitlines()) - 1


def sheet(rows: int) -> bytes:
    lines = (f"N{n},Nia{n},Okafor-{os.urandom(8).hex()},+1716{2000000 + n},,Biology" for n in range(rows))
    return "\n".join((HEADER, *lines)).encode()


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_it_tells_and_saves_nothing_and_goes_on_once_there_is_room(database: str) -> None:
    with on_disk(database) as (disk, server):
        server.run("demo")
        token = server.run("token", "ana@example.edu", "--name", "disk").strip()
        api = Api(f"{server.url}/api/v1/teams/admissions-demo", token)
        before = api.contacts()
        values = {"blank_mobile": "infer", "confirm": "true"}
        sent = api.post("/imports", data=values, files={"file": ("big.csv", sheet(ROWS))})
        assert sent.status_code == 202, sent.text
        address = f"/imports/{sent.json()['id']}"

        wait_until(lambda: "is full" in server.log() or "No space left" in server.log(), seconds=240, what=server.log)
        assert api.contacts() == before
        contact = {"contact_id": "X1", "first_name": "Lea", "last_name": "Ray", "mobile_number": "+16505551234"}
        assert api.post("/contacts", json=contact).status_code in (201, 503), "it is told, and nothing else"

        disk.has_room(400)
        wait_until(lambda: api.get(address)["state"] in ENDED, seconds=240, what=lambda: str(api.get(address)))
        if api.get(address)["state"] == "failed":  # it had been tried 20 times by then
            assert api.post(f"{address}/confirm").status_code == 202
        wait_until(lambda: api.get(address)["state"] == "done", seconds=240, what=lambda: str(api.get(address)))
        assert api.contacts() - before - ROWS in (0, 1)

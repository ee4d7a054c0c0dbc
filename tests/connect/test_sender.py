"""The program of the documentation keeps its list in step with a real Muster."""

import json
import os
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartMuster
from tests.real.ports import free_port, wait_until
from tests.real.server import MusterServer

SENDER = Path(__file__).resolve().parents[2] / "docs" / "sender.py"
HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber"
ROWS = ("S1,Ana,X,+1 716 555 0101,", "S2,Bo,X,+1 716 555 0102,", "S3,Cy,X,+1 716 555 0103,")


class Api:
    """A real Muster with a team, as a program sees it."""

    def __init__(self, server: MusterServer, **headers: str) -> None:
        self.server, self.headers = server, headers
        server.run("owner", "olivia@example.edu", MUSTER_PASSWORD="correct horse battery")
        self.token = server.run("token", "olivia@example.edu", "--name", "sender").split()[-1]
        self("POST", "teams", {"name": "Admissions", "slug": "admissions"})

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.server.url}/api/v1/{path}",
            json.dumps(body).encode() if body is not None else None,
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"} | self.headers,
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@pytest.fixture
def api(start_muster: StartMuster) -> Api:
    return Api(start_muster(MUSTER_WEBHOOK_NETWORKS="127.0.0.0/8"))


@pytest.fixture
def kept(api: Api, tmp_path: Path) -> Iterator[Path]:
    """Where the running sender keeps its list."""
    port = free_port()
    hook = {"url": f"http://127.0.0.1:{port}/", "events": ["contacts.changed", "consent.changed"]}
    secret = api("POST", "teams/admissions/webhooks", hook)["secret"]
    told = {"MUSTER_URL": api.server.url, "MUSTER_TEAM": "admissions", "MUSTER_TOKEN": api.token}
    mine = {"WEBHOOK_SECRET": secret, "PORT": str(port), "LIST": str(tmp_path / "list.sqlite3")}
    process = subprocess.Popen([sys.executable, str(SENDER)], env={**os.environ, **told, **mine})
    yield tmp_path / "list.sqlite3"
    process.kill()
    process.wait()


def people(kept: Path) -> set[tuple[Any, ...]]:
    """What the sender's list has: number, first name, whether they may be texted."""
    if not kept.exists():
        return set()
    with closing(sqlite3.connect(kept)) as db:
        try:
            return set(db.execute("SELECT number, first_name, may_be_texted FROM people"))
        except sqlite3.OperationalError:
            return set()  # it has not begun yet


def test_the_sender_of_the_documentation_stays_in_step(api: Api, kept: Path) -> None:
    api("POST", "teams/admissions/imports", {"text": "\n".join((HEADER, *ROWS)), "blank_mobile": "fail"})
    expected = {("+17165550101", "Ana", 1), ("+17165550102", "Bo", 1), ("+17165550103", "Cy", 1)}
    wait_until(lambda: people(kept) == expected, seconds=40, what=lambda: f"{people(kept)}")

    stop = {"number": "+17165550101", "channel": "text", "opted_out": True, "source": "contact"}
    api("POST", "teams/admissions/consent", stop)
    api("PATCH", "teams/admissions/contacts/S2", {"mobile_number": "+1 716 555 0199"})
    expected = {("+17165550101", "Ana", 0), ("+17165550199", "Bo", 1), ("+17165550103", "Cy", 1)}
    wait_until(lambda: people(kept) == expected, seconds=40, what=lambda: f"{people(kept)}")


def test_the_sender_goes_on_while_muster_is_away(tmp_path: Path) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    told = {"MUSTER_URL": nobody, "MUSTER_TEAM": "admissions", "MUSTER_TOKEN": "x", "WEBHOOK_SECRET": "whsec_eA=="}
    mine = {"PORT": str(free_port()), "LIST": str(tmp_path / "list.sqlite3"), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, str(SENDER)]
    with subprocess.Popen(command, env={**os.environ, **told, **mine}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "Connection refused" in process.stdout.readline()
        assert process.poll() is None
        process.kill()


def test_the_program_is_about_sixty_lines() -> None:
    lines = [line for line in SENDER.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 66

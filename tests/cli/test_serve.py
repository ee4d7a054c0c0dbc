"""`muster serve`: web and worker together, from nothing, and gone again when asked."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartMuster
from tests.real.ports import wait_until
from tests.real.server import MusterServer

ROWS = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber\nS1,A,B,7165551234,\n"


def ask(server: MusterServer, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(server.url + path, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def children(pid: int) -> dict[int, str]:
    """Process id → command line of every child."""
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    pairs = (line.strip().split(maxsplit=1) for line in listed.stdout.splitlines())
    return {int(key): command for key, command in pairs}


def worker_of(server: MusterServer) -> int | None:
    return next((pid for pid, command in children(server.process.pid).items() if " work " in command), None)


def wait_for_the_end_of(process: int | None) -> None:
    assert process is not None
    wait_until(lambda: not Path(f"/proc/{process}").exists(), seconds=30, what=lambda: f"{process} is still there")


def import_one(server: MusterServer) -> Any:
    """Import by API, so that the server's own worker does it; return the import as it ended."""
    server.run("owner", "olivia@example.edu", MUSTER_PASSWORD="olivia owns it all")
    token = server.run("token", "olivia@example.edu", "--name", "x").strip()
    call(server, token, "POST", "/teams", {"name": "T", "slug": "t"})
    made = call(server, token, "POST", "/teams/t/imports", {"text": ROWS, "blank_mobile": "fail"})
    state: dict[str, Any] = {}

    def ended() -> bool:
        state.update(call(server, token, "GET", f"/teams/t/imports/{made['id']}"))
        return bool(state["state"] == "done")

    wait_until(ended, seconds=60, what=server.log)
    return state


def call(server: MusterServer, token: str, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{server.url}/api/v1{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


@pytest.mark.slow
def test_it_serves_imports_and_stops(start_muster: StartMuster) -> None:
    server = start_muster(from_nothing=True)

    assert "/welcome/" in server.log()  # nobody owns it yet
    assert ask(server, "/healthz")[0] == 200
    assert ask(server, "/readyz")[0] == 200
    assert ask(server, "/api/v1/docs")[0] == 200
    assert import_one(server)["totals"]["created"] == 1
    assert 'muster_imports{state="done"} 1.0' in ask(server, "/metrics")[1]

    worker = worker_of(server)
    assert worker
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=20) == 0
    wait_for_the_end_of(worker)  # it is asked to end at the same time, and may take a moment longer
    assert "Traceback" not in server.log()


@pytest.mark.slow
def test_its_worker_gives_way_to_pages(start_muster: StartMuster) -> None:
    server = start_muster(MUSTER_WORKER_NICE="7")
    worker = worker_of(server)
    assert worker is not None

    def gives_way() -> bool:
        return os.getpriority(os.PRIO_PROCESS, worker) == os.getpriority(os.PRIO_PROCESS, server.process.pid) + 7

    wait_until(gives_way, seconds=30, what=lambda: f"{os.getpriority(os.PRIO_PROCESS, worker)}")


def test_it_starts_another_worker_when_one_is_killed(start_muster: StartMuster) -> None:
    server = start_muster()
    wait_until(lambda: worker_of(server) is not None, seconds=30, what=server.log)
    first = worker_of(server)
    assert first

    os.kill(first, signal.SIGKILL)

    wait_until(lambda: worker_of(server) not in {None, first}, seconds=30, what=server.log)
    assert import_one(server)["state"] == "done"


@pytest.mark.slow
def test_its_worker_ends_when_it_is_killed(start_muster: StartMuster) -> None:
    server = start_muster()
    wait_until(lambda: worker_of(server) is not None, seconds=30, what=server.log)
    worker = worker_of(server)

    web = [pid for pid in children(server.process.pid) if pid != worker]
    server.process.kill()
    for pid in web:
        os.kill(pid, signal.SIGKILL)

    wait_for_the_end_of(worker)


@pytest.mark.slow
def test_web_and_work_are_the_two_halves(start_muster: StartMuster, postgres_url: str) -> None:
    server = start_muster(DATABASE_URL=postgres_url)

    assert server.run("work", "--once") == ""
    assert import_one(server)["state"] == "done"


def test_a_small_import_does_not_wait_for_a_large_one_of_another_team(
    start_muster: StartMuster, postgres_url: str
) -> None:
    server = start_muster(DATABASE_URL=postgres_url, MUSTER_PAGE_ROWS="500")
    head = ROWS.splitlines()[0]
    large = "\n".join((head, *(f"L{n},A,B,+1716{2000000 + n}," for n in range(60_000))))
    server.run("owner", "olivia@example.edu", MUSTER_PASSWORD="olivia owns it all")
    token = server.run("token", "olivia@example.edu", "--name", "x").strip()

    def begun(team: str, text: str) -> str:
        call(server, token, "POST", "/teams", {"name": team, "slug": team})
        made = call(server, token, "POST", f"/teams/{team}/imports", {"text": text, "blank_mobile": "fail"})
        return f"/teams/{team}/imports/{made['id']}"

    def state(path: str) -> str:
        return str(call(server, token, "GET", path)["state"])

    slow = begun("slow", large)
    wait_until(lambda: state(slow) == "importing", seconds=60, what=lambda: state(slow))
    quick = begun("quick", ROWS)
    wait_until(lambda: state(quick) == "done", seconds=20, what=lambda: f"{state(quick)} while {state(slow)}")
    assert state(slow) == "importing"


def test_it_says_that_the_database_is_not_there(tmp_path: Path) -> None:
    env = {**os.environ, "MUSTER_DATA": str(tmp_path)}
    env.pop("DATABASE_URL", None)

    command = [sys.executable, "-m", "muster", "token", "a@example.edu", "--name", "x"]
    said = subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    assert (said.returncode, said.stdout) == (3, "")
    assert "muster migrate" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.slow
def test_it_stops_within_three_seconds(start_muster: StartMuster) -> None:
    server = start_muster()
    begun = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(60) == 0
    assert time.monotonic() - begun < 3
    wait_until(lambda: not children(server.process.pid), seconds=10, what=lambda: "it has left a process behind")

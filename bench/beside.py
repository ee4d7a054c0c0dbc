"""What load checks share: a server as it is shipped, an owner by API and browser, imports, slow clients, and timing."""

from __future__ import annotations

import os
import re
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

import requests

from tests.real.postgres import postgres
from tests.real.server import MusterServer, muster

OWNER, PASSWORD = "owner@example.edu", "the rain in Spain"
TEAM = "bench"
HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber"
AREAS = (201, 202, 206, 212, 213, 215, 253, 301, 303, 305, 310, 312, 404, 415, 503, 512, 602, 617, 646, 702, 713, 808)
COME_AGAIN = {429, 503}
ENDED = ("done", "failed", "refused", "cancelled")
SLOW = (  # what slow clients begin to ask, and never finish; the last one is an answer taken byte by byte
    b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\nlogin=",
    b"",
    b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
)


class Answered(NamedTuple):
    """One call: milliseconds from when it was due to its answer, and the status; 0 where there was none."""

    ms: float
    status: int


@contextmanager
def shipped(database: str, **env: str) -> Iterator[MusterServer]:
    """`muster serve` with an empty database, "sqlite" or "postgres", and an owner; somewhat ahead of who measures."""
    with ExitStack() as stack:
        if database == "postgres":
            env["DATABASE_URL"] = stack.enter_context(postgres())
        server = stack.enter_context(muster(**env))
        if os.geteuid() == 0:
            os.setpriority(os.PRIO_PGRP, server.process.pid, -5)
        server.run("owner", OWNER, MUSTER_PASSWORD=PASSWORD)
        yield server


class Api:
    """The API, as the owner."""

    def __init__(self, server: MusterServer) -> None:
        self.url = f"{server.url}/api/v1"
        self.session = requests.Session()
        self.told_to_wait = 0
        token = server.run("token", OWNER, "--name", "bench").strip()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def post(self, path: str, **what: Any) -> Any:
        """Post; told to come again, come again when one is told to."""
        while True:
            answer = self.session.post(self.url + path, timeout=300, **what)
            if answer.status_code not in COME_AGAIN or "Retry-After" not in answer.headers:
                answer.raise_for_status()
                return answer.json()
            self.told_to_wait += 1
            time.sleep(float(answer.headers["Retry-After"]))

    def get(self, path: str) -> Any:
        return self.session.get(self.url + path, timeout=60).json()

    def team(self, name: str) -> str:
        """Make a team; return its slug."""
        return str(self.post("/teams", json={"name": name})["slug"])

    def ended(self, team: str, import_id: object, seconds: float = 1800) -> Any:
        """Wait until an import has ended; return it."""
        until = time.monotonic() + seconds
        while (imp := self.get(f"/teams/{team}/imports/{import_id}"))["state"] not in ENDED:
            if time.monotonic() > until:
                raise RuntimeError(f"the import is still {imp['state']}")
            time.sleep(0.5)
        return imp


def signed_in(server: MusterServer) -> requests.Session:
    """The owner, in a browser."""
    session = requests.Session()
    page = session.get(f"{server.url}/accounts/login/", timeout=30)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    form = {"login": OWNER, "password": PASSWORD, "csrfmiddlewaretoken": token.group(1) if token else ""}
    session.post(page.url, data=form, headers={"Referer": page.url}, timeout=30).raise_for_status()
    if "session" not in session.cookies:
        raise RuntimeError("the owner could not sign in")
    return session


class Importing(threading.Thread):
    """Imports one file after the other until told to stop, and looks how much of the time one is being saved."""

    def __init__(self, api: Api, rows: int, team: str = TEAM) -> None:
        super().__init__(daemon=True)
        self.api, self.rows, self.team = api, rows, team
        self.begun, self.stop = threading.Event(), threading.Event()
        self.done = self.saving = self.looked = 0
        self.seconds: list[float] = []

    def run(self) -> None:
        while not self.stop.is_set():
            self.one()
        self.begun.set()

    def one(self) -> None:
        """Import a file of contacts that nobody has yet."""
        values, began = {"blank_mobile": "fail", "confirm": "true"}, time.monotonic()
        path = f"/teams/{self.team}/imports"
        imp = self.api.post(path, data=values, files={"file": ("bench.csv", file_of(self.rows, self.done))})
        while imp["state"] not in ENDED:
            time.sleep(0.5)
            imp = self.api.get(f"{path}/{imp['id']}")
            if imp["state"] == "importing":
                self.begun.set()
            self.saving += imp["state"] == "importing"
            self.looked += 1
        if imp["state"] != "done":
            raise RuntimeError(f"the import is {imp['state']}")
        self.seconds.append(round(time.monotonic() - began, 1))
        self.done += 1


def file_of(rows: int, number: int = 0) -> bytes:
    """The so-manieth file of so many new contacts."""
    lines = (f"B{number}-{row},Ana,Number{number},{number_of(number * rows + row)}," for row in range(rows))
    return "\n".join((HEADER, *lines)).encode()


def number_of(count: int) -> str:
    area, line = AREAS[count % len(AREAS)], count // len(AREAS) * 7919 % 7_990_000
    return f"+1{area}{200 + line // 10_000}{line % 10_000:04}"


class SlowClients(threading.Thread):
    """So many clients that never finish: half a header, half a body, silence, an answer taken byte by byte.

    One that the server sends away comes again. Used as a context: `with SlowClients(server, 50) as slow`.
    """

    def __init__(self, server: MusterServer, count: int) -> None:
        super().__init__(daemon=True)
        host, _, port = server.url.removeprefix("http://").partition(":")
        self.address = (host, int(port))
        self.count, self.again = count, 0
        self.stop = threading.Event()
        self.open: dict[int, socket.socket] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.join()
        for each in self.open.values():
            each.close()

    def run(self) -> None:
        while not self.stop.wait(0.5):
            for number in range(self.count):
                self.go_on(number)

    def go_on(self, number: int) -> None:
        """Send or take one byte more, or connect again."""
        kind = number % len(SLOW)
        try:
            if number not in self.open:
                self.open[number] = self.connect(SLOW[kind])
            elif kind in (0, 1):
                self.open[number].send(b"x")
            elif not self.open[number].recv(1):
                raise ConnectionResetError
        except BlockingIOError:
            return
        except OSError:
            self.again += 1
            with suppress(KeyError):
                self.open.pop(number).close()

    def connect(self, begun: bytes) -> socket.socket:
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        made.settimeout(5)
        made.connect(self.address)
        made.sendall(begun)
        made.settimeout(0)
        return made


def time_in_turn(
    calls: Mapping[str, Callable[[], int]], go_on: Callable[[], bool], pause: float = 0.05
) -> dict[str, list[Answered]]:
    """Call each in turn, again and again, while `go_on()`; a call returns its status."""
    answers: dict[str, list[Answered]] = {name: [] for name in calls}
    while go_on():
        for name, call in calls.items():
            begun = time.perf_counter()
            try:
                status = call()
            except requests.RequestException:
                status = 0
            answers[name].append(Answered((time.perf_counter() - begun) * 1e3, status))
            time.sleep(pause)
    return answers


def spread(ms: list[float]) -> dict[str, int]:
    """Milliseconds: the middle, the slowest tenth and hundredth, and the slowest."""
    if len(ms) < 2:
        ms = [*ms, *ms] or [0.0, 0.0]
    cuts = statistics.quantiles(ms, n=1000, method="inclusive")
    return {"p50": round(cuts[499]), "p90": round(cuts[899]), "p99": round(cuts[989]), "slowest": round(max(ms))}


def memory(server: MusterServer) -> dict[str, int]:
    """The most memory, in MB, that each process of the server has held so far."""
    found = {}
    for pid in (server.process.pid, *children(server.process.pid)):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
        is_worker = b"\0work\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
        found[f"{'worker' if is_worker else 'web'} {pid}"] = peak // 1024
    return found


def children(pid: int) -> list[int]:
    """Every process that came of it, whichever thread began it."""
    direct = [int(each) for file in Path(f"/proc/{pid}/task").glob("*/children") for each in file.read_text().split()]
    return [each for child in direct for each in (child, *children(child))]

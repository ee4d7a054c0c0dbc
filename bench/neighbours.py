"""One team imports, another has a hostile file in the queue, clients hang on: what everybody else notices of it.

    python -m bench.neighbours [--on sqlite|postgres] [--rows 1000000] [--slow 50]

A whole Muster of its own, `serve` as it is shipped. Until the large import is done, the owner opens pages and calls of
all three teams in turn, `/healthz` is asked ten times a second, and a third team begins a small import every five
seconds. Targets: pages within 500 ms at the slowest hundredth (on SQLite those that read), `/healthz` within 100 ms,
and the third team's imports begun within 5 s of Confirm.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable

import requests

from bench.beside import (
    ENDED,
    HEADER,
    Answered,
    Api,
    Importing,
    SlowClients,
    file_of,
    memory,
    shipped,
    signed_in,
    spread,
    time_in_turn,
)  # fmt: skip
from bench.meter import load
from tests.real.server import MusterServer

PAGES = (
    "/t/bench/", "/t/bench/contacts/", "/t/bench/contacts/?q=number0", "/t/bench/imports/", "/t/bench/imports/new/",
    "/t/bench/fields/", "/t/bench/users/", "/t/third/", "/t/third/contacts/", "/owner/status/",
)  # fmt: skip
CALLS = ("/teams/third/contacts?limit=50", "/teams/bench/imports", "/teams/bench/fields")
HOSTILE_COLUMNS, HOSTILE_ROWS = 495, 100_000  # all the cells that an upload by API may have, each of them a question
SMALL_ROWS, SECONDS_BETWEEN = 200, 5


def main() -> None:
    """Measure on each database."""
    parser = argparse.ArgumentParser(prog="bench.neighbours")
    parser.add_argument("--on", choices=["sqlite", "postgres"])
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the large import")
    parser.add_argument("--slow", type=int, default=50, help="clients that never finish")
    asked = parser.parse_args()
    for database in [asked.on] if asked.on else ["sqlite", "postgres"]:
        with shipped(database, MUSTER_LOG_FORMAT="json") as server, SlowClients(server, asked.slow) as slow:
            told = measure(server, asked.rows)
            print(json.dumps({"database": database, **told, "slow came again": slow.again, "load": load()}), flush=True)


def measure(server: MusterServer, rows: int) -> dict[str, object]:
    """Import and look; return what came of it."""
    api, browser = Api(server), signed_in(server)
    for name in ("Bench", "Hostile", "Third"):
        api.team(name)
    large = threading.Thread(target=(importing := Importing(api, rows)).one)
    starts, healthz = Small(Api(server)), Health(server)
    large.start()
    hostile = api.post(
        "/teams/hostile/imports", data={"blank_mobile": "fail"}, files={"file": ("h.csv", hostile_file())}
    )
    for each in (starts, healthz):
        each.start()
    pages = time_in_turn(calls(server, api, browser), large.is_alive)
    for each in (starts, healthz):
        each.stop.set()
        each.join()
    return {
        "pages": told([each for answers in pages.values() for each in answers]),
        **{name: spread([each.ms for each in answers]) for name, answers in pages.items()},
        "healthz": told(healthz.answers),
        "small imports begun after s": starts.seconds,
        "hostile file": api.get(f"/teams/hostile/imports/{hostile['id']}")["state"],
        "large import s": importing.seconds,
        "most MB": memory(server),
    }


def hostile_file() -> bytes:
    """As wide and as long as may be, with a question in every cell."""
    head = ",".join((HEADER, *(f"Unknown{number}" for number in range(HOSTILE_COLUMNS))))
    row = f"1.00012E+11,=1+1,,+521{' ' * 20}2,N/A{',' * HOSTILE_COLUMNS}"
    return "\n".join((head, *[row] * HOSTILE_ROWS)).encode()


def calls(server: MusterServer, api: Api, browser: requests.Session) -> dict[str, Callable[[], int]]:
    """Pages in the browser, and calls of the API, by their path."""
    pages = {path: lambda path=path: browser.get(server.url + path, timeout=60).status_code for path in PAGES}
    return pages | {path: lambda path=path: api.session.get(api.url + path, timeout=60).status_code for path in CALLS}


class Health(threading.Thread):
    """Asks `/healthz` ten times a second, each time by a connection of its own."""

    def __init__(self, server: MusterServer) -> None:
        super().__init__(daemon=True)
        self.url, self.stop = f"{server.url}/healthz", threading.Event()
        self.answers: list[Answered] = []

    def run(self) -> None:
        ask = {"/healthz": lambda: requests.get(self.url, timeout=30).status_code}
        self.answers = time_in_turn(ask, lambda: not self.stop.is_set(), 0.1)["/healthz"]


class Small(threading.Thread):
    """Imports a few rows into a third team every few seconds, and notes how long each waits to begin."""

    def __init__(self, api: Api) -> None:
        super().__init__(daemon=True)
        self.api, self.stop = api, threading.Event()
        self.seconds: list[float] = []

    def run(self) -> None:
        while not self.stop.wait(SECONDS_BETWEEN):
            number = len(self.seconds)
            file = {"file": ("small.csv", file_of(SMALL_ROWS, number).replace(b"B", b"T"))}
            began = time.monotonic()
            imp = self.api.post("/teams/third/imports", data={"blank_mobile": "fail", "confirm": "true"}, files=file)
            while imp["state"] not in ("importing", *ENDED):
                time.sleep(0.2)
                imp = self.api.get(f"/teams/third/imports/{imp['id']}")
            self.seconds.append(round(time.monotonic() - began, 1))
            self.api.ended("third", imp["id"])


def told(answers: list[Answered]) -> dict[str, object]:
    statuses = sorted({each.status for each in answers})
    counts = {str(status): sum(each.status == status for each in answers) for status in statuses}
    return {**spread([each.ms for each in answers]), "answers": counts}


if __name__ == "__main__":
    main()

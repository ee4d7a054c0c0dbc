"""Three drafts of a million rows, looked at by three people at once: how long pages take, and what the server holds.

    python -m bench.drafts [--on sqlite|postgres] [--rows 1000000]

A whole Muster of its own, `serve` as it is shipped. Each draft is in a team of its own; once the worker has looked at
all of them, three browsers open the pages of Review, windows of its rows and Confirm for half a minute. Targets: pages
within 500 ms at the slowest hundredth, and no process over a gigabyte but the worker, which has its own budget.
"""

from __future__ import annotations

import argparse
import json
import threading
import time

import requests

from bench.beside import ENDED, Answered, Api, file_of, memory, shipped, signed_in, spread, time_in_turn
from bench.meter import load
from tests.real.server import MusterServer

TEAMS = ("First", "Second", "Third")
SECONDS = 30


def main() -> None:
    """Measure on each database."""
    parser = argparse.ArgumentParser(prog="bench.drafts")
    parser.add_argument("--on", choices=["sqlite", "postgres"])
    parser.add_argument("--rows", type=int, default=1_000_000, help="of each draft")
    asked = parser.parse_args()
    for database in [asked.on] if asked.on else ["sqlite", "postgres"]:
        with shipped(database, MUSTER_LOG_FORMAT="json") as server:
            print(json.dumps({"database": database, **measure(server, asked.rows), "load": load()}), flush=True)


def measure(server: MusterServer, rows: int) -> dict[str, object]:
    """Upload, wait until all are ready, and look."""
    api, began = Api(server), time.monotonic()
    drafts = {api.team(name): drafted(api, name.lower(), rows, number) for number, name in enumerate(TEAMS)}
    for team, draft in drafts.items():
        while (state := api.get(f"/teams/{team}/imports/{draft}")["state"]) != "ready":
            if state in ENDED:
                raise RuntimeError(f"the draft of {team} is {state}")
            time.sleep(0.5)
    ready = round(time.monotonic() - began, 1)
    people = [Person(server, team, draft, rows) for team, draft in drafts.items()]
    for each in people:
        each.start()
    for each in people:
        each.join()
    by_page = {page: [one for each in people for one in each.answers[each.path + page]] for page in people[0].pages}
    everything = [one for answers in by_page.values() for one in answers]
    statuses = sorted({one.status for one in everything})
    return {
        "all ready after s": ready,
        "pages": spread([one.ms for one in everything]) | {"calls": len(everything), "statuses": statuses},
        **{page: spread([one.ms for one in answers]) for page, answers in by_page.items()},
        "most MB": memory(server),
    }


def drafted(api: Api, team: str, rows: int, number: int) -> str:
    """Upload so many rows that nobody has yet; return the id of the draft."""
    sent = {
        "data": {"blank_mobile": "fail", "confirm": "false"},
        "files": {"file": ("draft.csv", file_of(rows, number))},
    }
    return str(api.post(f"/teams/{team}/imports", **sent)["id"])


class Person(threading.Thread):
    """Looks at one draft for a while."""

    def __init__(self, server: MusterServer, team: str, draft: str, rows: int) -> None:
        super().__init__(daemon=True)
        self.browser: requests.Session = signed_in(server)
        self.path = f"{server.url}/t/{team}/imports/{draft}/"
        self.pages = (
            "",
            "?show=all",
            *(f"?show=all&page={rows // each}" for each in (400, 200)),
            "?show=problems",
            "confirm/",
        )
        self.answers: dict[str, list[Answered]] = {}

    def run(self) -> None:
        until = time.monotonic() + SECONDS
        calls = {self.path + page: lambda page=page: self.ask(page) for page in self.pages}
        self.answers = time_in_turn(calls, lambda: time.monotonic() < until)

    def ask(self, page: str) -> int:
        return self.browser.get(self.path + page, timeout=60).status_code


if __name__ == "__main__":
    main()

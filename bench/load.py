"""How soon pages and calls answer at rest, and while a large import is saved, with slow clients that hang on.

    python -m bench.load [--on sqlite|postgres] [--rows 1000000] [--slow 50] [--seconds 30]

A whole Muster of its own, `serve` as it is shipped, with 20,000 contacts. The slow clients are there all the time. Ten
pages and calls are asked in turn, at rest for so many seconds, then until the import has ended; three of them write.
A line of JSON and a table for each database. Exit code 1 where anything was answered 5xx but a told 503 (one with
Retry-After) to what writes, on SQLite.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections.abc import Callable, Mapping

import requests

from bench.beside import TEAM, Answered, Api, Importing, SlowClients, shipped, signed_in, spread, time_in_turn
from bench.meter import load
from tests.real.server import MusterServer

FIRST_ROWS = 20_000
READING = {
    "overview": f"/t/{TEAM}/",
    "contacts": f"/t/{TEAM}/contacts/",
    "contacts, searched": f"/t/{TEAM}/contacts/?q=number0",
    "imports": f"/t/{TEAM}/imports/",
    "import, first page": f"/t/{TEAM}/imports/new/",
    "fields": f"/t/{TEAM}/fields/",
    "API contacts": f"/api/v1/teams/{TEAM}/contacts?limit=50",
    "API changes": f"/api/v1/teams/{TEAM}/changes?limit=100",
}
WRITING = ("API contact added, other team", "API consent, same team")
TOLD = 299  # our own mark in place of a 503 that says when to come again


def main() -> int:
    """Measure on each database; return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.load")
    parser.add_argument("--on", choices=["sqlite", "postgres"])
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the large import")
    parser.add_argument("--slow", type=int, default=50, help="clients that never finish")
    parser.add_argument("--seconds", type=int, default=30, help="at rest")
    asked = parser.parse_args()
    wrong = 0
    for database in [asked.on] if asked.on else ["sqlite", "postgres"]:
        with shipped(database, MUSTER_LOG_FORMAT="json", MUSTER_USER_REQUESTS="1000") as server:
            wrong += measure(database, server, asked)
    return int(wrong > 0)


def measure(database: str, server: MusterServer, asked: argparse.Namespace) -> int:
    """Say how soon everything answers; return how many answers were wrong."""
    api = Api(server)
    api.team(TEAM.title())
    api.team("Other")
    first = Importing(api, FIRST_ROWS)
    first.one()
    with SlowClients(server, asked.slow) as slow:
        calls = calls_of(server, api)
        until = time.monotonic() + asked.seconds
        rest = time_in_turn(calls, lambda: time.monotonic() < until)
        at_rest = load()
        large = Importing(api, asked.rows)
        large.done = 1 + FIRST_ROWS // asked.rows  # other numbers than the first file's
        large.stop.set()
        large.run = large.one  # type: ignore[method-assign]
        large.start()
        during = time_in_turn(calls, large.is_alive)
        large.join()
    wrong = {
        name: sorted({each.status for each in answered if is_wrong(each.status, name, database)})
        for name, answered in (*rest.items(), *during.items())
        if any(is_wrong(each.status, name, database) for each in answered)
    }
    told = {
        "database": database,
        "rows": asked.rows,
        "import s": large.seconds,
        "slow came again": slow.again,
        "told to come again": {name: sum(each.status == TOLD for each in during[name]) for name in WRITING},
        "wrong": wrong,
        "load at rest": at_rest,
        "load": load(),
    }
    print(json.dumps(told), flush=True)
    print("\n".join(table(rest, during)), flush=True)
    return len(wrong)


def is_wrong(status: int, name: str, database: str) -> bool:
    """Whether a call should not have been answered so."""
    return status not in (200, 201, 202) and not (status == TOLD and name in WRITING and database == "sqlite")


def calls_of(server: MusterServer, api: Api) -> Mapping[str, Callable[[], int]]:
    """The ten of them; each returns its status."""
    browser, numbers = signed_in(server), itertools.count()

    def page(path: str) -> int:
        return status_of((api.session if path.startswith("/api") else browser).get(server.url + path, timeout=60))

    def added() -> int:
        number = next(numbers)
        contact = {"contact_id": f"L{number}", "first_name": "Lea", "last_name": "Ray"}
        mobile = f"+1650{2_000_000 + number}"
        return status_of(
            api.session.post(f"{api.url}/teams/other/contacts", json={**contact, "mobile_number": mobile}, timeout=60)
        )

    def consent() -> int:
        word = {"number": "+16505550000", "channel": "text", "source": "contact", "opted_out": next(numbers) % 2 == 0}
        return status_of(api.session.post(f"{api.url}/teams/{TEAM}/consent", json=word, timeout=60))

    reading = {name: lambda path=path: page(path) for name, path in READING.items()}
    return {**reading, WRITING[0]: added, WRITING[1]: consent}


def status_of(answer: requests.Response) -> int:
    return TOLD if answer.status_code == 503 and "Retry-After" in answer.headers else answer.status_code


def table(rest: Mapping[str, list[Answered]], during: Mapping[str, list[Answered]]) -> list[str]:
    """Milliseconds, for people to read."""
    lines = ["| | at rest: p50 | p99 | during: p50 | p99 | slowest | asked |", "|---|---|---|---|---|---|---|"]
    for name in rest:
        calm, busy = (spread([each.ms for each in found[name]]) for found in (rest, during))
        figures = (calm["p50"], calm["p99"], busy["p50"], busy["p99"], busy["slowest"], len(during[name]))
        lines.append(f"| {name} | " + " | ".join(map(str, figures)) + " |")
    return lines


if __name__ == "__main__":
    sys.exit(main())

"""Overview: milliseconds at the server for the page of a large team, on both databases; and its counts against a scan.

    python -m bench.overview [how many contacts] [--on sqlite|postgres]

Each database is a fresh one, with a million contacts unless said otherwise and 120 imports of the last twelve weeks.
The first look counts the contacts once; after that the counts are kept, and the page is asked for again and again.
Measured is the CPU time, ours and the database's together: other work on the machine does not blur it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.large_team import new_team, on_each_database
from bench.search import fill_up

MANY = 1_000_000
IMPORTS = 120
LOOKS = 100
MOST = 150  # ms of CPU, at the server


def main() -> None:
    """Run every database in a process of its own. The exit code is 1 when a page takes longer than it may."""
    parser = argparse.ArgumentParser(prog="bench.overview")
    parser.add_argument("contacts", nargs="?", type=int, default=MANY)
    parser.add_argument("--on", choices=["sqlite", "postgres"])
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        sys.exit(measure(asked.contacts))
    sys.exit(on_each_database("bench.overview", [asked.contacts], asked.on))


def measure(contacts: int) -> int:
    """Fill the database, look at the page, and say how long it took."""
    bench = new_team()
    from muster.contacts import counts  # noqa: PLC0415  needs what is set up above

    team, browser, now = bench.team, bench.browser, bench.clock
    fill_up(team.id, contacts, random.Random(7))
    _imports(team, bench.user)
    first, times = _look(browser, contacts, now), [_look(browser, contacts, now) for _ in range(LOOKS)]
    ordered = sorted(spent for spent, _ in times)
    told = {
        "database": bench.database,
        "contacts": contacts,
        "first look": round(first[0]),
        "median": round(statistics.median(ordered), 1),
        "99 %": round(ordered[int(LOOKS * 0.99) - 1], 1),
        "most": round(ordered[-1], 1),
        "median, by the clock": round(statistics.median(passed for _, passed in times), 1),
        "as a scan": counts.counts_of(team).now == counts.scan(team),
    }
    print(json.dumps(told), flush=True)
    return 0 if told["as a scan"] and ordered[int(LOOKS * 0.99) - 1] <= MOST else 1


def _look(browser: Any, contacts: int, now: Callable[[], float]) -> tuple[float, float]:
    """Return the milliseconds of CPU that the page took, ours and the database's, and those by the clock."""
    start, begun = time.perf_counter(), now()
    answer = browser.get("/t/bench/", headers={"host": "127.0.0.1"})
    if answer.status_code != 200 or f"{contacts:,}" not in answer.content.decode():
        raise RuntimeError(f"{answer.status_code}: this is not the overview of a team with contacts")
    return now() - begun, (time.perf_counter() - start) * 1_000


def _imports(team: Any, user: Any) -> None:
    """Put imports of twelve weeks in, each with causes."""
    from django.utils import timezone  # noqa: PLC0415

    from muster.imports.models import Import, State  # noqa: PLC0415

    causes = [
        {"code": code, "field": field, "count": 7, "rows": [2, 3], "value": "x"}
        for code, field in (("value-blank", "LastName"), ("phone-no-plus", "WhatsAppMobileNumber"))
    ]
    now = timezone.now()
    Import.objects.bulk_create(
        Import(
            team=team, created_by=user, method="file", filename=f"{number}.csv", state=State.DONE,
            rows=1_000, created=800, updated=100, unchanged=86, failed=14,
            finished_at=now - dt.timedelta(hours=number * 16), summary={"causes": causes},
        )
        for number in range(IMPORTS)
    )  # fmt: skip


if __name__ == "__main__":
    main()

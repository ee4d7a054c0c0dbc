"""Orders and filters of Contacts: milliseconds at the server for a page of 50 of a large team, on both databases.

    python -m bench.orders [how many contacts] [--on sqlite|postgres]

Each database is a fresh one, with a million contacts unless said otherwise, their history, and a tenth of them changed
since. Measured is the CPU time of the first page and of the third, ours and the database's together.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import re
import sys
from collections.abc import Iterator
from typing import Any

from bench.large_team import new_team, on_each_database
from bench.search import fill_up

MANY = 1_000_000
ROUNDS, PAGES = 2, 3
OLDER = re.compile(r'href="\?([^"]*before=[^"]*)"')
MOST = 200  # ms of CPU, at the server
ADDRESSES = (
    "", "reach=whatsapp", "text=opted_out", "text=opted_in", "assigned=none", "q=anbel", "q=a", "q=s0099",
    "where=custom.1:is:Law", "where=custom.1:has:hys", "where=last_name:is:Selanan", "where=mobile_number:has:4567",
    "where=whatsapp_number:blank", "where=custom.1:is-not:Law",
)  # fmt: skip


def main() -> None:
    """Run every database in a process of its own. The exit code is 1 when a page takes longer than it may."""
    parser = argparse.ArgumentParser(prog="bench.orders")
    parser.add_argument("contacts", nargs="?", type=int, default=MANY)
    parser.add_argument("--on", choices=["sqlite", "postgres"])
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        sys.exit(measure(asked.contacts))
    sys.exit(on_each_database("bench.orders", [asked.contacts], asked.on))


def measure(contacts: int) -> int:
    """Fill the database, ask for every order with every filter, and say how long each took."""
    bench = new_team()
    from muster.contacts import counts, custom_fields  # noqa: PLC0415  needs what is set up above

    team, rng = bench.team, random.Random(7)
    custom_fields.add(team, bench.user, name="Program", kind="text")
    fill_up(team.id, contacts, rng)
    _history(team.id, rng)
    counts.counts_of(team)
    worst = 0.0
    for address in ADDRESSES:
        told: dict[str, Any] = {"database": bench.database, "contacts": contacts, "asked": address}
        for order in ("", "name", "id", "updated"):
            rounds = [_pages(bench.browser, address, order, bench.clock) for _ in range(ROUNDS)]
            times = [min(each) for each in zip(*rounds, strict=True)]
            told[order or "newest"] = [round(each, 1) for each in times]
            worst = max(worst, *times)
        print(json.dumps(told), flush=True)
    return 0 if worst <= MOST else 1


def _pages(browser: Any, address: str, order: str, now: Any) -> Iterator[float]:
    """Yield the ms of the first page, and of the last of the next few."""
    query = f"{address}&sort={order}" if order else address
    for page in range(PAGES):
        begun = now()
        answer = browser.get(f"/t/bench/contacts/?{query}", headers={"host": "127.0.0.1"})
        spent = now() - begun
        if answer.status_code != 200:
            raise RuntimeError(f"{query}: {answer.status_code}")
        older = OLDER.search(answer.content.decode())
        if page == 0 or page == PAGES - 1 or not older:
            yield spent
        if not older:
            return
        query = html.unescape(older[1])


def _history(team: int, rng: random.Random) -> None:
    """Give everybody the change that made them, and a tenth a later one."""
    from django.db import connection, transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from muster.contacts.models import Contact  # noqa: PLC0415
    from muster.contacts.time_ids import next_ids  # noqa: PLC0415
    from muster.imports.store import bulk_sql  # noqa: PLC0415

    ids = list(Contact.objects.filter(team=team).order_by("id").values_list("id", flat=True))
    same = {"team_id": team, "version": 1, "at": bulk_sql.as_time(timezone.now()), "source": "import", "after": "{}"}
    with transaction.atomic():
        for action, some in (("created", ids), ("updated", rng.sample(ids, len(ids) // 10))):
            changes = zip(next_ids(len(some)), some, strict=True)
            bulk_sql.insert("contacts_change", ("id", "contact"), changes, {**same, "action": action})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE contacts_change")


if __name__ == "__main__":
    main()

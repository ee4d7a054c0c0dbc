"""Search: milliseconds of CPU for a page of 50, on both databases, by the size of the team; and what the index costs.

    python -m bench.search [how many contacts] ... [--on sqlite|postgres]

Each database is a fresh one. Measured of every query: the CPU time in the database, that of `search.find` in all, and
that of the page which shows the hits. Queries are drawn anew from the contacts that are there. "selective" ones have
few hits, "wide" ones thousands.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
from collections.abc import Callable, Iterator
from typing import Any

from bench.large_team import clock, new_team, on_each_database

SIZES = (10_000, 100_000)
PARTS = ["an", "bel", "cor", "da", "el", "fi", "gor", "ha", "il", "jo", "ka", "lu", "mi", "nor", "os", "pe", "ri", "sa"]
ROUNDS = 200
AT_ONCE = 100_000
Row = tuple[Any, ...]


def main() -> None:
    """Run every database in a process of its own."""
    parser = argparse.ArgumentParser(prog="bench.search")
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--on", choices=["sqlite", "postgres"])
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        measure(sorted(asked.sizes))
        return
    sys.exit(on_each_database("bench.search", asked.sizes, asked.on))


def measure(sizes: list[int]) -> None:
    """Fill the database step by step, and search at each size."""
    bench = new_team()
    rng, have = random.Random(7), 0
    places = "in the database, in search, for the page"
    print(f"{bench.database}: ms of CPU for 50 contacts, median / 99 % / most; {places}", flush=True)
    for size in sizes:
        cost = fill(bench.team.id, have, size - have, rng)
        have = size
        report({"database": bench.database, "contacts": size, **cost})
        for name, make in kinds(bench.team.id).items():
            queries = [make(rng) for _ in range(ROUNDS)]
            inside, whole, hits = search(bench.team, queries)
            times = "   ".join(map(figures, (inside, whole, pages(bench.browser, queries))))
            line = f"  {name:<34} {times}   {statistics.median(hits):4.0f} hits"
            print(line, flush=True)


def report(facts: dict[str, Any]) -> None:
    print(
        json.dumps({key: round(value, 2) if isinstance(value, float) else value for key, value in facts.items()}),
        flush=True,
    )


def figures(times: list[float]) -> str:
    ordered = sorted(times)
    return " / ".join(
        f"{value:6.1f}" for value in (statistics.median(ordered), ordered[int(len(ordered) * 0.99) - 1], ordered[-1])
    )


def name(rng: random.Random, parts: int) -> str:
    """Make a name up; some are far more common than others."""
    return "".join(PARTS[int(len(PARTS) * rng.random() ** 1.6)] for _ in range(parts)).capitalize()


def people(start: int, count: int, rng: random.Random) -> Iterator[tuple[str, str, str, str, str | None, str]]:
    for number in range(start, start + count):
        mobile = f"+1{rng.randrange(200, 990)}{number * 6_700_417 % 10**7:07}"  # no two are the same
        whatsapp = rng.choice(
            [mobile, None, f"+44{7_000_000_000 + rng.randrange(10**9)}", f"+9198{rng.randrange(10**8):08}"]
        )
        yield f"S{number:07}", name(rng, 2), name(rng, 3), mobile, whatsapp, rng.choice(["Law", "Physics", "History"])


def rows(team: int, start: int, count: int, rng: random.Random) -> Iterator[Row]:
    """Yield finished rows of contacts."""
    from django.utils import timezone  # noqa: PLC0415

    from muster.contacts.search.index import document  # noqa: PLC0415
    from muster.contacts.time_ids import next_ids  # noqa: PLC0415

    now = timezone.now().isoformat()
    for key, person in zip(next_ids(count), people(start, count, rng), strict=True):
        contact_id, first, last, mobile, whatsapp, major = person
        text = document([contact_id, first, last], [mobile, whatsapp], [major])
        out = rng.random() < 0.002
        channels = (
            out,
            "import",
            None,
            now,
            False,
            False,
            "import",
            None,
            now,
            False,
            False,
            "import",
            None,
            now,
            False,
        )
        yield (
            team,
            key,
            contact_id,
            first,
            last,
            mobile,
            None,
            whatsapp,
            *channels,
            None,
            json.dumps({"1": major}),
            text,
            now,
            now,
        )


COLUMNS = [
    "team_id",
    "id",
    "contact_id",
    "first_name",
    "last_name",
    "mobile_number",
    "mobile_inferred_at",
    "whatsapp_number",
    "text_out",
    "text_source",
    "text_by",
    "text_at",
    "text_own_out",
    "whatsapp_out",
    "whatsapp_source",
    "whatsapp_by",
    "whatsapp_at",
    "whatsapp_own_out",
    "whatsapp_marketing_out",
    "whatsapp_marketing_source",
    "whatsapp_marketing_by",
    "whatsapp_marketing_at",
    "whatsapp_marketing_own_out",
    "assigned_id",
    "custom",
    "search_text",
    "created_at",
    "updated_at",
]


def fill(team: int, start: int, count: int, rng: random.Random) -> dict[str, float]:
    """Put contacts in; return µs of CPU a contact for the rows and for their place in the search index."""
    from django.db import connection, transaction  # noqa: PLC0415

    from muster.contacts.models import ContactCounts  # noqa: PLC0415
    from muster.contacts.search.index import index_rows  # noqa: PLC0415

    ContactCounts.objects.filter(team=team).delete()  # nobody has counted these
    made, now, on_sqlite = list(rows(team, start, count, rng)), clock(connection), connection.vendor == "sqlite"
    bare = 0.0 if on_sqlite else without_index(made, now)
    with transaction.atomic(), connection.cursor() as cursor:
        begun = now()
        (insert if on_sqlite else copy)(cursor, made)
        between = now()
        index_rows(connection, added=((row[1], row[-3]) for row in made))
        done = now()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if on_sqlite else "VACUUM ANALYZE contacts_contact")
    spent = (
        {"rows": between - begun, "index": done - between}
        if on_sqlite
        else {"rows": bare, "index": done - begun - bare}
    )
    return {**{f"{name}_us": value / count * 1e3 for name, value in spent.items()}, **sizes_of(connection)}


def fill_up(team: int, contacts: int, rng: random.Random) -> None:
    """Put so many contacts in, some at a time."""
    for start in range(0, contacts, AT_ONCE):
        fill(team, start, min(AT_ONCE, contacts - start), rng)


def without_index(made: list[Row], now: Callable[[], float]) -> float:
    """Return the ms that the rows alone cost PostgreSQL, which writes its index in the same breath."""
    from django.db import connection, transaction  # noqa: PLC0415

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP INDEX contact_search")
        begun = now()
        copy(cursor, made)
        spent = now() - begun
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM contacts_contact")
    return spent


def insert(cursor: Any, made: list[Row]) -> None:
    marks = ", ".join("?" * len(COLUMNS))
    cursor.connection.cursor().executemany(
        f"INSERT INTO contacts_contact ({', '.join(COLUMNS)}) VALUES ({marks})", made
    )


def copy(cursor: Any, made: list[Row]) -> None:
    with cursor.copy(f"COPY contacts_contact ({', '.join(COLUMNS)}) FROM STDIN") as stream:
        for row in made:
            stream.write_row(row)


def sizes_of(connection: Any) -> dict[str, float]:
    """Return how many MB the search index takes."""
    sql = "SELECT sum(length(block)) FROM contacts_search_data"
    if connection.vendor != "sqlite":
        sql = "SELECT pg_relation_size('contact_search')"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {"index_mb": float(cursor.fetchone()[0]) / 1e6}


def kinds(team: int) -> dict[str, Callable[[random.Random], str]]:
    """Return ways to type a query, by name; each asks for a random contact of those there are."""
    from muster.contacts.models import Contact  # noqa: PLC0415

    some = list(Contact.objects.filter(team=team).order_by("contact_id")[::997])
    some = [contact for contact in some if contact.mobile_number]

    def number(rng: random.Random) -> str:
        mobile = rng.choice(some).mobile_number or ""
        return rng.choice([mobile, f"({mobile[2:5]}) {mobile[5:8]}-{mobile[8:]}", f"{mobile[5:8]}.{mobile[8:]}"])

    return {
        "selective: ContactId": lambda rng: rng.choice(some).contact_id or "",
        "selective: end of a ContactId": lambda rng: (rng.choice(some).contact_id or "")[-5:],
        "selective: number, badly typed": number,
        "selective: first and last name": lambda rng: "{0.first_name} {0.last_name}".format(rng.choice(some)),
        "selective: last name, ID": lambda rng: "{0.last_name} {0.contact_id}".format(rng.choice(some)),
        "selective: nobody": lambda rng: f"{name(rng, 2)}x{name(rng, 1)}",
        "wide: last name": lambda rng: rng.choice(some).last_name,
        "wide: three letters": lambda rng: rng.choice(some).first_name[:3],
        "wide: area code": lambda rng: (rng.choice(some).mobile_number or "")[2:5],
        "wide: a custom value": lambda rng: rng.choice(["law", "physics", "history"]),
        "short: two letters": lambda rng: rng.choice(some).first_name[:2],
        "short: two letters, nobody": lambda _: "zq",
    }


def search(team: Any, queries: list[str]) -> tuple[list[float], list[float], list[int]]:
    """Return the ms in the database, the ms in all, and the hits of each query.

    All are of CPU, ours and the database server's together: other work on the machine does not blur them.
    """
    from django.db import connection  # noqa: PLC0415

    from muster.contacts.search.find import find  # noqa: PLC0415

    inside, whole, hits = [], [], []
    spent, now = 0.0, clock(connection)

    def timed(execute: Any, *arguments: Any) -> Any:
        nonlocal spent
        begun = now()
        try:
            return execute(*arguments)
        finally:
            spent += now() - begun

    with connection.execute_wrapper(timed):
        for query in queries:
            spent, begun = 0.0, now()
            page = find(team, query)
            whole.append(now() - begun)
            inside.append(spent)
            hits.append(len(page.contacts))
    return inside, whole, hits


def pages(browser: Any, queries: list[str]) -> list[float]:
    """Return the ms of the whole page with the hits, from request to response."""
    from django.db import connection  # noqa: PLC0415

    times, now = [], clock(connection)
    for query in queries:
        begun = now()
        answer = browser.get("/t/bench/contacts/", {"q": query}, headers={"host": "127.0.0.1"})
        times.append(now() - begun)
        if answer.status_code != 200:
            raise RuntimeError(f"{query!r}: {answer.status_code}")
    return times


if __name__ == "__main__":
    main()

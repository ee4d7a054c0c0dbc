"""How far Muster is from what the database can do at all, and from others: `bin/bench`, or `python -m bench`.

    bin/bench                   10,000 rows of everything, in about a minute
    bin/bench --full            50,000 rows, a million fresh, 50,000 into a million
    bin/bench --rows 2000 --on sqlite --no-peers

Each case is one line of JSON on standard output; the table for people follows on standard error, or in --table FILE.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.cases import FULL_FILE, MANY, Case, Database, Size
from bench.places import KINDS, place
from bench.report import table
from bench.turns import Player


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no server stays behind
    asked = arguments()
    found: list[Case] = []
    for kind in [asked.on] if asked.on else KINDS:
        for case in measured(kind, size_of(asked), asked):
            found.append(case)
            print(json.dumps(case, ensure_ascii=False), flush=True)
    text = "\n".join(table(found)) + "\n"
    print(text, file=sys.stderr)
    if asked.table:
        Path(asked.table).write_text(text, encoding="utf-8")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, help="rows of the three scenarios")
    parser.add_argument("--rounds", type=int, help="turns of each, of which the best counts")
    parser.add_argument("--full", action="store_true", help="50,000 rows, and the cases with a million")
    parser.add_argument("--many", type=int, default=MANY, help="rows of the big import that --full adds")
    parser.add_argument("--on", choices=KINDS, help="one database only")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True, help="measure others too")
    parser.add_argument(
        "--only", help="cases by their beginning, with commas: scenarios,stops,preview,many,peers", default=""
    )
    parser.add_argument("--table", metavar="FILE", help="write the table there too")
    return parser.parse_args()


def size_of(asked: argparse.Namespace) -> Size:
    rows = asked.rows or (50_000 if asked.full else 10_000)
    return Size(
        rows=rows,
        rounds=asked.rounds or (5 if asked.full else 3),
        full_bytes=FULL_FILE if asked.full else min(FULL_FILE, rows * 90),
        peer_rows=min(rows, 5_000 if asked.full else 500),
        many=asked.many if asked.full else 0,
        tryton=asked.full,
    )


def measured(kind: str, size: Size, asked: argparse.Namespace) -> Iterator[Case]:
    """Every case in one database."""
    only = set(filter(None, asked.only.split(",")))

    def wanted(name: str) -> bool:
        return not only or name in only

    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder, place(kind) as ours:
        with Player("bench.contender", ours.env) as muster, Player("bench.floor", ours.env) as floor:
            database = Database.open(ours, size, Path(folder), muster, floor)
            if wanted("scenarios"):
                yield from database.small()
            if wanted("stops"):
                yield from database.stopped()
            if wanted("preview"):
                yield from database.preview()
            if wanted("many") and size.many:
                yield from database.many()
        if wanted("peers") and asked.peers:
            yield from database.peers()


if __name__ == "__main__":
    main()

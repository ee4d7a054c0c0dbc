"""What a long stop list costs an import: the same file with an empty list and with a long one, in turns."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bench import people

if TYPE_CHECKING:
    from bench.cases import Case, Database

STOPPED = 100_000
ERASED = 200  # of those that are on the list as hashes, for which every number of a file is hashed
OF_THE_FILE = 50  # one person in so many of the file is on the list
_AT_HOME, _ABROAD = 500_000, 50_000  # where numbers begin that no file has: they come round after twice as many


def numbers(many: int) -> list[str]:
    """Return numbers as they are written: some of the first people of a file, the others nobody's."""
    first = people.People().rows(many // 5)
    others = people.Numbers(random.Random(99))
    others.home = _AT_HOME
    for _, used in others.abroad:
        used[0] = _ABROAD
    known = [cells[3] or cells[4] for index, cells in enumerate(first) if index % OF_THE_FILE == 0]
    return known + [others.new() for _ in range(many - len(known))]


def cases(database: Database) -> Iterator[Case]:
    """Fresh, unchanged and mixed."""
    rows, many = database.size.rows, min(STOPPED, database.size.rows * 5)
    person = people.People()
    known = list(person.rows(rows))
    fresh = database.file("fresh", people.with_bad_rows(iter(known)))
    mixed = database.file("mixed", people.with_bad_rows(people.mixed(person, known, rows)))
    database.start_from("known", fresh)
    for base in ("empty", "known"):
        database.place.put_back(base)
        database.muster.do("stop", many=many, erased=ERASED)
        database.place.keep(f"{base}_stopped")
    yield _pairs(database, "fresh", "empty", fresh)
    yield _pairs(database, "unchanged", "known", fresh)
    yield _pairs(database, "mixed", "known", mixed)
    for each in ("known", "known_stopped", "empty_stopped"):
        database.place.drop(each)


def _pairs(database: Database, name: str, base: str, file: str) -> Case:
    """Import with and without, one after the other, so that a slow minute of the machine is both's."""
    turns: dict[str, list[Any]] = {base: [], f"{base}_stopped": []}
    for turn in range(database.size.rounds):
        for each in sorted(turns, reverse=turn % 2 == 1):
            database.place.put_back(each)
            turns[each].append(database.muster.do("import_file", path=file)["cost"]["cpu"])
    without, stopped = turns.values()
    ratios = sorted(long / empty for long, empty in zip(stopped, without, strict=True))
    rows, median = database.size.rows, statistics.median(stopped)
    cpu = {"best": min(stopped), "median": median, "worst": max(stopped)}
    found = {
        "muster": {"cpu": cpu, "us_per_row": round(median / rows * 1e6, 1)},
        "nobody stopped": statistics.median(without),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_spread": [round(ratios[0], 3), round(ratios[-1], 3)],
    }
    return database.case(f"{name}, numbers stopped", rows, **found)

"""Readers of the feed stay in step with whatever is written at the same time: nothing skipped, nothing twice."""

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from muster.connect import feed
from muster.contacts.models import Change, Contact
from muster.teams.models import Team
from tests.cast import Cast
from tests.imports.play import imported, sheet

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.slow]

TOP = Path(__file__).resolve().parents[2]
SHOWN = ("contact_id", "first_name", "last_name", "mobile_number", "text_out", "text_source", "custom")


class Reader(threading.Thread):
    """Follows the feed with pauses, and keeps a copy of what it hears."""

    def __init__(self, team: Team, seed: int) -> None:
        super().__init__(daemon=True)
        self.team, self.chance = team, random.Random(seed)
        self.copy: dict[int, tuple[Any, ...]] = {}
        self.seen: list[feed.Cursor] = []
        self.cursor = "0"
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            self.read()
            time.sleep(self.chance.random() * 0.2)
        while self.read():
            pass
        connections.close_all()

    def read(self) -> bool:
        page = feed.read(self.team, feed.read_cursor(self.cursor), self.chance.choice((1, 3, 20)))
        for item in page.items:
            key = item.change.contact if item.change else item.cursor.id
            self.seen.append(item.cursor)
            if item.contact is None:
                self.copy.pop(key, None)
            else:
                self.copy[key] = tuple(getattr(item.contact, name) for name in SHOWN)
        self.cursor = str(page.cursor)
        return page.more or bool(page.items)


def test_every_reader_ends_with_what_the_database_has(cast: Cast) -> None:
    rows = (f"S{number},Ana,X,+1 716 555 {number:04d}," for number in range(40))
    imported(cast.team, cast.alice, sheet(*rows))
    is_postgres = connection.vendor == "postgresql"
    processes, threads, turns = (2, 10, 12) if is_postgres else (1, 4, 12)
    readers = [Reader(cast.team, seed) for seed in range(3)]
    for each in readers:
        each.start()
    names = [str(connections[alias].settings_dict["NAME"]) for alias in ("default", "progress", "calls")]
    command = [sys.executable, "-m", "tests.connect.writers"]
    writers = [
        subprocess.Popen([*command, str(seed), str(threads), str(turns), *names], cwd=TOP, env={**os.environ})
        for seed in range(processes)
    ]
    assert [each.wait(300) for each in writers] == [0] * processes
    for each in readers:
        each.done.set()
    for each in readers:
        each.join(60)

    now = {each[0]: each[1:] for each in Contact.objects.filter(team=cast.team).values_list("id", *SHOWN)}
    written = set(Change.objects.filter(team=cast.team).values_list("version", "id"))
    assert len(written) > 100
    for each in readers:
        changes = [(cursor.version, cursor.id) for cursor in each.seen if not cursor.is_start]
        begun = next(cursor.version for cursor in each.seen if cursor.is_start)
        assert each.copy == now
        assert changes == sorted(set(changes))
        assert {place for place in written if place[0] > begun} <= set(changes)

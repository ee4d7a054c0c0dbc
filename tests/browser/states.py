"""Imports in states that last a moment only, or a week: written into the data of a server, to be looked at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.real.server import MusterServer


def make_run(server: MusterServer, import_id: str) -> None:
    """Let an import look as if it were being saved, by a worker that never comes back. Its team can import no other."""
    later = datetime.now(UTC) + timedelta(days=1)
    _update(server, import_id, "state = 'importing', lease_until = ?", f"{later:%Y-%m-%d %H:%M:%S}")
    with closing(sqlite3.connect(server.data / "progress.sqlite3", timeout=20)) as data, data:
        row = (UUID(import_id).hex, "saving", 2, 3, f"{later:%Y-%m-%d %H:%M:%S}")
        data.execute("REPLACE INTO imports_progress (import_id, phase, done, of, at) VALUES (?, ?, ?, ?, ?)", row)


def let_expire(server: MusterServer, import_id: str) -> None:
    """Let a draft be a week older than it is, and remove what is past its time."""
    before = datetime.now(UTC) - timedelta(days=8)
    _update(server, import_id, "created_at = ?", f"{before:%Y-%m-%d %H:%M:%S}")
    server.run("work", "--once")


def offer(server: MusterServer, import_id: str) -> int:
    """Offer a draft the recipe that was kept first, and return its id."""
    with closing(sqlite3.connect(server.data / "muster.sqlite3", timeout=20)) as data:
        recipe = int(data.execute("SELECT min(id) FROM imports_recipe").fetchone()[0])
    _update(server, import_id, "offered = ?", str(recipe))
    return recipe


def fail(server: MusterServer, import_id: str) -> None:
    """Let an import have failed through our fault."""
    _update(server, import_id, "state = 'failed', failure = ?", "The disk was full.")


def _update(server: MusterServer, import_id: str, values: str, value: str) -> None:
    with closing(sqlite3.connect(server.data / "muster.sqlite3", timeout=20)) as data, data:
        done = data.execute(f"UPDATE imports_import SET {values} WHERE id = ?", (value, UUID(import_id).hex))
        assert done.rowcount == 1

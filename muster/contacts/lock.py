"""One writer at a time per team: every change to a team's contacts happens inside `locked(team)`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from muster.teams.models import Team
from muster.teams.version import move_version


@contextmanager
def locked(team: Team) -> Iterator[Team]:
    """Open a transaction that no other writer of this team's contacts shares; yield the team as it is now.

    The team it yields has the `version` that this change makes. SQLite has one writer anyway: its transactions begin
    IMMEDIATE. On PostgreSQL moving the version locks the team's row, and only against who would write it too.
    """
    with transaction.atomic():
        yield move_version(team)

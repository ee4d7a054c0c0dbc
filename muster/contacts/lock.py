"""One writer at a time per team: every change to a team's contacts happens inside `locked(team)`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.dispatch import Signal

from muster.teams.models import Team
from muster.teams.version import move_version

# Sent with `team` at the end of every change, in its transaction: what others are to be told of it is written there.
changing = Signal()
_version: ContextVar[int] = ContextVar("version")


@contextmanager
def locked(team: Team) -> Iterator[Team]:
    """Open a transaction that no other writer of this team's contacts shares; yield the team as it is now.

    The team it yields has the `version` that this change makes. SQLite has one writer anyway: its transactions begin
    IMMEDIATE. On PostgreSQL moving the version locks the team's row, and only against who would write it too.
    """
    with transaction.atomic():
        current = move_version(team)
        before = _version.set(current.version)
        try:
            yield current
            changing.send(Team, team=current)
        finally:
            _version.reset(before)


def version_in_hand() -> int:
    """Return the version that the change under way makes: what is written is marked by it. LookupError: none is."""
    return _version.get()

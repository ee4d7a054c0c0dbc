"""One writer at a time per team: every change to its contacts happens inside `locked(team)`, which moves its version.

The version is a number that every change of contacts, members, fields or settings makes larger, in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.dispatch import Signal

from muster.teams.models import Team

# Sent with `team` at the end of every change, in its transaction: what others are to be told of it is written there.
changing = Signal()
_version: ContextVar[int] = ContextVar("version")
BUSY = {"55P03", "40P01", "40001"}  # PostgreSQL: waited too long for a lock, a deadlock, two at once
LIMIT_WAIT = "SELECT set_config('lock_timeout', %s, true), set_config('idle_in_transaction_session_timeout', %s, true)"
_patience: ContextVar[tuple[float, float] | None] = ContextVar("patience", default=None)


@contextmanager
def patience(seconds: float, idle: float = 60) -> Iterator[None]:
    """Let whatever the block locks wait no longer than this for another writer; after that it is OperationalError.

    `idle`: how long a transaction may do nothing, be it that its process was halted; then PostgreSQL takes the lock
    from it. On SQLite a connection has its patience from when it is opened: see `busy`.
    """
    before = _patience.set((seconds, idle))
    try:
        yield
    finally:
        _patience.reset(before)


def patience_in_hand() -> float | None:
    """Return how many seconds one may wait here; None: as long as it takes."""
    given = _patience.get()
    return given[0] if given else None


def is_busy(error: OperationalError) -> bool:
    """Whether it only says that somebody else is writing: nothing is broken, and nothing was changed."""
    if connection.vendor == "postgresql":
        return getattr(error.__cause__, "sqlstate", None) in BUSY
    return "is locked" in str(error)


def is_free(team_id: int) -> bool:
    """Whether nobody is changing the team's contacts at this moment. Call it in a transaction; SQLite cannot tell."""
    unlocked = Team.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=team_id)
    return unlocked.values_list("pk", flat=True).first() is not None


@contextmanager
def locked(team: Team) -> Iterator[Team]:
    """Open a transaction that no other writer of this team's contacts shares; yield the team as it is now.

    The team it yields has the `version` that this change makes. SQLite has one writer anyway: its transactions begin
    IMMEDIATE. On PostgreSQL moving the version locks the team's row, and only against who would write it too.
    """
    with transaction.atomic():
        _limit_wait()
        current = move_version(team)
        before = _version.set(current.version)
        try:
            yield current
            changing.send(Team, team=current)
        finally:
            _version.reset(before)


def _limit_wait() -> None:
    given = _patience.get()
    if given is not None and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LIMIT_WAIT, [f"{round(each * 1000)}ms" for each in given])


def version_in_hand() -> int:
    """Return the version that the change under way makes: what is written is marked by it. LookupError: none is."""
    return _version.get()


def move_version(team: Team) -> Team:
    """Begin a change of the team; return the team as it is now, with its new version. Call it in a transaction.

    The row stays locked until that transaction ends: versions follow each other in the order of the commits, and
    whoever sees a version sees all that was changed up to it. What merely points to the team does not wait.
    """
    Team.objects.filter(pk=team.pk).update(version=F("version") + 1)
    return Team.objects.get(pk=team.pk)


def version_of(team_id: int) -> int:
    """Return the version as it is now."""
    return Team.objects.values_list("version", flat=True).get(pk=team_id)

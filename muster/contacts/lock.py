"""One writer at a time per team: every change to a team's contacts happens inside `locked(team)`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from muster.teams.models import Team


@contextmanager
def locked(team: Team) -> Iterator[Team]:
    """Open a transaction that no other writer of this team's contacts shares; yield the team as it is now.

    SQLite has one writer anyway: its transactions begin IMMEDIATE. On PostgreSQL the team's row is locked, "no key",
    so that what merely points to the team (a new import, a sign-in) does not wait.
    """
    with transaction.atomic():
        yield Team.objects.select_for_update(no_key=True).get(pk=team.pk)

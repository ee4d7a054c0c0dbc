"""The team's version: a number that every change of contacts, members, fields or settings makes larger, in order."""

from __future__ import annotations

from django.db.models import F

from muster.teams.models import Team


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

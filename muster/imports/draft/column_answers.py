"""What a team answered for headers that are not its fields, remembered from one import to the next (T7)."""

from __future__ import annotations

from collections.abc import Mapping

from muster.contacts.models import ColumnAnswer
from muster.teams.models import Team


def remembered(team: Team) -> dict[str, str | None]:
    """Return the team's answers as `Options.columns` takes them: header → field name, or None for don't import."""
    found = ColumnAnswer.objects.filter(team=team).values_list("header", "field_name")
    return {header: name or None for header, name in found}


def remember(team: Team, answers: Mapping[str, str | None]) -> None:
    """Keep answers, in place of earlier ones for the same headers. A header as long as a story is not kept."""
    kept = [
        ColumnAnswer(team=team, header=header, field_name=name or "")
        for header, name in answers.items()
        if len(header) <= 255
    ]
    ColumnAnswer.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["team", "header"], update_fields=["field_name", "answered_at"]
    )

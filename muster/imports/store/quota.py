"""How much of a team waits for somebody: open drafts, by team and by person, and the bytes in them."""

from __future__ import annotations

from django.db.models import Count, Q, Sum

from muster.core.sentences.language import gettext, ngettext
from muster.imports.models import Import, State
from muster.settings import settings
from muster.teams.models import Team, User

OPEN = (State.CHECKING, State.READY, State.REFUSED, State.WAITING)


class TooManyDrafts(Exception):  # noqa: N818  says what happened
    """The team or the person has as many open drafts as may be; the sentence says which, and what to do."""


def refuse_too_many(team: Team, user: User | None, size: int) -> None:
    """Refuse a file that would be one draft too many. Raises TooManyDrafts."""
    mine = Count("pk", filter=Q(created_by=user))
    found = Import.objects.filter(team=team, state__in=OPEN).aggregate(all=Count("pk"), mine=mine, bytes=Sum("size"))
    most = settings()
    if most.user_drafts and found["mine"] >= most.user_drafts:
        said = ngettext(
            "You have {count:,} open import, the most one person may have.",
            "You have {count:,} open imports, the most one person may have.",
            found["mine"],
        )
    elif most.team_drafts and found["all"] >= most.team_drafts:
        said = ngettext(
            "Your team has {count:,} open import, the most it may have.",
            "Your team has {count:,} open imports, the most it may have.",
            found["all"],
        )
    elif most.team_draft_bytes and (found["bytes"] or 0) + size > most.team_draft_bytes:
        said = gettext("The files of your team's open imports are as large as they may be together.")
    else:
        return
    advice = gettext("Import or discard some first.")
    raise TooManyDrafts(f"{said} {advice}")

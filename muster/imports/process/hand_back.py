"""What somebody confirmed who may not import any more: what no worker has begun is a draft again, for other Admins."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.dispatch import receiver
from django.utils import timezone

from muster.core.sentences.failures import NO_LONGER_ADMIN
from muster.imports.models import Import, State
from muster.teams import audit
from muster.teams.members import stepped_down
from muster.teams.models import Membership, Role, User

AGAIN: dict[str, Any] = {
    "confirmed": False,
    "confirmed_by": None,
    "confirmed_at": None,
    "lease_until": None,
}


@receiver(stepped_down, sender=User)
def hand_back(user: User, by: User | None, **_: Any) -> None:
    """Let a worker look at their files again, as drafts; an undo has no draft, and is stopped."""
    if user.is_active and user.is_owner:
        return
    for imp in _confirmed_by(user).select_related("team"):
        is_undo = imp.undoes_id is not None
        if is_undo:
            ended = {"failure": NO_LONGER_ADMIN, "finished_at": timezone.now()}
            moved = imp.move(State.WAITING, to=State.CANCELLED, **ended)
        else:
            moved = imp.move(State.WAITING, State.CHECKING, to=State.CHECKING, **AGAIN)
        if moved:
            kind = "import-cancelled" if is_undo else "import-handed-back"
            audit.record(imp.team, by, kind, filename=imp.filename, id=str(imp.pk), email=user.email)


def _confirmed_by(user: User) -> Any:
    """What they have confirmed, or sent to be imported at once, where they are no Admin now."""
    waiting = Q(state=State.WAITING) | Q(state=State.CHECKING, confirmed=True)
    theirs = Q(confirmed_by=user) | Q(confirmed_by=None, created_by=user)
    still = Membership.objects.filter(team=OuterRef("team"), user=user, role=Role.ADMIN) if user.is_active else None
    found = Import.objects.filter(waiting & theirs)
    return found.exclude(Exists(still)) if still is not None else found

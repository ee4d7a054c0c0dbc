"""What is not kept for ever: original files, drafts that nobody came back to, and the tracks of finished imports."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Coalesce
from django.utils import timezone

from muster.connect import retention as connect
from muster.contacts import retention as contacts
from muster.core.sentences.failures import NOT_FINISHED
from muster.imports.models import Import, Mail, Progress, State, UndoLook
from muster.imports.store import blobs
from muster.settings import settings
from muster.teams import retention as teams
from muster.teams.models import Team

DRAFTS = (State.READY, State.REFUSED)
ENDED = (State.DONE, State.FAILED, State.CANCELLED, State.UNDONE)


def prune() -> None:
    """Remove what is past its time."""
    cancel_old_drafts()
    for team in Team.objects.all():
        remove_originals(team)
    connect.prune()
    contacts.prune()
    teams.prune()
    Mail.objects.filter(sent_at__lt=timezone.now() - timedelta(days=settings().mail_days)).delete()
    UndoLook.objects.filter(asked_at__lt=timezone.now() - timedelta(days=1)).delete()
    Progress.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()


def cancel_old_drafts() -> int:
    """Cancel drafts that were left alone; return how many."""
    before = timezone.now() - timedelta(days=settings().draft_days)
    found = Import.objects.filter(state__in=DRAFTS, created_at__lt=before).exclude(edits__at__gte=before)
    said = NOT_FINISHED.format(draft_days=settings().draft_days)
    return sum(
        imp.move(*DRAFTS, to=State.CANCELLED, failure=said, finished_at=timezone.now()) and blobs.remove_original(imp)
        for imp in found.distinct()
    )


def remove_originals(team: Team) -> int:
    """Remove the files of imports that ended longer ago than the team keeps them; return how many."""
    before = timezone.now() - timedelta(days=team.keep_originals_days)
    ended = Import.objects.annotate(ended_at=Coalesce("finished_at", "created_at"))
    old = ended.filter(team=team, state__in=ENDED, original_removed_at=None, undoes=None, ended_at__lt=before)
    return sum(map(blobs.remove_original, old))

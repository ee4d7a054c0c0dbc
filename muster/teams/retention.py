"""What is not kept for ever of people: sessions that have ended, mails kept as files, and what was logged long ago."""

from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from muster.settings import settings
from muster.teams.mailing import mail_files
from muster.teams.models import AuditEntry


def prune() -> None:
    """Remove what is past its time."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    # The list of one's devices, kept up by whoever opens it: of sessions that are gone.
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    if days := settings().audit_days:
        AuditEntry.objects.filter(at__lt=now - timedelta(days=days)).delete()
    remove_mail_files((now - timedelta(days=settings().mail_days)).timestamp())


def remove_mail_files(before: float) -> int:
    """Remove the mails that were written as files before then; return how many."""
    old = [path for path in mail_files.folder().glob("*.eml") if path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)

"""What happened while somebody was away: imports that ended, drafts about to go, webhooks that were switched off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from muster.connect.models import Webhook
from muster.core.sentences.language import gettext as _
from muster.imports.models import UNREADABLE, Import, State
from muster.imports.summary import import_summary
from muster.settings import settings
from muster.teams.access import teams_of
from muster.teams.mailing.mail_files import has_mail_server
from muster.teams.models import Role, Team, User

DAYS_KEPT = 14
DAYS_BEFORE_EXPIRY = 2
MOST = 50


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to know. `at`: since when it is so; `is_new`: they have not marked it as seen."""

    at: dt.datetime
    team: Team
    name: str
    text: str
    tone: str
    link: str
    is_new: bool


def notices_of(user: User) -> list[Notice]:
    """Return what there is to know in the teams that one is in now, newest first."""
    since = timezone.now() - dt.timedelta(days=max(DAYS_KEPT, settings().draft_days + 1))
    theirs = Q(created_by=user) | Q(confirmed_by=user)
    teams = teams_of(user)
    found = Import.objects.filter(theirs, team__in=[team for team, _ in teams], created_at__gte=since).exclude(
        UNREADABLE
    )
    listed = found.select_related("team", "undoes").defer("summary").order_by("-created_at")[:MOST]
    told = [notice for imp in listed if (notice := _of_import(imp, user)) is not None]
    told += _of_webhooks(user, [team for team, role in teams if role == str(Role.ADMIN.label)], since)
    return sorted(told, key=lambda each: each.at, reverse=True)


def _of_webhooks(user: User, teams: list[Team], since: dt.datetime) -> list[Notice]:
    """Tell Admins of webhooks that were switched off because nothing arrived."""
    off = Webhook.objects.filter(team__in=teams, enabled=False, off_at__gte=since).select_related("team")
    return [
        Notice(
            each.off_at,
            each.team,
            each.url,
            _("Webhook switched off: nothing arrived for three days"),
            "problem",
            reverse("webhooks:one", args=[each.team.slug, each.pk]),
            _is_new(user, each.off_at),
        )
        for each in off
        if each.off_at
    ]


def _is_new(user: User, at: dt.datetime) -> bool:
    return user.notices_seen_at is None or at > user.notices_seen_at


def _of_import(imp: Import, user: User) -> Notice | None:
    at, text, tone = _said(imp)
    if at is None or at > timezone.now():
        return None
    link = reverse("imports:show", args=[imp.team.slug, imp.pk])
    return Notice(at, imp.team, imp.name, text, tone, link, _is_new(user, at))


def _said(imp: Import) -> tuple[dt.datetime | None, str, str]:
    """Return since when there is something to say of an import (None: there is not), the words, and their tone."""
    if imp.state in (State.READY, State.REFUSED):
        expires = imp.created_at + dt.timedelta(days=settings().draft_days)
        return (
            expires - dt.timedelta(days=DAYS_BEFORE_EXPIRY),
            _("Draft, deleted on {day}", day=date_format(expires, "MONTH_DAY_FORMAT")),
            "warning",
        )
    if imp.state not in (State.DONE, State.FAILED, State.UNDONE):
        return None, "", ""
    told = import_summary(imp)
    words = told.status
    if imp.state == State.DONE and not imp.undoes_id:
        words = _("{status}: {saved:,} saved, {failed:,} left out", status=words, saved=told.saved, failed=imp.failed)
    return imp.finished_at, words, told.tone


def mark_seen(user: User) -> None:
    """Count what there is now as seen."""
    User.objects.filter(pk=user.pk).update(notices_seen_at=timezone.now())


def for_templates(request: HttpRequest) -> dict[str, Any]:
    """Give every page the number on its bell, when it has one, and whether mails go anywhere."""
    user = getattr(request, "user", None)
    return {"new_notices": partial(_count_new, user), "has_mail_server": has_mail_server()}


def _count_new(user: object) -> int:
    return sum(each.is_new for each in notices_of(user)) if isinstance(user, User) else 0

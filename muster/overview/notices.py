"""What happened while somebody was away: imports that ended, drafts about to go, webhooks that were switched off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from muster.connect.models import Webhook
from muster.core.sentences.language import gettext as _
from muster.imports.models import UNREADABLE, Import, State
from muster.imports.summary import import_summary
from muster.settings import settings
from muster.teams.access import team_ids_of
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
    listed = _imports_of(user).select_related("team", "undoes").defer("summary")[:MOST]
    told = [notice for imp in listed if (notice := _of_import(imp, user)) is not None]
    told += [_of_webhook(each, user) for each in _webhooks_of(user).select_related("team")]
    return sorted(told, key=lambda each: each.at, reverse=True)


def _imports_of(user: User) -> QuerySet[Import]:
    """Those that one has begun or confirmed and that there may be something to say of, the latest first."""
    theirs = Q(created_by=user) | Q(confirmed_by=user)
    found = Import.objects.filter(theirs, team__in=team_ids_of(user), created_at__gte=_kept_since())
    return found.exclude(UNREADABLE).order_by("-created_at")


def _webhooks_of(user: User) -> QuerySet[Webhook]:
    """Those that were switched off because nothing arrived, in the teams that one is an Admin of."""
    teams = team_ids_of(user, role=Role.ADMIN)
    return Webhook.objects.filter(team__in=teams, enabled=False, off_at__gte=_kept_since())


def _kept_since() -> dt.datetime:
    return timezone.now() - dt.timedelta(days=max(DAYS_KEPT, settings().draft_days + 1))


def _of_webhook(webhook: Webhook, user: User) -> Notice:
    return Notice(
        webhook.off_at or webhook.created_at,
        webhook.team,
        webhook.url,
        _("Webhook switched off: nothing arrived for three days"),
        "problem",
        reverse("webhooks:one", args=[webhook.team.slug, webhook.pk]),
        _is_new(user, webhook.off_at),
    )


def _is_new(user: User, at: dt.datetime | None) -> bool:
    return at is not None and (user.notices_seen_at is None or at > user.notices_seen_at)


def _of_import(imp: Import, user: User) -> Notice | None:
    at = _since(imp.state, imp.created_at, imp.finished_at)
    if at is None:
        return None
    text, tone = _said(imp)
    return Notice(
        at, imp.team, imp.name, text, tone, reverse("imports:show", args=[imp.team.slug, imp.pk]), _is_new(user, at)
    )


def _since(state: str, created_at: dt.datetime, finished_at: dt.datetime | None) -> dt.datetime | None:
    """Return since when there is something to say of an import; None: there is nothing yet."""
    if state in (State.READY, State.REFUSED):
        at = created_at + dt.timedelta(days=settings().draft_days - DAYS_BEFORE_EXPIRY)
        return at if at <= timezone.now() else None
    return finished_at if state in (State.DONE, State.FAILED, State.UNDONE) else None


def _said(imp: Import) -> tuple[str, str]:
    """Return what there is to say of an import, and its tone."""
    if imp.state in (State.READY, State.REFUSED):
        expires = imp.created_at + dt.timedelta(days=settings().draft_days)
        return _("Draft, deleted on {day}", day=date_format(expires, "MONTH_DAY_FORMAT")), "warning"
    told = import_summary(imp)
    words = told.status
    if imp.state == State.DONE and not imp.undoes_id:
        words = _("{status}: {saved:,} saved, {failed:,} left out", status=words, saved=told.saved, failed=imp.failed)
    return words, told.tone


def mark_seen(user: User) -> None:
    """Count what there is now as seen."""
    User.objects.filter(pk=user.pk).update(notices_seen_at=timezone.now())


def for_templates(request: HttpRequest) -> dict[str, Any]:
    """Give every page the number on its bell, when it has one, and whether mails go anywhere."""
    user = getattr(request, "user", None)
    return {"new_notices": partial(_count_new, user), "has_mail_server": has_mail_server()}


def _count_new(user: object) -> int:
    """Count the new ones for the bell on every page, without making their words."""
    if not isinstance(user, User):
        return 0
    imports = _imports_of(user).values_list("state", "created_at", "finished_at")[:MOST]
    ats = [*(_since(*each) for each in imports), *_webhooks_of(user).values_list("off_at", flat=True)]
    return sum(_is_new(user, at) for at in ats)

"""What the overview of a team shows, from counts that are kept and from the imports of the last weeks."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from babel.numbers import format_compact_decimal
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, to_locale

from muster.connect.models import Webhook
from muster.contacts import counts
from muster.contacts.history import LABELS
from muster.contacts.models import CustomField
from muster.core import errors
from muster.core.errors import REGISTRY
from muster.core.fields import CHANNELS
from muster.core.sentences.language import Words, gettext_noop, pgettext_noop
from muster.core.sentences.language import gettext as _
from muster.imports.models import UNREADABLE, Import, State
from muster.overview import charts
from muster.teams.access import Access
from muster.teams.models import Invitation, Membership, Team

MONTHS, WEEKS = 12, 12
MOST_CAUSES = 6
MOST_WAITING = 5
SOURCES = Words(
    {
        "import": gettext_noop("By import"),
        "user": gettext_noop("By a user"),
        "contact": gettext_noop("By the contact"),
    }
)
OUTCOMES = Words(
    {
        "created": pgettext_noop("rows, counted", "New"),
        "updated": pgettext_noop("rows, counted", "Updated"),
        "failed": pgettext_noop("rows, counted", "Left out"),
    }
)


def overview(who: Access) -> dict[str, Any]:
    """Return everything the page needs. A team without contacts gets its first steps instead of pictures."""
    kept = counts.counts_of(who.team)
    total = kept.now.get(counts.CONTACTS, 0)
    if not total:
        return {"steps": first_steps(who.team) if who.is_admin else None, "is_new": True}
    found: dict[str, Any] = {
        "is_new": False,
        "total": total,
        "reach": reach(who.team, kept.now),
        "assigned": assigned(who.team, kept.now),
        "consent": consent(kept.months),
    }
    if who.is_admin:
        recent = imports_since(who.team, _monday(WEEKS - 1))
        found |= {"imports": imports(recent), "causes": causes(recent), "waiting": waiting(who.team)}
    return found


def first_steps(team: Team) -> list[dict[str, Any]]:
    """Return the steps to the first import, each with whether it is done."""
    done = {
        "fields": CustomField.objects.filter(team=team).exists(),
        "people": Membership.objects.filter(team=team).count() > 1 or Invitation.objects.filter(team=team).exists(),
        "import": Import.objects.filter(team=team, undoes=None).exists(),
    }
    address = {"team": team.slug}
    return [
        {
            "title": _("Set up your fields"),
            "text": _("The columns your files have besides names, ids and numbers."),
            "link": reverse("fields:list", kwargs=address),
            "done": done["fields"],
        },
        {
            "title": _("Invite your people"),
            "text": _("Users search contacts and set opt-outs; Admins import."),
            "link": reverse("teams:users", kwargs=address),
            "done": done["people"],
        },
        {
            "title": _("Download a template"),
            "text": _("A file with the headers that this team's imports have."),
            "link": reverse("imports:template", kwargs=address),
            "done": done["import"],
        },
        {
            "title": _("Make your first import"),
            "text": _("Nothing is saved before you have seen what it would do."),
            "link": reverse("imports:new", kwargs=address),
            "done": False,
        },
    ]


def reach(team: Team, now: Mapping[str, int]) -> list[charts.Bar]:
    """Return how many of all contacts can be reached on each channel."""
    listed = reverse("contacts:list", kwargs={"team": team.slug})
    total = now.get(counts.CONTACTS, 0)
    lines = [(LABELS[channel], now.get(channel, 0), "reached", f"{listed}?reach={channel}") for channel in CHANNELS]
    return charts.bars(lines, most=total)


def assigned(team: Team, now: Mapping[str, int]) -> list[charts.Bar]:
    """Return how many contacts have an assigned user, and how many have none."""
    listed = reverse("contacts:list", kwargs={"team": team.slug})
    total, have = now.get(counts.CONTACTS, 0), now.get(counts.ASSIGNED, 0)
    lines = [(_("Assigned"), have, "reached", ""), (_("Nobody"), total - have, "quiet", f"{listed}?assigned=none")]
    return charts.bars(lines, most=total)


def consent(kept: Mapping[str, int]) -> dict[str, Any]:
    """Return the opt-ins and opt-outs of twelve months, of all channels together, as a picture and a table."""
    months = _last_months(MONTHS)
    up, down = ([_of_month(kept, f"{each:%Y-%m}", word) for each in months] for word in ("in", "out"))
    shapes, axis = charts.columns(up, down)
    rows = [(month, sum(ins.values()), sum(outs.values())) for month, ins, outs in zip(months, up, down, strict=True)]
    by_source = [
        (words, sum(each[f"in-{source}"] for each in up), sum(each[f"out-{source}"] for each in down))
        for source, words in SOURCES.items()
    ]
    numbers = [[short(sum(each.values())) for each in side] for side in (up, down)]
    return {
        "shapes": shapes,
        "axis": axis,
        "rows": rows,
        "numbers": numbers,
        "by_source": by_source,
        "any": bool(shapes),
    }


def _of_month(kept: Mapping[str, int], month: str, word: str) -> dict[str, int]:
    return {
        f"{word}-{source}": sum(kept.get(f"{month} {channel} {word} {source}", 0) for channel in CHANNELS)
        for source in SOURCES
    }


def imports_since(team: Team, since: dt.date) -> QuerySet[Import]:
    """Return the imports of a team that finished since a day, undone ones too; the undoing itself is none."""
    midnight = dt.datetime.combine(since, dt.time.min, timezone.get_current_timezone())
    ended = Import.objects.filter(team=team, state__in=(State.DONE, State.UNDONE), undoes=None)
    return ended.filter(finished_at__gte=midnight)


def imports(recent: QuerySet[Import]) -> dict[str, Any]:
    """Return what the imports of twelve weeks created, updated and left out, as a picture and a table."""
    weeks = [_monday(back) for back in range(WEEKS - 1, -1, -1)]
    of_week = {each: dict.fromkeys(OUTCOMES, 0) for each in weeks}
    for finished_at, *numbers in recent.values_list("finished_at", *OUTCOMES):
        week = of_week.get(_week_of(timezone.localdate(finished_at)))
        for name, count in zip(OUTCOMES, numbers, strict=True):
            if week is not None:
                week[name] += count
    shapes, axis = charts.columns(list(of_week.values()))
    rows = [(week, *numbers.values()) for week, numbers in of_week.items()]
    return {
        "shapes": shapes,
        "axis": axis,
        "rows": rows,
        "numbers": [short(sum(each.values())) for each in of_week.values()],
        "names": list(OUTCOMES.values()),
        "any": bool(shapes),
    }


def causes(recent: QuerySet[Import]) -> list[charts.Bar]:
    """Return the causes that left most rows out in these imports, each with its place in the guide."""
    counted: Counter[tuple[str, str | None]] = Counter()
    for kept in recent.values_list("summary__causes", flat=True):
        counted.update(
            {(each["code"], each["field"]): each["count"] for each in kept or () if each["code"] in REGISTRY}
        )
    guide, most = reverse("guide"), counted.most_common(MOST_CAUSES)
    lines = [(errors.title(code, field), count, "left-out", f"{guide}#{code}") for (code, field), count in most]
    return charts.bars(lines)


def waiting(team: Team) -> list[dict[str, Any]]:
    """Return what waits for somebody: stopped webhooks, drafts, imports that failed, and those with rows to fix."""
    stopped = Webhook.objects.filter(team=team, enabled=False, off_at__isnull=False).order_by("-off_at")[:MOST_WAITING]
    mine = Import.objects.filter(team=team, undoes=None).exclude(UNREADABLE)
    recent = mine.filter(created_at__gte=timezone.now() - dt.timedelta(weeks=WEEKS))
    drafts = recent.filter(state__in=(State.READY, State.REFUSED)).order_by("-created_at")[:MOST_WAITING]
    failed = recent.filter(state=State.FAILED).order_by("-created_at")[:MOST_WAITING]
    to_fix = recent.filter(state=State.DONE, failed__gt=0).order_by("-created_at")[:MOST_WAITING]
    webhooks = [{"webhook": each, "name": each.url, "kind": "webhook"} for each in stopped]
    return [*webhooks, *_lines(drafts, "draft"), *_lines(failed, "failed"), *_lines(to_fix, "to-fix")]


def _lines(found: Iterable[Import], kind: str) -> list[dict[str, Any]]:
    return [{"imp": imp, "name": imp.name, "kind": kind} for imp in found]


def short(count: int) -> str:
    """Return a number as it stands at a column of a picture: 12K for 12,345, and nothing for none."""
    return format_compact_decimal(count, locale=to_locale(get_language() or "en")) if count else ""


def _monday(back: int) -> dt.date:
    """Return the Monday of a week, so many weeks back."""
    return _week_of(timezone.localdate()) - dt.timedelta(weeks=back)


def _week_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _last_months(count: int) -> list[dt.date]:
    """Return the first day of each of the last months, this one last."""
    today = timezone.now().date()
    month = today.year * 12 + today.month - 1
    return [dt.date((month - back) // 12, (month - back) % 12 + 1, 1) for back in range(count - 1, -1, -1)]

"""The history of a team's imports: who, when, how, what came of it, with filters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date

from muster.contacts.models import Erasure
from muster.core.cells.whole import whole
from muster.core.sentences.language import gettext, gettext_noop
from muster.imports.models import UNREADABLE, Import, State
from muster.imports.summary import UNDER_WAY, import_summary
from muster.teams.models import Team, User

PAGE_ROWS = 50
FIRST_YEAR, LAST_YEAR = 1900, 9000

# What the Status filter offers, and which imports each means.
STATUSES: Mapping[str, tuple[str, Q]] = {
    "draft": (gettext_noop("Draft"), Q(state__in=(State.READY, State.REFUSED))),
    "under-way": (gettext_noop("Under way"), Q(state__in=UNDER_WAY)),
    "done": (gettext_noop("Done"), Q(state=State.DONE, failed=0)),
    "problems": (gettext_noop("Done with problems"), Q(state=State.DONE, failed__gt=0)),
    "stopped": (gettext_noop("Stopped"), Q(state=State.CANCELLED)),
    "failed": (gettext_noop("Failed"), Q(state=State.FAILED)),
    "undone": (gettext_noop("Undone"), Q(state=State.UNDONE)),
}


def history_page(team: Team, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page needs: the imports that the filters in the address leave, and the filters."""
    every = Import.objects.filter(team=team).exclude(UNREADABLE)
    found = _filtered(every, query).select_related("created_by", "undoes")
    page = Paginator(found.order_by("-created_at"), PAGE_ROWS).get_page(query.get("page"))
    kept = {name: query[name] for name in ("status", "person", "since", "until") if query.get(name)}
    return {
        "page": page,
        "imports": [import_summary(imp) for imp in page],
        "statuses": {name: gettext(words) for name, (words, _) in STATUSES.items()},
        "people": User.objects.filter(pk__in=Import.objects.filter(team=team).values("created_by")).order_by("email"),
        "chosen": kept,
        "query": f"{urlencode(kept)}&" if kept else "",
        "erasures": Erasure.objects.filter(team=team).order_by("id"),
        "is_new": not kept and not page.paginator.count,
    }


def _filtered(found: QuerySet[Import], query: Mapping[str, str]) -> QuerySet[Import]:
    if query.get("status") in STATUSES:
        found = found.filter(STATUSES[query["status"]][1])
    if (person := whole(query.get("person"))) is not None:
        found = found.filter(created_by=person)
    since, until = _day(query.get("since")), _day(query.get("until"))
    if since:
        found = found.filter(created_at__gte=since)
    if until:
        found = found.filter(created_at__lt=until + dt.timedelta(days=1))
    return found


def _day(text: str | None) -> dt.datetime | None:
    try:
        day = parse_date(text or "")
    except ValueError:
        return None
    is_known = day is not None and FIRST_YEAR <= day.year <= LAST_YEAR  # beyond, days of other zones end
    return dt.datetime.combine(day, dt.time(), dt.UTC) if day and is_known else None

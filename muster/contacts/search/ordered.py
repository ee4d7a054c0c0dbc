"""The same hits in another order: by name, by ContactId, or the latest change first; a page at a time.

Newest first is what `find` does, quickly at any size. Another order looks at every hit once a page.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce, Lower

from muster.contacts.models import Contact
from muster.contacts.search.filters import MOST, Filters
from muster.contacts.search.find import matching
from muster.core.sentences.language import Words, gettext_noop
from muster.teams.models import Team

ORDERS = Words(
    {
        "": gettext_noop("Newest first"),
        "updated": gettext_noop("Latest change first"),
        "name": gettext_noop("Last name"),
        "id": gettext_noop("Contact ID"),
    }
)


class OrderedPage(NamedTuple):
    """Some of the hits, and where to go on; "" after the last."""

    contacts: list[Contact]
    next: str


class BadPlace(Exception):  # noqa: N818  says what it is
    """This is not where a page of this order ended."""


def page(team: Team, typed: str, filters: Filters, order: str, *, after: str = "", limit: int = 50) -> OrderedPage:
    """Return the hits that come after a place. Raises BadPlace."""
    hits = matching(team, typed, filters)
    place = _place(after)
    if place and len(place) != _LENGTHS[order]:
        raise BadPlace
    found = list(_BY[order](hits, place)[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return OrderedPage(found[:limit], _kept(_KEYS[order](last)) if last else "")


def _by_update(hits: QuerySet[Contact], place: list[Any]) -> QuerySet[Contact]:
    if place:
        at, key = _time(place[0]), place[-1]
        hits = hits.filter(Q(updated_at__lt=at) | Q(updated_at=at, id__lt=key))
    return hits.order_by("-updated_at", "-id")


def _by_name(hits: QuerySet[Contact], place: list[Any]) -> QuerySet[Contact]:
    hits = hits.annotate(last_low=Lower("last_name"), first_low=Lower("first_name"))
    if place:
        last, first, key = place
        same = Q(last_low=last)
        hits = hits.filter(
            Q(last_low__gt=last) | (same & Q(first_low__gt=first)) | (same & Q(first_low=first, id__gt=key))
        )
    return hits.order_by("last_low", "first_low", "id")


def _by_id(hits: QuerySet[Contact], place: list[Any]) -> QuerySet[Contact]:
    hits = hits.annotate(its_id=Coalesce("contact_id", Value(""), output_field=TextField()))
    if place:
        its, key = place
        hits = hits.filter(Q(its_id__gt=its) | Q(its_id=its, id__gt=key))
    return hits.order_by("its_id", "id")


_BY = {"updated": _by_update, "name": _by_name, "id": _by_id}
_KEYS: dict[str, Any] = {
    "updated": lambda each: [each.updated_at.isoformat(), each.id],
    "name": lambda each: [each.last_low, each.first_low, each.id],
    "id": lambda each: [each.its_id, each.id],
}
_LENGTHS = {"updated": 2, "name": 3, "id": 2}


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadPlace from None
    if found.tzinfo is None:
        raise BadPlace
    return found


def _kept(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(text: str) -> list[Any]:
    if not text:
        return []
    try:
        place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        raise BadPlace from None
    if not isinstance(place, list) or not 2 <= len(place) <= 3 or not isinstance(place[-1], int):
        raise BadPlace
    if not 0 <= place[-1] <= MOST:
        raise BadPlace
    if not all(isinstance(each, str) and "\0" not in each for each in place[:-1]):
        raise BadPlace
    return place

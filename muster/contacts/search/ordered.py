"""The same hits in another order: by name, by ContactId, or the latest change first; a page at a time.

Newest first is what `find` does. Another order has three ways to a page, and takes the first that is short. Where an
index leads to few hits, those are sorted. Else one walks along an index that has the order, and looks at contact after
contact until the page is full. Who finds too few on the way looks at every hit once: then there are few of them.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Lower

from muster.contacts.models import Change, Contact
from muster.contacts.search.filters import MOST, Filters
from muster.contacts.search.find import LOOKED_AT_FIRST, MOST_LOOKED_AT, Hits, hits_of
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
STEPS = (LOOKED_AT_FIRST, MOST_LOOKED_AT - LOOKED_AT_FIRST)
GONE = ("removed", "erased")  # what the last change of a contact says that is no more
Contacts = QuerySet[Contact]


class OrderedPage(NamedTuple):
    """Some of the hits, and where to go on; "" after the last."""

    contacts: list[Contact]
    next: str


class BadPlace(Exception):  # noqa: N818  says what it is
    """This is not where a page of this order ended."""


def page(team: Team, typed: str, filters: Filters, order: str, *, after: str = "", limit: int = 50) -> OrderedPage:
    """Return the hits that come after a place. Raises BadPlace."""
    by = _BY[order](team)
    place, wanted = _place(after, by), limit + 1
    hits = hits_of(team, typed, filters)
    found = None
    if hits.few is None:
        found = by.walk(hits, place, wanted)
    if found is None:
        found = list(by.sort(hits.all if hits.few is None else hits.few, place)[:wanted])
    last = found[limit - 1] if len(found) > limit else None
    return OrderedPage(found[:limit], _kept(by.key(last)) if last else "")


class _ByName:
    """By last name, then first name, whatever their case."""

    length = 3

    def __init__(self, team: Team) -> None:
        self.everybody = Contact.objects.filter(team=team)

    def sort(self, hits: Contacts, place: list[Any]) -> Contacts:
        return self._after(hits, Coalesce(Lower("last_name"), Value("")), place)  # no index is like that

    def walk(self, hits: Hits, place: list[Any], wanted: int) -> list[Contact] | None:
        by = Lower("last_name")
        names = self._after(self.everybody, by, place[:1]).order_by("last_low").values_list("last_low", flat=True)
        for step in STEPS:
            bound = next(iter(names[step : step + 1]), None)
            near = Q() if bound is None else Q(last_low__lte=bound)
            found = list(self._after(hits.one_by_one, by, place).filter(near)[:wanted])
            if len(found) == wanted or bound is None:
                return found
        return None

    def key(self, contact: Any) -> list[Any]:
        return [contact.last_low, contact.first_low, contact.id]

    def _after(self, hits: Contacts, by: Func, place: list[Any]) -> QuerySet[Any]:
        hits = hits.annotate(last_low=by, first_low=Lower("first_name")).order_by("last_low", "first_low", "id")
        if place:
            hits = hits.filter(last_low__gte=place[0])  # alone: that is what leads into the index
        if len(place) > 1:
            last, first, key = place
            hits = hits.filter(Q(last_low__gt=last) | Q(first_low__gt=first) | Q(first_low=first, id__gt=key))
        return hits


class _ById:
    """By ContactId; those without one come last."""

    length = 2

    def __init__(self, team: Team) -> None:
        self.everybody = Contact.objects.filter(team=team)

    def sort(self, hits: Contacts, place: list[Any]) -> Contacts:
        by = Coalesce("contact_id", "contact_id")  # no index is like that
        if place:
            its, key = place
            hits = hits.filter(Q(contact_id__gt=its) | Q(contact_id=None) if its else Q(contact_id=None, id__gt=key))
        return hits.order_by(by.asc(nulls_last=True), "id")

    def walk(self, hits: Hits, place: list[Any], wanted: int) -> list[Contact] | None:
        its = place[0] if place else ""
        if place and not its:
            return None  # an index leads to those without one
        later = Q(contact_id__gt=its)
        ids = self.everybody.filter(later).order_by("contact_id").values_list("contact_id", flat=True)
        for step in STEPS:
            bound = next(iter(ids[step : step + 1]), None)
            near = later if bound is None else later & Q(contact_id__lte=bound)
            found = list(hits.one_by_one.filter(near).order_by("contact_id")[:wanted])
            if len(found) == wanted:
                return found
            if bound is None:
                return [*found, *hits.one_by_one.filter(contact_id=None).order_by("id")[: wanted - len(found)]]
        return None

    def key(self, contact: Contact) -> list[Any]:
        return [contact.contact_id or "", contact.id]


class _ByChange:
    """By the latest change, as the history has it: its ids ascend with the time."""

    length = 1

    def __init__(self, team: Team) -> None:
        self.changes = Change.objects.filter(team=team)

    def sort(self, hits: Contacts, place: list[Any]) -> Contacts:
        its = self.changes.filter(contact=OuterRef("id")).order_by("-id").values("id")[:1]
        hits = hits.annotate(latest=Coalesce(Subquery(its), F("id"), output_field=BigIntegerField()))
        return (hits.filter(latest__lt=place[0]) if place else hits).order_by("-latest")

    def walk(self, hits: Hits, place: list[Any], wanted: int) -> list[Contact] | None:
        found: list[Contact] = []
        top, looked = place[0] if place else None, 0
        while looked < MOST_LOOKED_AT:
            changes = self._below(top, 2 * wanted if not looked else LOOKED_AT_FIRST)
            if not changes:
                return found
            found += self._of(hits.one_by_one, changes, top)
            if len(found) >= wanted:
                return found[:wanted]
            top = changes[-1][1]
            looked += len(changes)
        return None

    def key(self, contact: Any) -> list[Any]:
        return [contact.latest]

    def _below(self, top: int | None, count: int) -> list[tuple[int, int]]:
        """Return the latest changes below `top`, each with its contact before it."""
        changes = self.changes if top is None else self.changes.filter(id__lt=top)
        return list(changes.exclude(action__in=GONE).order_by("-id").values_list("contact", "id")[:count])

    def _of(self, hits: Contacts, changes: list[tuple[int, int]], top: int | None) -> list[Contact]:
        """Return the hits among the contacts of these changes, unless a later one was met before."""
        latest = dict(reversed(changes))
        if top is not None:
            hits = hits.exclude(Exists(self.changes.filter(contact=OuterRef("id"), id__gte=top)))
        found: list[Any] = list(hits.filter(id__in=list(latest)))
        for each in found:
            each.latest = latest[each.id]
        return sorted(found, key=lambda each: -each.latest)


_BY: dict[str, Any] = {"updated": _ByChange, "name": _ByName, "id": _ById}


def _kept(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(text: str, by: Any) -> list[Any]:
    if not text:
        return []
    try:
        place = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        raise BadPlace from None
    if not isinstance(place, list) or len(place) != by.length or not isinstance(place[-1], int):
        raise BadPlace
    if not 0 <= place[-1] <= MOST:
        raise BadPlace
    if not all(isinstance(each, str) and "\0" not in each for each in place[:-1]):
        raise BadPlace
    return place

"""What the Contacts page was asked for, read from its address once for the page and its downloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.http import urlencode

from muster.contacts.audience import NOT_BOTH, why_not_assigned
from muster.contacts.schema import schema_of
from muster.contacts.search.asked import conditions
from muster.contacts.search.conditions import WITHOUT_VALUE, BadFilter
from muster.contacts.search.filters import Filters, filters_of
from muster.contacts.search.ordered import ORDERS
from muster.teams.access import Access, require_admin
from muster.teams.models import Membership

KEYS = (
    "q", "text", "whatsapp", "whatsapp_marketing", "assigned", "staff_id", "import", "did", "step", "reach", "send",
    "sort",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The words, the filters, and how an audience is to be sent to."""

    typed: str
    filters: Filters
    given: Mapping[str, str]
    where: tuple[str, ...] = ()
    mine: Membership | None = None
    send_as: bool = False
    unavailable: str | None = None  # the reason why what was chosen cannot be had

    @property
    def is_anything(self) -> bool:
        """Whether the list is narrowed down at all."""
        return bool(self.where or self.given.keys() - {"sort"})

    @property
    def order(self) -> str:
        """How the list is sorted; "" for newest first."""
        return self.given.get("sort", "")

    @property
    def without_import(self) -> str:
        """The address of the same list without the filter by import, or by what was done to many."""
        return "?" + self.query(**{"import": None, "did": None, "step": None})

    def query(self, **changes: Any) -> str:
        """Return the part of an address after "?" that asks for the same, with these changes."""
        where = changes.pop("where", self.where)
        parts = [(key, value) for key, value in {**self.given, **changes}.items() if value not in {None, ""}]
        return urlencode([*parts, *(("where", each) for each in where)])


def asked_of(request: HttpRequest, who: Access) -> ListQuery:
    """Read the address. Raises Http404 for a filter that does not exist, PermissionDenied for one that Admins have."""
    given = {key: request.GET[key] for key in KEYS if request.GET.get(key)}
    if given.get("sort", "") not in ORDERS:
        raise Http404("No such order")
    where = tuple(dict.fromkeys((*request.GET.getlist("where"), *_added(request))))
    try:
        filters = filters_of(who.team, given, who.membership, conditions(where, schema_of(who.team)))
    except BadFilter as bad:
        raise Http404(f"No such filter: {bad}") from None
    asked = ListQuery(given.get("q", ""), filters, given, where)
    return _sending(asked, given.get("send", ""), who) if filters.reach and given.get("send") else asked


def _added(request: HttpRequest) -> tuple[str, ...]:
    """Return the condition that the form below the filters adds; none while it has no value."""
    key, operator, value = (request.GET.get(name, "") for name in ("field", "op", "value"))
    if not key or not operator or not (value or operator in WITHOUT_VALUE):
        return ()
    return (":".join((key, operator, value)).rstrip(":"),)


def _sending(asked: ListQuery, send: str, who: Access) -> ListQuery:
    """Add how to send: "mine", "assigned", or both, which cannot be."""
    ways = set(send.split(","))
    if not ways <= {"mine", "assigned"}:
        raise Http404("No such way to send")
    if "assigned" in ways:
        require_admin(who)
    if len(ways) > 1:
        return replace(asked, unavailable=NOT_BOTH)
    reason = why_not_assigned(who.team, asked.typed, asked.filters)
    if reason:
        return replace(asked, unavailable=reason)
    if "assigned" in ways:
        return replace(asked, send_as=True, filters=replace(asked.filters, somebody=True))
    # An Owner who is not in the team has no contacts of their own.
    mine = who.membership or Membership(id=0, team=who.team, user=who.user)
    return replace(asked, mine=mine, filters=replace(asked.filters, assigned=mine.id))

"""Who can be reached on a channel, for whatever sends the messages: who is in, who is left out, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from django.db.models import Count, Q, QuerySet

from muster.contacts.models import Contact, ContactCounts
from muster.contacts.search import find
from muster.contacts.search.filters import Filters, reachable
from muster.core.fields import NUMBER_OF
from muster.core.sentences.language import gettext_noop
from muster.core.table.csv_text import csv_text
from muster.teams.models import Membership, Team

MOST_ON_A_PAGE = 500
NOBODY_ASSIGNED = gettext_noop("No contact in this selection has an assigned user.")
NOT_BOTH = gettext_noop(
    "Send to my assigned contacts only and Send as assigned user can't be used together. Choose one."
)
CSV_HEADER = ("ContactId", "FirstName", "LastName", "Number", "SendAs")


class Unavailable(Exception):  # noqa: N818  says what it is
    """What was asked for cannot be had for this selection. The text is the reason, as a sentence."""


@dataclass(frozen=True, slots=True)
class Member:
    """One contact to send to. `send_as`: the e-mail address of the user to send as; None: of whoever sends."""

    contact: Contact
    number: str
    send_as: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are reached, and how many of the selection are not: each is counted once, by the first that holds."""

    count: int
    opted_out: int
    no_number: int
    unassigned: int

    @property
    def excluded(self) -> dict[str, int]:
        """How many are left out, by reason, as the API shows it."""
        return {"opted_out": self.opted_out, "no_number": self.no_number, "unassigned": self.unassigned}


@dataclass(frozen=True, slots=True)
class Audience:
    """The contacts of a selection that can be reached on a channel.

    `mine`: only those assigned to this membership. `send_as`: each with their own user, so only those who have one.
    """

    team: Team
    channel: str
    typed: str = ""
    filters: Filters = find.EVERYBODY
    mine: Membership | None = None
    send_as: bool = False

    @property
    def selection(self) -> QuerySet[Contact]:
        """Everybody the words and filters find, whether they can be reached or not."""
        assigned = self.mine.id if self.mine else self.filters.assigned
        return find.matching(
            self.team, self.typed, replace(self.filters, assigned=assigned, reach=None, somebody=False)
        )

    @property
    def reached(self) -> QuerySet[Contact]:
        """Everybody to send to."""
        found = self.selection.filter(reachable(self.channel))
        return found.filter(assigned__isnull=False) if self.send_as else found

    def counts(self) -> Counts:
        """Count everybody in the selection, in one look at it; of the whole team, the counts that are kept."""
        if not (self.typed or self.mine or self.send_as) and replace(self.filters, reach=None) == find.EVERYBODY:
            kept = ContactCounts.objects.filter(team=self.team).first()
            if kept:
                return _of_the_team(kept.now, self.channel)
        is_out, has_number = Q(**{f"{self.channel}_out": True}), Q(**{f"{NUMBER_OF[self.channel]}__isnull": False})
        nobody = Q(assigned=None) if self.send_as else Q(id__in=[])
        found = self.selection.aggregate(
            count=Count("id", filter=~is_out & has_number & ~nobody),
            opted_out=Count("id", filter=is_out),
            no_number=Count("id", filter=~is_out & ~has_number),
            unassigned=Count("id", filter=~is_out & has_number & nobody),
        )
        return Counts(**found)

    def page(self, *, before: int | None = None, limit: int = 50) -> tuple[list[Member], int | None]:
        """Return some of them, newest first, and the id to go on below, or None."""
        limit = min(limit, MOST_ON_A_PAGE)
        below = Q() if before is None else Q(id__lt=before)
        found = list(self.reached.filter(below).order_by("-id")[: limit + 1])
        users = self._users()
        return [self._member(each, users) for each in found[:limit]], found[limit - 1].id if len(
            found
        ) > limit else None

    def everybody(self) -> Iterator[Member]:
        """Yield all of them, newest first, a few at a time from the database."""
        users = self._users()
        for contact in self.reached.order_by("-id").iterator(chunk_size=2_000):
            yield self._member(contact, users)

    def _member(self, contact: Contact, users: dict[int, str]) -> Member:
        send_as = users.get(contact.assigned_id or 0) if self.send_as else None
        return Member(contact, getattr(contact, NUMBER_OF[self.channel]), send_as)

    def _users(self) -> dict[int, str]:
        """Return the e-mail address of every member's user, by membership id."""
        if not self.send_as:
            return {}
        return dict(Membership.everybody.filter(team=self.team).values_list("id", "user__email"))


def _of_the_team(now: Mapping[str, int], channel: str) -> Counts:
    reached, out = now.get(channel, 0), now.get(f"{channel}_out", 0)
    return Counts(reached, out, now.get("contacts", 0) - reached - out, 0)


def audience(
    team: Team,
    channel: str,
    *,
    typed: str = "",
    filters: Filters = find.EVERYBODY,
    mine: Membership | None = None,
    send_as: bool = False,
    is_begun: bool = False,
) -> Audience:
    """Return the audience. Raises Unavailable, with the reason, when it cannot be had.

    `is_begun`: a page of it was had before, so that it can.
    """
    if mine and send_as:
        raise Unavailable(NOT_BOTH)
    if not is_begun and (mine or send_as) and (reason := why_not_assigned(team, typed, filters)):
        raise Unavailable(reason)
    return Audience(team, channel, typed, filters, mine, send_as)


def why_not_assigned(team: Team, typed: str = "", filters: Filters = find.EVERYBODY) -> str | None:
    """Return why neither choice about assigned users can be had for this selection; None when both can."""
    found = find.matching(team, typed, replace(filters, reach=None, somebody=False)).filter(assigned__isnull=False)
    return None if found.exists() else NOBODY_ASSIGNED


def as_json(member: Member) -> dict[str, Any]:
    """Return one of an audience as the API shows it."""
    return {"contact_id": member.contact.contact_id, "number": member.number, "send_as": member.send_as}


def as_csv(members: Iterable[Member]) -> Iterator[str]:
    """Yield the text of a CSV file."""
    return csv_text(chain([CSV_HEADER], map(_cells, members)))


def _cells(member: Member) -> tuple[str, ...]:
    contact = member.contact
    return contact.contact_id or "", contact.first_name, contact.last_name, member.number, member.send_as or ""

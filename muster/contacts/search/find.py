"""Finding contacts: words, numbers and filters, newest first, a page at a time, at once however many there are.

Two ways to a page. Looking at the newest contacts one by one fills it quickly when much matches; the index finds the
few when little does. So some of the newest are looked at first; that tells which way is the shorter. A query that no
index helps (one or two letters) looks at `MOST_LOOKED_AT` contacts a page and says where it stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

from muster.contacts import counts
from muster.contacts.models import Contact
from muster.contacts.search.conditions import Condition
from muster.contacts.search.filters import EVERYBODY, Filters
from muster.contacts.search.index import TABLE, document, fold, index_rows
from muster.contacts.search.query import TRIGRAM, Query, cleaned, parse
from muster.core.fields import Kind
from muster.teams.models import Team

__all__ = [
    "EVERYBODY",
    "Filters",
    "Hits",
    "Page",
    "document",
    "find",
    "find_oldest",
    "fold",
    "hits_of",
    "index_rows",
    "matching",
]

MOST_ON_A_PAGE = 500
LOOKED_AT_FIRST = 1_000
MOST_LOOKED_AT = 20_000
FEW = 5_000  # so many are sorted rather than met on the way


class Page(NamedTuple):
    """Some of the hits, newest first. `next`: the id to go on below, or None after the last hit.

    A page may be short, even empty, and still have a `next`: there are more contacts to look at.
    """

    contacts: list[Contact]
    next: int | None


class Hits(NamedTuple):
    """All who match, in no order: looked for as it is shortest, looked at one by one, and, where an index leads to no
    more than a few or the team is small, those."""

    all: QuerySet[Contact]
    one_by_one: QuerySet[Contact]
    few: QuerySet[Contact] | None


def find(
    team: Team, typed: str = "", filters: Filters = EVERYBODY, before: int | None = None, *, limit: int = 50
) -> Page:
    """Return the contacts that match what was typed and the filters, and have an id below `before`.

    Whoever has exactly this ContactId comes first.
    """
    search = _Search(team, _asked(team, typed, filters), filters, min(limit, MOST_ON_A_PAGE))
    exact = search.exact(typed)
    if exact is None:
        return search.page(before)
    rest = search.page(before, leave_out=exact)
    if before is not None:
        return rest
    shown, more = rest.contacts[: search.limit - 1], rest.contacts[search.limit - 1 :]
    return Page([exact, *shown], more[0].id + 1 if more else rest.next)  # go on with the first that is not shown


def find_oldest(
    team: Team, typed: str = "", filters: Filters = EVERYBODY, after: int | None = None, *, limit: int = 50
) -> Page:
    """Return the contacts that match, oldest first, with an id above `after`."""
    limit = min(limit, MOST_ON_A_PAGE)
    above = Q() if after is None else Q(id__gt=after)
    return _cut(list(matching(team, typed, filters).filter(above).order_by("id")[: limit + 1]), limit, None)


def matching(team: Team, typed: str = "", filters: Filters = EVERYBODY) -> QuerySet[Contact]:
    """Return all that match, for counting and for downloads: by the index where it helps, else by looking at all."""
    search = _Search(team, _asked(team, typed, filters), filters, 0)
    return search.by_index() if search.query.can_use_index and search.large(None) else search.all


def hits_of(team: Team, typed: str, filters: Filters) -> Hits:
    """Return all that match, for another order than newest first."""
    search = _Search(team, _asked(team, typed, filters), filters, 0)
    if not search.large(None):
        return Hits(search.all, search.all, search.all)
    hits = search.by_index() if search.query.can_use_index else search.all
    few = None
    if search.query.can_use_index or filters.are_narrow:
        few = None if hits[FEW : FEW + 1].exists() else hits
    return Hits(hits, search.filtered.filter(search.query.is_found()), few)


def _asked(team: Team, typed: str, filters: Filters) -> Query:
    """Return what was typed, and what the text of a contact must hold for the filters by field."""
    return parse(typed, team.home_region).and_also(filter(None, map(_text_of, filters.where)))


def by_query(team: Team, query: Query) -> QuerySet[Contact]:
    """Return the newest that match a query which the index can answer."""
    return _Search(team, query, EVERYBODY, 0).by_index().order_by("-id")


def _text_of(condition: Condition) -> str:
    """Return what the text that search looks at must hold where this is true; "" where nothing follows for it.

    Only of letters and digits without accents: those are in that text as they are in any other, but for their case.
    """
    its, value = condition.field, condition.stored
    if condition.operator not in {"is", "has"} or not its.searched:
        return ""
    if its.kind is Kind.PHONE:
        value = value.removeprefix("+")
    plain = value.replace(" ", "").isalnum() and value.isascii()
    return value.lower() if plain and len(value) >= TRIGRAM else ""


def _cut(contacts: list[Contact], limit: int, following: int | None) -> Page:
    """Return at most `limit` of them."""
    if len(contacts) > limit:
        return Page(contacts[:limit], contacts[limit - 1].id)
    return Page(contacts, following)


@dataclass(frozen=True)
class _Search:
    """One search in one team."""

    team: Team
    query: Query
    filters: Filters
    limit: int

    @cached_property
    def newest(self) -> int | None:
        return counts.newest_of(self.team)

    @property
    def everybody(self) -> QuerySet[Contact]:
        return Contact.objects.filter(Q() if self.newest is None else Q(id__lte=self.newest), team=self.team)

    @property
    def filtered(self) -> QuerySet[Contact]:
        return self.everybody.filter(self.filters.condition(self.team))

    @property
    def all(self) -> QuerySet[Contact]:
        matches = self.query.is_found() if connection.vendor == "sqlite" else self.query.is_indexed()
        return self.filtered.filter(matches)

    def exact(self, typed: str) -> Contact | None:
        """Return whoever has exactly the ContactId that was typed."""
        contact_id = cleaned(typed)
        return self.filtered.filter(contact_id=contact_id).first() if contact_id else None

    def page(self, before: int | None, leave_out: Contact | None = None) -> Page:
        """Return a page of those below `before`."""
        others = Q() if leave_out is None else ~Q(id=leave_out.id)
        found, floor = self._look(before, others)
        missing = self.limit + 1 - len(found)
        if floor is None or not missing:
            return _cut(found, self.limit, None)
        if self.query.can_use_index or self.filters.are_narrow:
            hits = self.by_index() if self.query.can_use_index else self.all
            found += _newest(hits.filter(others, id__lt=floor), missing, walk=not self.query.can_use_index)
            return _cut(found, self.limit, None)
        return _cut(found, self.limit, floor)

    def _look(self, before: int | None, others: Q) -> tuple[list[Contact], int | None]:
        """Look at the newest contacts one by one, as long as that will fill the page soon, or nothing else will.

        Return who was found, and the id below which nobody was looked at; None when everybody was.
        """
        found: list[Contact] = []
        wanted, looked, floor, step = self.limit + 1, 0, before, LOOKED_AT_FIRST
        can_jump = self.query.can_use_index or self.filters.are_narrow
        while step:
            top, floor = floor, self.floor(floor, step)
            looked_at = self.filtered.filter(self.query.is_found(), others, _between(floor, top))
            found += _newest(looked_at, wanted - len(found))
            looked += step
            if floor is None or len(found) == wanted or looked >= MOST_LOOKED_AT:
                break
            step = MOST_LOOKED_AT - looked
            if can_jump:  # at this rate, and half as many again
                soon = looked * (wanted - len(found)) * 3 // (2 * len(found)) if found else MOST_LOOKED_AT
                step = soon if looked + soon <= MOST_LOOKED_AT else 0
        return found, floor

    def floor(self, before: int | None, count: int) -> int | None:
        """Return the id of the contact that is `count` below `before`; None when there are not so many."""
        ids = self.everybody.filter(_between(None, before)).order_by("-id").values_list("id", flat=True)
        return next(iter(ids[count - 1 : count]), None)

    def large(self, before: int | None) -> bool:
        return self.floor(before, LOOKED_AT_FIRST) is not None

    def by_index(self) -> QuerySet[Contact]:
        """Return all that match, found by the index; each is looked at again."""
        if connection.vendor != "sqlite":
            return self.all  # the planner finds the index by itself: see `_newest`
        sql = f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s"  # noqa: S608  constants
        return self.all.filter(id__in=RawSQL(sql, [self.query.as_fts5()]))  # noqa: S611  constants, parameters apart


def _between(floor: int | None, before: int | None) -> Q:
    above = Q() if floor is None else Q(id__gte=floor)
    return above if before is None else above & Q(id__lt=before)


def _newest(contacts: QuerySet[Contact], count: int, *, walk: bool = True) -> list[Contact]:
    """Return so many of the newest. Without `walk`, PostgreSQL must not walk down the ids and hope to meet enough hits:
    it cannot when it has to sort by a sum, and then takes the trigram index."""
    order = F("id") if walk or connection.vendor == "sqlite" else F("id") + 0
    return list(contacts.order_by(order.desc())[:count])

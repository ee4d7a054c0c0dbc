"""Orders other than newest first: every page of them, along an index or not, is what sorting all of them gives."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models.functions import Lower
from django.utils import timezone

from muster.contacts import custom_fields
from muster.contacts.audience import audience
from muster.contacts.counts import counts_of
from muster.contacts.models import Change, Contact
from muster.contacts.schema import schema_of
from muster.contacts.search import find, ordered
from muster.contacts.search.asked import conditions
from muster.contacts.search.filters import Filters
from muster.contacts.time_ids import next_ids
from muster.teams.lock import locked
from muster.teams.models import Team
from tests.cast import Cast
from tests.contacts.people import save, values

pytestmark = pytest.mark.django_db(databases="__all__")

MANY = 400
Test = Callable[[Contact], bool]


@pytest.fixture
def team(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Team:
    """A team that is large, of which little is looked at: some without a ContactId, all with a history."""
    monkeypatch.setattr(find, "LOOKED_AT_FIRST", 40)
    monkeypatch.setattr(find, "FEW", 15)
    monkeypatch.setattr(ordered, "LOOKED_AT_FIRST", 40)
    monkeypatch.setattr(ordered, "MOST_LOOKED_AT", 120)
    monkeypatch.setattr(ordered, "STEPS", (40, 80))
    field = custom_fields.add(cast.team, cast.alice, name="Program", kind="text")
    made = [{**each, "custom": {str(field.id): each["custom"]["7"]}} for each in values(MANY)]
    for each in made[::40]:
        each["contact_id"] = None
    contacts = save(cast.team, made)
    touch(cast.team, contacts, "created")
    touch(cast.team, random.Random(3).sample(contacts, MANY // 3), "updated")
    return cast.team


def touch(team: Team, contacts: list[Contact], action: str) -> None:
    about: dict[str, Any] = {"at": timezone.now(), "source": "user", "action": action}
    with locked(team) as current:
        made = zip(next_ids(len(contacts)), contacts, strict=True)
        Change.objects.bulk_create(Change(team=current, id=key, contact=each.id, **about) for key, each in made)


def pages(team: Team, order: str, typed: str, filters: Filters) -> Iterator[list[int]]:
    after = ""
    while True:
        page = ordered.page(team, typed, filters, order, after=after, limit=7)
        yield [each.id for each in page.contacts]
        after = page.next
        if not after:
            return


def sorted_by(team: Team, order: str, fits: Test) -> list[int]:
    """Sort by hand, where the database compares texts letter by letter."""
    contacts = [each for each in Contact.objects.filter(team=team) if fits(each)]
    changes = Change.objects.filter(team=team).order_by("id").values_list("contact", "id")
    latest = dict(changes)
    lower = Contact.objects.filter(team=team)
    low = {key: (last, first) for key, last, first in lower.values_list("id", *LOW)}
    keys: dict[str, Callable[[Contact], Any]] = {
        "updated": lambda each: -latest[each.id],
        "name": lambda each: (*low[each.id], each.id),
        "id": lambda each: (each.contact_id is None, each.contact_id or "", each.id),
    }
    return [each.id for each in sorted(contacts, key=keys[order])]


LOW = (Lower("last_name"), Lower("first_name"))


def program(contact: Contact) -> str:
    return str(next(iter(contact.custom.values())))


@pytest.mark.parametrize("order", ["updated", "name", "id"])
@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({}, lambda _: True),
        ({"typed": "muller"}, lambda each: each.last_name == "Müller"),
        ({"typed": "1"}, lambda each: "1" in each.search_text),
        ({"text": True}, lambda each: each.text_out),
        ({"whatsapp": False}, lambda each: not each.whatsapp_out),
        ({"reach": "text", "whatsapp": True}, lambda each: each.whatsapp_out and not each.text_out),
        ({"where": "is:Law"}, lambda each: program(each) == "Law"),
        ({"where": "has:american"}, lambda each: "American" in program(each)),
        ({"where": "from:a"}, lambda each: program(each) >= "a"),
        ({"typed": "nobody at all"}, lambda _: False),
    ],
)  # fmt: skip
def test_every_order_is_what_sorting_all_of_them_gives(
    team: Team, order: str, asked: dict[str, Any], fits: Test
) -> None:
    where = [f"{schema_of(team).fields[-1].key}:{asked['where']}"] if "where" in asked else []
    given = {key: value for key, value in asked.items() if key not in {"typed", "where"}}
    filters = Filters(**given, where=conditions(where, schema_of(team)))
    found = list(pages(team, order, asked.get("typed", ""), filters))
    assert [key for page in found for key in page] == sorted_by(team, order, fits)
    assert all(len(page) == 7 for page in found[:-1])


def test_who_is_gone_is_not_in_the_way_of_the_latest_changes(team: Team) -> None:
    some = list(Contact.objects.filter(team=team).order_by("id")[:200])
    touch(team, some, "removed")
    Contact.objects.filter(team=team, id__in=[each.id for each in some]).delete()
    found = [key for page in pages(team, "updated", "", Filters()) for key in page]
    assert found == sorted_by(team, "updated", lambda _: True)
    assert len(found) == MANY - 200


def test_a_common_page_looks_at_few_contacts(team: Team, django_assert_max_num_queries: Any) -> None:
    for order in ("updated", "name", "id"):
        with django_assert_max_num_queries(4):
            ordered.page(team, "", Filters(), order, limit=7)


def test_the_audience_of_a_whole_team_is_counted_as_it_is_kept(team: Team) -> None:
    one_by_one = {channel: audience(team, channel).counts() for channel in ("text", "whatsapp", "whatsapp_marketing")}
    counts_of(team)
    assert {channel: audience(team, channel).counts() for channel in one_by_one} == one_by_one
    assert audience(team, "text", filters=Filters(text=True)).counts().count == 0

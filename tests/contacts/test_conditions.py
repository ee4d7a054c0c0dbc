"""Filters by any field, other orders, near misses and spellings, on either database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from muster.contacts import custom_fields
from muster.contacts.audience import audience
from muster.contacts.models import Contact
from muster.contacts.schema import schema_of
from muster.contacts.search.asked import conditions
from muster.contacts.search.conditions import BadFilter
from muster.contacts.search.filters import Filters, filters_of
from muster.contacts.search.find import find, matching
from muster.contacts.search.nearly import nearly
from muster.contacts.search.ordered import BadPlace, page
from tests.cast import Cast
from tests.contacts.some import contact

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def keys(cast: Cast) -> dict[str, str]:
    """Fields of three kinds, and four contacts: by name the keys of their values."""
    kinds = {"Program": "text", "Credits": "number", "Enrolled": "date"}
    fields = {name: custom_fields.add(cast.team, cast.alice, name=name, kind=kind) for name, kind in kinds.items()}
    program, points, enrolled = (str(each.id) for each in fields.values())
    contact(cast.team, "Ada", {program: "Biology", points: "9", enrolled: "2026-01-12"}, contact_id="S1")
    contact(cast.team, "Bo", {program: "Marine biology", points: "10"}, contact_id="S2", mobile_number="+17165550101")
    contact(cast.team, "Cy", {program: "Ökologie", enrolled: "2026-03-01"}, contact_id="S3")
    contact(cast.team, "Di", contact_id=None)
    return {name: each.key for name, each in fields.items()}


def names(cast: Cast, *where: str) -> list[str]:
    filters = filters_of(cast.team, {}, where=conditions(where, schema_of(cast.team)))
    found = [each.first_name for each in find(cast.team, "", filters).contacts]
    assert sorted(found) == sorted(each.first_name for each in matching(cast.team, "", filters))
    return sorted(found)


@pytest.mark.parametrize(
    ("name", "asked", "found"),
    [
        ("Program", "is:biology", ["Ada"]),
        ("Program", "is-not:Biology", ["Bo", "Cy", "Di"]),
        ("Program", "has:biology", ["Ada", "Bo"]),
        ("Program", "is:Ökologie", ["Cy"]),
        ("Program", "blank", ["Di"]),
        ("Program", "filled", ["Ada", "Bo", "Cy"]),
        ("Credits", "from:9.5", ["Bo"]),
        ("Credits", "to:9", ["Ada"]),
        ("Credits", "to:x", []),
        ("Enrolled", "from:2026-02-01", ["Cy"]),
        ("Enrolled", "to:2026-02-01", ["Ada"]),
    ],
)
def test_a_team_s_own_field_is_a_filter(
    cast: Cast, keys: dict[str, str], name: str, asked: str, found: list[str]
) -> None:
    assert names(cast, f"{keys[name]}:{asked}") == found


def test_system_fields_are_filters_and_all_filters_must_hold(cast: Cast, keys: dict[str, str]) -> None:
    assert names(cast, "mobile_number:blank") == ["Ada", "Cy", "Di"]
    assert names(cast, "mobile_number:is:(716) 555-0101") == ["Bo"]
    assert names(cast, "contact_id:filled", f"{keys['Program']}:has:biology") == ["Ada", "Bo"]


@pytest.mark.parametrize("where", ["nothing:is:x", "contact_id:like:x", "contact_id:is:", "x", "custom.0:is:x"])
def test_what_is_no_filter_is_refused(cast: Cast, where: str) -> None:
    with pytest.raises(BadFilter):
        conditions([where], schema_of(cast.team))


def test_a_field_of_another_team_is_no_filter(cast: Cast, keys: dict[str, str]) -> None:
    with pytest.raises(BadFilter):
        conditions([f"{keys['Program']}:filled"], schema_of(cast.other_team))


def test_a_condition_reads_as_it_was_written(cast: Cast) -> None:
    texts = ["last_name:is:a:b", "first_name:blank"]
    found = conditions(texts, schema_of(cast.team))
    assert [each.text for each in found] == texts
    assert [each.words for each in found] == ["Last name is a:b", "First name is blank"]


def pages(cast: Cast, order: str) -> Iterator[Contact]:
    after = ""
    while True:
        found = page(cast.team, "", Filters(), order, after=after, limit=3)
        yield from found.contacts
        after = found.next
        if not after:
            return


def test_every_order_shows_everybody_once(cast: Cast) -> None:
    for number in range(10):
        contact(cast.team, f"{'aB'[number % 2]}{number // 4}", contact_id=f"S{9 - number}")
    assert [each.first_name for each in pages(cast, "name")] == [
        "a0",
        "a0",
        "a1",
        "a1",
        "a2",
        "B0",
        "B0",
        "B1",
        "B1",
        "B2",
    ]
    assert [each.contact_id for each in pages(cast, "id")] == [f"S{number}" for number in range(10)]
    assert len({each.id for each in pages(cast, "updated")}) == 10


@pytest.mark.parametrize("after", ["x", "W10", "WyJhIl0", "WzEsMl0", "WyJ4IiwxXQ", "WyIyMDI2LTAxLTAxIiwgMV0"])
def test_a_place_that_no_page_gave_is_refused(cast: Cast, after: str) -> None:
    with pytest.raises(BadPlace):
        page(cast.team, "", Filters(), "updated", after=after)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("mueller", "Müller"),
        ("müller", "Mueller"),
        ("oneil", "O\u2019Neil"),
        ("o'neill", "ONeill"),
        ("dangelo", "D'Angelo"),
    ],
)
def test_a_name_is_found_as_people_spell_it(cast: Cast, typed: str, name: str) -> None:
    contact(cast.team, name)
    assert [each.first_name for each in find(cast.team, typed).contacts] == [name]


def test_near_misses_are_proposed(cast: Cast) -> None:
    for name in ("Okafor", "Okonkwo", "Petersen"):
        contact(cast.team, name)
    contact(cast.other_team, "Okafar")
    assert nearly(cast.team, "okfor")[:1] == ["Okafor X"]
    assert nearly(cast.team, "Peterson") == ["Petersen X"]
    assert nearly(cast.team, "zzzzzz") == nearly(cast.team, "12345") == nearly(cast.team, "") == []


def test_who_is_counted_is_who_is_listed(cast: Cast) -> None:
    mine = cast.membership(cast.bob)
    contact(cast.team, "Ada", mobile_number="+17165550101", assigned=mine)
    contact(cast.team, "Bo", mobile_number="+17165550102")
    reached = audience(cast.team, "text", typed="", filters=Filters(reach="text", somebody=True), send_as=True)
    assert (reached.counts().count, reached.counts().unassigned) == (1, 1)
    assert [each.first_name for each in find(cast.team, "", Filters(reach="text", somebody=True)).contacts] == ["Ada"]

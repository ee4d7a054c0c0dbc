"""Contacts by any field, in several orders, and lists that a team saves."""

from __future__ import annotations

import pytest

from muster.contacts import custom_fields
from muster.contacts.models import SavedList
from tests.cast import Cast
from tests.contacts.some import contact

pytestmark = pytest.mark.django_db(databases="__all__")

HERE = "/t/admissions/contacts/"


def shown(cast: Cast, query: str) -> list[str]:
    page = cast.browser(cast.bob).get(f"{HERE}?{query}").context
    return [line.contact.first_name for line in page["lines"]]


def test_a_filter_is_added_said_and_removed(cast: Cast) -> None:
    key = custom_fields.add(cast.team, cast.alice, name="Program").key
    stored = key.removeprefix("custom.")
    contact(cast.team, "Ada", {stored: "Biology"})
    contact(cast.team, "Bo", {stored: "History"})
    page = cast.browser(cast.bob).get(f"{HERE}?text=opted_in&field={key}&op=is&value=Biology").context
    assert [line.contact.first_name for line in page["lines"]] == ["Ada"]
    assert page["asked"].query() == f"text=opted_in&where={key}%3Ais%3ABiology"
    assert page["conditions"] == [("Program is Biology", "text=opted_in")]
    assert shown(cast, page["asked"].query()) == ["Ada"]
    assert shown(cast, f"field={key}&op=is&value=") == ["Bo", "Ada"]


@pytest.mark.parametrize(
    "query", ["where=x", "where=custom.9:is:x", "sort=x", "sort=name&before=x", "field=x&op=is&value=1"]
)
def test_what_there_is_not_is_not_found(cast: Cast, query: str) -> None:
    assert cast.browser(cast.bob).get(f"{HERE}?{query}").status_code == 404


def test_a_sorted_list_goes_on_where_the_page_ended(cast: Cast) -> None:
    for number in range(60):
        contact(cast.team, f"N{number:02}", contact_id=f"S{59 - number:02}")
    first = cast.browser(cast.bob).get(f"{HERE}?sort=id").context
    assert [line.contact.contact_id for line in first["lines"]] == [f"S{number:02}" for number in range(50)]
    assert shown(cast, first["older"]) == [f"N{number:02}" for number in range(9, -1, -1)]


def test_it_says_in_which_field_a_word_was_found(cast: Cast) -> None:
    key = custom_fields.add(cast.team, cast.alice, name="Nickname").key
    contact(cast.team, "Ada", {key.removeprefix("custom."): "Addie"})
    page = cast.browser(cast.bob).get(f"{HERE}?q=addie").context
    assert [line.found_in for line in page["lines"]] == ["Nickname: Addie"]


def test_it_proposes_who_was_meant(cast: Cast) -> None:
    contact(cast.team, "Okafor")
    assert cast.browser(cast.bob).get(f"{HERE}?q=okfor").context["nearly"] == ["Okafor X"]


def test_a_list_is_saved_for_the_team_and_deleted(cast: Cast) -> None:
    contact(cast.team, "Ada", contact_id="S1")
    contact(cast.team, "Bo")
    browser = cast.browser(cast.bob)
    query = "where=contact_id%3Afilled"
    browser.post(f"{HERE}lists/", {"name": " With an id ", "query": query})

    [saved] = SavedList.objects.filter(team=cast.team)
    assert (saved.name, saved.by) == ("With an id", cast.bob)
    page = cast.browser(cast.alice).get(f"{HERE}?{saved.query}").context
    assert (page["is_saved"], list(page["lists"])) == (saved, [saved])
    assert [line.contact.first_name for line in page["lines"]] == ["Ada"]

    browser.post(f"{HERE}lists/{saved.pk}/delete")
    assert not SavedList.objects.exists()


@pytest.mark.parametrize(
    "said", [{"name": "", "query": "q=x"}, {"name": "x" * 101, "query": "q=x"}, {"name": "A", "query": ""}]
)
def test_a_list_without_a_name_or_filters_is_not_saved(cast: Cast, said: dict[str, str]) -> None:
    page = cast.browser(cast.bob).post(f"{HERE}lists/", said, follow=True)
    assert [each.level_tag for each in page.context["messages"]] == ["error"]
    assert not SavedList.objects.exists()


def test_a_name_is_taken_once_in_a_team(cast: Cast) -> None:
    for said in ({"name": "A", "query": "q=x"}, {"name": "A", "query": "q=y"}):
        page = cast.browser(cast.bob).post(f"{HERE}lists/", said, follow=True)
    assert "There is a list" in str(next(iter(page.context["messages"])))
    assert SavedList.objects.get().query == "q=x"


def test_a_channel_without_a_number_is_not_green(cast: Cast) -> None:
    contact(cast.team, "Ada", mobile_number="+17165550101")
    html = cast.browser(cast.bob).get(HERE).content.decode()
    assert html.count("chip done") == 1
    assert html.count(": no number") == 2

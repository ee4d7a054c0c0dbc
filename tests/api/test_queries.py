"""Filters, orders and pages of lists: what is asked for is what is given, and what is not known is refused."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.contacts.models import Change, Contact
from muster.contacts.search import filters
from tests.api.conftest import Caller
from tests.api.test_contacts import add, ids

pytestmark = pytest.mark.django_db(databases="__all__")


def some(admin: Caller, count: int = 5) -> list[Any]:
    return [
        add(admin, contact_id=f"S{n}", mobile_number=f"716-555-1{n:03}", whatsapp_number=None) for n in range(count)
    ]


@pytest.mark.parametrize(
    "path",
    ["/contacts?whats_app=opted_in", "/contacts.csv?Q=x", "/audience?channel=text&team=x", "/users?page=2", "?x=1"],
)
def test_it_refuses_a_query_parameter_that_it_does_not_know(admin: Caller, path: str) -> None:
    answer = admin("GET", path)
    assert answer.status == 422
    assert "There is no query parameter" in answer.body["detail"]


def test_it_tells_strangers_nothing_of_its_parameters(stranger: Caller) -> None:
    assert stranger("GET", "/contacts?nonsense=1").status == 404
    assert Caller("none", "/teams/admissions")("GET", "/contacts?nonsense=1").status == 401


def test_it_counts_an_audience_once_for_all_pages(admin: Caller) -> None:
    some(admin)
    first = admin("GET", "/audience?channel=text&limit=2").body
    Contact.objects.filter(contact_id="S4").update(text_out=True)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        second = admin("GET", f"/audience?channel=text&limit=2&cursor={first['next']}").body
    assert not [
        each for each in asked.captured_queries if "COUNT(" in each["sql"] and "contacts_contact" in each["sql"]
    ]
    third = admin("GET", f"/audience?channel=text&limit=2&cursor={second['next']}").body
    assert [each["contact_id"] for page in (first, second, third) for each in page["items"]] == [
        "S4", "S3", "S2", "S1", "S0"
    ]  # fmt: skip
    assert {page["count"] for page in (first, second, third)} == {5}
    assert third["next"] is None


def test_it_lists_contacts_oldest_first_where_asked(admin: Caller) -> None:
    some(admin)
    first = admin("GET", "/contacts?sort=oldest&limit=3")
    second = admin("GET", f"/contacts?sort=oldest&limit=3&cursor={first.body['next']}")
    assert ids(first) + ids(second) == ["S0", "S1", "S2", "S3", "S4"]
    assert second.body["next"] is None
    assert admin("GET", "/contacts?sort=name").status == 422


@pytest.mark.parametrize("few", [5_000, 0], ids=["few changes", "many changes"])
def test_it_lists_contacts_that_were_changed_since(admin: Caller, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(filters, "FEW_CHANGES", few)
    some(admin)
    long_ago = datetime.now(UTC) - timedelta(days=3)
    Contact.objects.update(updated_at=long_ago)
    since = datetime.now(UTC)
    time.sleep(0.01)
    admin("PATCH", "/contacts/S2", {"last_name": "Changed"})
    assert ids(admin("GET", f"/contacts?updated_since={since.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}")) == ["S2"]
    assert len(ids(admin("GET", f"/contacts?updated_since={long_ago.date()}"))) == 5
    assert Change.objects.count() == 6


@pytest.mark.parametrize("since", ["yesterday", "0001-01-01", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00"])
def test_it_takes_only_times_that_a_database_can_hold(admin: Caller, since: str) -> None:
    assert admin("GET", f"/contacts?updated_since={since}").status == (200 if since.startswith("2026") else 422)


@pytest.mark.parametrize("path", ["/consent", "/contacts/S1/consent"])
def test_it_hears_stop_on_all_channels_in_one_call(admin: Caller, path: str) -> None:
    add(admin, contact_id="S1", mobile_number="716-555-1234", whatsapp_number="716-555-1234")
    word = {"channel": "all", "opted_out": True, "source": "contact", "message_id": "m1"}
    answer = admin("POST", path, word if "contacts" in path else {**word, "number": "716-555-1234"})
    assert answer.status == 200
    found = admin("GET", "/contacts/S1").body
    assert {found[name] for name in ("text", "whatsapp", "whatsapp_marketing")} == {"opted_out"}
    assert len(admin("GET", "/stopped").body["items"]) == 3

"""The feed of changes over the API."""

import threading
import time
from contextlib import ExitStack

import pytest
from django.db import connections

from muster.api import changes
from muster.contacts import edit
from muster.contacts.erase import erase
from muster.contacts.models import Contact
from tests.api.conftest import Caller
from tests.cast import Cast
from tests.imports.play import ANA, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")


def test_it_gives_every_contact_and_then_changes(cast: Cast, user: Caller) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    first = user("GET", "/changes?after=0").body
    imported(cast.team, cast.alice, sheet(ANA.replace("Núñez", "Okafor")))

    after = user("GET", f"/changes?after={first['cursor']}").body
    item = after["items"][0]

    assert [(each["action"], each["contact"]["last_name"]) for each in first["items"]] == [("there", "Núñez")]
    assert (first["more"], after["more"]) == (False, False)
    assert item["import"] != str(imp.pk)
    assert (item["contact_id"], item["source"], item["by"], item["row"]) == ("S1", "import", "alice@example.edu", 2)
    assert (item["before"], item["after"]) == ({"last_name": "Núñez"}, {"last_name": "Okafor"})
    assert item["contact"]["last_name"] == "Okafor"
    assert item["id"] == first["items"][0]["id"]
    assert user("GET", f"/changes?after={after['cursor']}").body == {
        "items": [],
        "cursor": after["cursor"],
        "more": False,
    }


def test_it_says_who_is_gone(cast: Cast, user: Caller) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    cursor = user("GET", "/changes").body["cursor"]
    ana = Contact.objects.get(team=cast.team)
    erase(ana, cast.alice)

    (item,) = user("GET", f"/changes?after={cursor}").body["items"]

    assert (item["action"], item["id"], item["contact"], item["contact_id"]) == ("erased", str(ana.id), None, None)


def test_it_refuses_another_cursor_and_strangers(user: Caller, stranger: Caller) -> None:
    assert user("GET", "/changes?after=yesterday").status == 422
    assert user("GET", "/changes?wait=31").status == 422
    assert stranger("GET", "/changes").status == 404


def test_it_answers_at_once_where_too_many_wait(user: Caller) -> None:
    began = time.monotonic()
    with ExitStack() as others:
        for _ in range(changes.MOST_WAITING):
            others.enter_context(changes.waiting)
        answer = user("GET", "/changes?after=0.0&wait=20")
    assert (answer.body["items"], answer.headers["Retry-After"]) == ([], "5")
    assert "Retry-After" not in user("GET", "/changes?after=0.0&wait=1").headers

    assert time.monotonic() - began < 5


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_it_holds_the_answer_until_there_is_something(cast: Cast, user: Caller) -> None:
    def add() -> None:
        time.sleep(1)
        edit.add(cast.team, cast.alice, {"first_name": "New", "last_name": "X", "mobile_number": "+1 716 555 7777"})
        connections.close_all()

    thread, began = threading.Thread(target=add), time.monotonic()
    thread.start()
    answer = user("GET", "/changes?after=0.0&wait=30").body
    thread.join()

    assert [each["action"] for each in answer["items"]] == ["created"]
    assert 0.9 < time.monotonic() - began < 10

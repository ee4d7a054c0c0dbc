"""The feed of changes: from nothing, every contact once; then every change in order, with the contact after it."""

from typing import Any

import pytest

from muster.connect import feed
from muster.connect.feed import Cursor
from muster.contacts import edit
from muster.contacts.consent import channels
from muster.contacts.erase import erase
from muster.contacts.models import Change, Contact
from muster.imports import undo, worker
from muster.teams.models import Team
from tests.cast import Cast
from tests.imports.play import ANA, BO, contact, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")


def follow(team: Team, after: str = "0", limit: int = 100) -> tuple[list[feed.Item], str]:
    """Read on until there is nothing more."""
    items: list[feed.Item] = []
    cursor, more = after, True
    while more:
        page = feed.read(team, feed.read_cursor(cursor), limit)
        items, cursor, more = items + page.items, str(page.cursor), page.more
    return items, cursor


def told(items: list[feed.Item]) -> list[tuple[str, Any]]:
    """What each item says, in short: action and last name."""
    return [
        (each.change.action if each.change else "there", each.contact.last_name if each.contact else None)
        for each in items
    ]


def test_it_begins_with_every_contact_once_and_goes_on_with_changes(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA, BO))
    at_first, cursor = follow(cast.team)
    edit.update(contact(cast.team, "S1"), cast.alice, {"last_name": "Okafor"})

    assert told(at_first) == [("there", "Núñez"), ("there", "Kay")]
    assert told(follow(cast.team, cursor)[0]) == [("updated", "Okafor")]


def test_it_says_the_same_in_pages_of_any_size(cast: Cast) -> None:
    start = str(Cursor(0, 0))
    imported(cast.team, cast.alice, sheet(ANA, BO))
    edit.update(contact(cast.team, "S1"), cast.alice, {"last_name": "Okafor"})
    imported(cast.team, cast.alice, sheet(ANA, BO.replace("Kay", "Kayode")))

    whole = follow(cast.team, start)
    assert [follow(cast.team, start, limit)[1] for limit in (1, 2, 3)] == [whole[1]] * 3
    assert [told(follow(cast.team, start, limit)[0]) for limit in (1, 2, 3)] == [told(whole[0])] * 3


def test_it_shows_each_contact_as_it_was_after_the_change(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    ana = contact(cast.team, "S1")
    edit.update(ana, cast.alice, {"last_name": "Okafor", "mobile_number": "+1 716 555 9999"})
    channels.set_consent(ana, channel="text", opted_out=True, source="contact", by=None)

    items, _ = follow(cast.team, str(Cursor(0, 0)))

    shown = [
        (each.contact.last_name, each.contact.mobile_number, each.contact.text_out) for each in items if each.contact
    ]
    assert shown == [
        ("Núñez", "+17165551234", False),
        ("Okafor", "+17165559999", False),
        ("Okafor", "+17165559999", True),
    ]


def test_it_leaves_to_the_changes_what_changes_while_a_reader_begins(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA, BO))
    first = feed.read(cast.team, None, 1)
    edit.update(contact(cast.team, "S2"), cast.alice, {"last_name": "Kayode"})
    edit.add(cast.team, cast.alice, {"first_name": "New", "last_name": "Comer", "mobile_number": "+1 716 555 7777"})

    rest, _ = follow(cast.team, str(first.cursor), 1)

    assert told(first.items) == [("there", "Núñez")]
    assert told(rest) == [("updated", "Kayode"), ("created", "Comer")]


def test_it_tells_of_contacts_that_an_undo_removes(cast: Cast) -> None:
    done = imported(cast.team, cast.alice, sheet(ANA))
    _, cursor = follow(cast.team)
    worker.run_now(undo.undo(done, cast.alice))

    items, _ = follow(cast.team, cursor)

    assert told(items) == [("removed", None)]
    assert items[0].change is not None
    assert items[0].change.import_id is not None


def test_it_tells_of_an_erasure_without_naming_anybody(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    ana = contact(cast.team, "S1")
    _, cursor = follow(cast.team)
    erase(ana, cast.alice)

    items, _ = follow(cast.team, cursor)

    assert told(items) == [("erased", None)]
    assert [(each.contact, each.before, each.after) for each in Change.objects.filter(team=cast.team)] == [
        (ana.id, None, None)
    ]


def test_it_gives_old_changes_in_the_order_they_were_written_in(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA, BO))
    Change.objects.filter(team=cast.team).update(version=0)

    assert told(follow(cast.team, str(Cursor(0, 0)))[0]) == [("created", "Núñez"), ("created", "Kay")]


def test_it_keeps_to_the_team(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))

    assert follow(cast.other_team)[0] == []
    assert follow(cast.other_team, str(Cursor(0, 0)))[0] == []


@pytest.mark.parametrize("text", ["1", "-1.0", "1.", "x", "s", "1.2.3", "9999999999999999999.0", "\uff11.\uff11"])
def test_it_refuses_what_is_no_cursor(text: str) -> None:
    with pytest.raises(feed.BadCursor):
        feed.read_cursor(text)


def test_it_refuses_a_change_outside_of_the_lock(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    key = Contact.objects.get(team=cast.team).id

    with pytest.raises(LookupError):
        Change(team=cast.team, contact=key)

"""The team's version: every change that a preview rests on moves it, in the order of the commits; looking does not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import pytest
from django.db import connections

from muster.contacts import custom_fields, edit, erase
from muster.contacts.consent import channels
from muster.contacts.models import Contact
from muster.imports import undo, worker, workspace
from muster.imports.models import Import
from muster.teams import members
from muster.teams.lock import locked, version_of
from muster.teams.models import Team
from tests.cast import Cast
from tests.imports.play import ANA, BO, contact, drafted, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")

FORM = {"first_name": "Ana", "last_name": "Núñez", "mobile_number": "+1 716 555 1234"}


def moves(team: Team, change: Callable[[], object]) -> bool:
    """Whether something moves the version of the team."""
    before = version_of(team.pk)
    change()
    return version_of(team.pk) > before


def test_it_moves_with_every_writer_of_contacts(cast: Cast) -> None:
    team, alice = cast.team, cast.alice

    def ana() -> Contact:
        return contact(team, "S1")

    assert moves(team, lambda: edit.save(team, alice, {"contact_id": "S1", **FORM}))
    assert moves(team, lambda: edit.update(ana(), alice, {"last_name": "Li"}))
    stop = partial(channels.set_consent, channel="text", opted_out=True, source="contact", by=None)
    assert moves(team, lambda: stop(ana()))
    start = partial(channels.set_consent_of_number, channel="text", opted_out=False, source="contact", by=None)
    assert moves(team, lambda: start(team, "+17165551234"))
    assert moves(team, lambda: erase.erase(ana(), alice))


def test_it_moves_with_an_import_and_with_its_undo(cast: Cast) -> None:
    made: list[Import] = []

    assert moves(cast.team, lambda: made.append(imported(cast.team, cast.alice, sheet(ANA))))
    assert moves(cast.team, lambda: worker.run_now(undo.undo(made[0], cast.alice)))


def test_it_moves_with_the_fields(cast: Cast) -> None:
    team, alice = cast.team, cast.alice

    assert moves(team, lambda: custom_fields.add(team, alice, name="Term"))
    term = custom_fields.add(team, alice, name="Major")
    assert moves(team, lambda: custom_fields.change(term, alice, required=True))
    assert moves(team, lambda: custom_fields.move(term, alice, -1))
    assert moves(team, lambda: custom_fields.delete(term, alice))


def test_it_moves_with_members_and_their_staff_ids(cast: Cast) -> None:
    team, bob = cast.team, cast.membership(cast.bob)

    assert moves(team, lambda: members.add_user(team, cast.alice, email="eve@example.edu", staff_id="E1"))
    assert moves(team, lambda: members.change_staff_id(bob, cast.alice, "B2"))
    assert moves(team, lambda: members.change_member(bob, cast.alice, role="user", staff_id=None))
    assert moves(team, lambda: members.remove_user(bob, cast.alice))


def test_it_moves_with_the_settings_that_cells_are_read_by(cast: Cast) -> None:
    assert moves(cast.team, lambda: members.update_team(cast.team, cast.alice, home_region="GB"))
    assert moves(cast.team, lambda: members.update_team(cast.team, cast.alice, strict_numbers=True))


def test_it_stays_while_people_only_look_or_draft(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))

    assert not moves(cast.team, lambda: workspace.look(drafted(cast.team, cast.alice, sheet(ANA, BO))))
    assert not moves(cast.team, lambda: cast.browser(cast.alice).get("/t/admissions/contacts/"))
    assert not moves(cast.team, lambda: members.change_role(cast.membership(cast.bob), cast.alice, "user"))


def test_it_stays_when_the_change_is_refused(cast: Cast) -> None:
    def refused() -> None:
        with pytest.raises(edit.Rejected):
            edit.save(cast.team, cast.alice, {"contact_id": "S1"})

    assert not moves(cast.team, refused)


def test_it_is_each_teams_own(cast: Cast) -> None:
    assert not moves(cast.other_team, lambda: imported(cast.team, cast.alice, sheet(ANA)))


def test_whoever_holds_the_lock_knows_the_version_that_the_change_makes(cast: Cast) -> None:
    before = version_of(cast.team.pk)

    with locked(cast.team) as team:
        assert team.version == before + 1

    assert version_of(cast.team.pk) == before + 1


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_versions_follow_each_other_in_the_order_of_the_commits(cast: Cast) -> None:
    begun, order = Event(), []

    def first() -> None:
        with locked(cast.team) as team:
            begun.set()
            assert not done.wait(0.3)  # the second waits for the first
            order.append(team.version)
        connections.close_all()

    def second() -> None:
        begun.wait(5)
        with locked(cast.team) as team:
            order.append(team.version)
        done.set()
        connections.close_all()

    done = Event()
    with ThreadPoolExecutor(2) as pool:
        for task in [pool.submit(first), pool.submit(second)]:
            task.result()

    assert order == sorted(order)
    assert len(set(order)) == 2

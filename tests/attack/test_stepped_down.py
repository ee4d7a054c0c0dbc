"""What an Admin confirmed is not imported once they are no Admin: it is a draft again, and an undo is stopped."""

from collections.abc import Callable
from typing import Any

import pytest

from muster.contacts.models import Contact
from muster.core.sentences import failures
from muster.imports import run, undo, worker
from muster.imports.models import Import, State
from muster.teams import members
from muster.teams.models import Role
from tests.cast import Cast, join, make_user
from tests.imports.play import ANA, BO, drafted, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")


def removed(cast: Cast) -> None:
    members.remove_user(cast.membership(cast.alice), cast.olivia)


def made_user(cast: Cast) -> None:
    members.change_role(cast.membership(cast.alice), cast.olivia, Role.USER)


def switched_off(cast: Cast) -> None:
    members.switch_off(cast.alice, cast.olivia)


WAYS = pytest.mark.parametrize("end", [removed, made_user, switched_off])


def all_done() -> None:
    while worker.one_round("a worker"):
        pass


@WAYS
def test_it_is_a_draft_again_for_other_admins(cast: Cast, end: Callable[[Cast], None]) -> None:
    other = make_user("Zoe", "Zeller")
    join(cast.team, other, Role.ADMIN)
    imp = run.confirm(drafted(cast.team, cast.alice, sheet(ANA)), cast.alice)

    end(cast)
    all_done()

    imp.refresh_from_db()
    assert (imp.state, imp.confirmed_by, Contact.objects.count()) == (State.READY, None, 0)
    page = cast.browser(other).get(f"/t/{cast.team.slug}/log/").content.decode()
    assert "may not import any more" in page
    run.confirm(imp, other)
    all_done()
    assert Contact.objects.count() == 1


def test_what_was_sent_to_be_imported_at_once_waits_for_others_too(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=imp.pk).update(state=State.CHECKING, confirmed=True, lease_until=None, looked=-1)
    join(cast.team, make_user("Zoe", "Zeller"), Role.ADMIN)

    removed(cast)
    all_done()

    imp.refresh_from_db()
    assert (imp.state, Contact.objects.count()) == (State.READY, 0)


def test_an_undo_is_stopped(cast: Cast) -> None:
    join(cast.team, make_user("Zoe", "Zeller"), Role.ADMIN)
    entry = undo.undo(imported(cast.team, cast.alice, sheet(ANA)), cast.alice)

    removed(cast)
    all_done()

    entry.refresh_from_db()
    assert (entry.state, entry.failure, Contact.objects.count()) == (State.CANCELLED, failures.NO_LONGER_ADMIN, 1)


def test_owners_and_others_lose_nothing(cast: Cast) -> None:
    join(cast.team, cast.olivia, Role.ADMIN)
    theirs = run.confirm(drafted(cast.team, cast.olivia, sheet(BO)), cast.olivia)
    join(cast.team, make_user("Zoe", "Zeller"), Role.ADMIN)

    members.remove_user(cast.olivia.memberships.get(team=cast.team), cast.olivia)
    removed(cast)
    all_done()

    theirs.refresh_from_db()
    told: Any = theirs.state
    assert told == State.DONE

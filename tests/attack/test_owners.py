"""Owners: never none of them, never less asked of them than of Admins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ValidationError
from django.db import connections

from muster.teams import members, tokens
from muster.teams.models import Team, User
from tests.api.conftest import Caller
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def switch_each_other_off(one: User, other: User) -> tuple[Callable[[], None], ...]:
    return lambda: members.switch_off(other, one), lambda: members.switch_off(one, other)


def end_both(one: User, other: User) -> tuple[Callable[[], None], ...]:
    return lambda: members.end_ownership(one, one), lambda: members.end_ownership(other, other)


@pytest.mark.parametrize("acts", [switch_each_other_off, end_both])
def test_it_keeps_one_owner_whatever_two_of_them_do_at_once(
    cast: Cast, acts: Callable[[User, User], tuple[Callable[[], None], ...]]
) -> None:
    other = members.make_owner(None, "oscar@example.edu", password="correct horse battery")
    barrier = Barrier(2)

    def act(what: Callable[[], None]) -> None:
        barrier.wait()
        with suppress(ValidationError):
            what()
        connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(act, acts(cast.olivia, other)))

    assert User.objects.filter(is_owner=True, is_active=True).count() == 1


def test_it_refuses_who_was_an_owner_when_the_page_was_opened(cast: Cast) -> None:
    other = members.make_owner(None, "oscar@example.edu", password="correct horse battery")
    members.switch_off(other, cast.olivia)
    with pytest.raises(ValidationError):
        members.switch_off(cast.olivia, other)


def test_it_asks_owners_for_a_second_factor_where_admins_need_one(cast: Cast) -> None:
    Team.objects.filter(pk=cast.other_team.pk).update(second_factor=True)
    page = cast.browser(cast.olivia)
    program = Caller(tokens.make(cast.olivia, "x")[1])
    assert [page.get(path).status_code for path in ("/owner/teams/", "/owner/people/", "/profile/")] == [403, 403, 200]
    assert b"Set up a second factor first" in page.get("/owner/owners/").content
    assert program("POST", "/teams", {"name": "New"}).status == 403
    assert program("PATCH", "/teams/financial-aid", {"strict_numbers": True}).status == 403

    TOTP.activate(cast.olivia, "JBSWY3DPEHPK3PXP")

    assert page.get("/owner/teams/").status_code == 200
    assert program("POST", "/teams", {"name": "New"}).status == 201

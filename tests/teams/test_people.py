"""Teams and the people in them, below the pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from muster.teams import members
from muster.teams.models import AuditEntry, Invitation, Membership, Team, User
from tests.cast import Cast


def codes(call: Callable[..., Any], *arguments: Any, **values: Any) -> dict[str, list[str | None]]:
    """Field and codes of what the call refuses."""
    with pytest.raises(ValidationError) as refused:
        call(*arguments, **values)
    return {field: [error.code for error in errors] for field, errors in refused.value.error_dict.items()}


def actions(team: Team | None) -> list[str]:
    return list(AuditEntry.objects.filter(team=team).order_by("id").values_list("action", flat=True))


def test_it_makes_a_team_with_an_address_like_its_name(cast: Cast) -> None:
    team = members.create_team(cast.olivia, name="  Étudiants & Co ", home_region="FR", strict_numbers=True)
    assert (team.slug, team.name, team.home_region, team.strict_numbers) == (
        "etudiants-co",
        "Étudiants & Co",
        "FR",
        True,
    )
    assert actions(team) == ["team-created"]


@pytest.mark.parametrize(("name", "slug"), [("Admissions", "admissions-2"), ("東京", "team"), ("-", "team")])
def test_it_finds_a_free_address(cast: Cast, name: str, slug: str) -> None:
    assert members.create_team(cast.olivia, name=name).slug == slug


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"name": " "}, "name", "team-name"),
        ({"name": "x" * 101}, "name", "team-name"),
        ({"name": "A", "slug": "admissions"}, "slug", "slug-taken"),
        ({"name": "A", "slug": "a b"}, "slug", "slug"),
        ({"name": "A", "slug": "a" * 61}, "slug", "slug"),
        ({"name": "A", "home_region": "XX"}, "home_region", "unknown-region"),
        ({"name": "A", "home_region": ""}, "home_region", "unknown-region"),
    ],
)
def test_it_refuses_a_team_that_cannot_be(cast: Cast, values: dict[str, str], field: str, code: str) -> None:
    assert codes(members.create_team, cast.olivia, **values) == {field: [code]}
    assert Team.objects.count() == 2


def test_it_changes_a_team_and_logs_what_was_before(cast: Cast) -> None:
    members.update_team(
        cast.team, cast.olivia, name="Entry", notify=["A@x.org", "a@x.org ", "b@x.org"], home_region="US"
    )
    cast.team.refresh_from_db()
    assert (cast.team.name, cast.team.notify) == ("Entry", ["a@x.org", "b@x.org"])
    [entry] = AuditEntry.objects.filter(team=cast.team)
    assert entry.details == {"name": ["Admissions", "Entry"], "notify": [[], ["a@x.org", "b@x.org"]]}


def test_it_names_every_address_that_is_none(cast: Cast) -> None:
    assert codes(members.update_team, cast.team, cast.olivia, notify=["a", "b@x.org", "c@"]) == {
        "notify": ["not-an-address"]
    }


def test_it_adds_a_new_person_without_a_password(cast: Cast) -> None:
    added = members.add_user(
        cast.team, cast.alice, email=" Zoe@Example.EDU", first_name="Zoe", role="admin", staff_id=" 01 "
    )
    assert (added.user.email, added.user.first_name, added.role, added.staff_id) == (
        "zoe@example.edu",
        "Zoe",
        "admin",
        "01",
    )
    assert not added.user.has_usable_password()
    assert actions(cast.team) == ["user-added"]


def test_it_adds_a_known_person_to_a_second_team_with_another_role(cast: Cast) -> None:
    members.add_user(cast.other_team, cast.charlie, email="bob@example.edu", role="admin", staff_id="T01")
    roles = dict(Membership.objects.filter(user=cast.bob).values_list("team__slug", "role"))
    assert roles == {"admissions": "user", "financial-aid": "admin"}
    assert User.objects.filter(email="bob@example.edu").count() == 1


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"email": "bob@example.edu"}, "email", "already-member"),
        ({"email": "nobody"}, "email", "not-an-address"),
        ({"email": "z@example.edu", "role": "boss"}, "role", "unknown-role"),
        ({"email": "z@example.edu", "staff_id": "007"}, "staff_id", "staff-id-taken"),
        ({"email": "z@example.edu", "staff_id": "I-1"}, "staff_id", "staff-id-taken"),
        ({"email": "z@example.edu", "staff_id": "x" * 256}, "staff_id", "too-long"),
    ],
)
def test_it_refuses_a_person_who_cannot_be_added(cast: Cast, values: dict[str, str], field: str, code: str) -> None:
    Invitation.objects.create(team=cast.team, email="invited@example.edu", staff_id="I-1")
    assert codes(members.add_user, cast.team, cast.alice, **values) == {field: [code]}
    assert not User.objects.filter(email="z@example.edu").exists()


@pytest.mark.parametrize("staff_id", ["7", "0007", "t01", "0 07"])
def test_it_compares_staff_ids_exactly(cast: Cast, staff_id: str) -> None:
    members.change_staff_id(cast.membership(cast.alice), cast.alice, staff_id)
    assert cast.membership(cast.alice).staff_id == staff_id


def test_it_lets_many_have_no_staff_id(cast: Cast) -> None:
    for user in (cast.alice, cast.bob):
        members.change_staff_id(cast.membership(user), cast.alice, "  ")
    assert set(cast.team.memberships.values_list("staff_id", flat=True)) == {None}
    assert actions(cast.team) == ["staff-id-changed"] * 2


def test_it_keeps_the_last_admin(cast: Cast) -> None:
    alice = cast.membership(cast.alice)
    assert codes(members.remove_user, alice, cast.alice) == {"role": ["last-admin"]}
    assert codes(members.change_role, alice, cast.alice, "user") == {"role": ["last-admin"]}
    members.change_role(cast.membership(cast.bob), cast.alice, "admin")
    members.remove_user(cast.membership(cast.alice), cast.alice)
    assert cast.team.memberships.get().user == cast.bob


def test_it_lets_an_owner_take_the_last_admin_away(cast: Cast) -> None:
    members.remove_user(cast.membership(cast.alice), cast.olivia)
    assert cast.team.memberships.get().user == cast.bob


def test_it_forgets_the_team_a_removed_member_was_in_last(cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.pk).update(last_team=cast.team)
    members.remove_user(cast.membership(cast.bob), cast.alice)
    cast.bob.refresh_from_db()
    assert cast.bob.last_team is None


def test_it_keeps_the_last_owner(cast: Cast) -> None:
    assert codes(members.end_ownership, cast.olivia, cast.olivia) == {"user": ["last-owner"]}
    members.make_owner(cast.olivia, "dora@example.edu")
    members.end_ownership(cast.olivia, cast.olivia)
    assert list(User.objects.filter(is_owner=True)) == [cast.dora]
    assert actions(None) == ["owner-made", "owner-ended"]


def test_it_makes_an_owner_with_a_password_on_the_command_line(db: None) -> None:
    owner = members.make_owner(None, "First@Example.edu", password="correct horse battery")
    assert owner.is_owner
    assert owner.check_password("correct horse battery")

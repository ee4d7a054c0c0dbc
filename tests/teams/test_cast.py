"""The cast every other test relies on."""

import pytest
from allauth.account.models import EmailAddress

from muster.contacts.models import ContactCounts
from muster.teams.models import Role, Team, User
from tests.cast import PASSWORD, Cast, make_user


def test_it_has_an_admin_a_user_a_stranger_and_an_owner(cast: Cast) -> None:
    assert cast.membership(cast.alice).role == Role.ADMIN
    assert cast.membership(cast.bob).role == Role.USER
    assert cast.membership(cast.charlie).team == cast.other_team
    assert cast.olivia.is_owner
    assert not cast.olivia.memberships.exists()


def test_everybody_is_as_if_they_had_been_saved_one_by_one(cast: Cast) -> None:
    eve, team = make_user("Eve", "Evans"), Team.objects.create(slug="eve", name="Eve")
    addresses = EmailAddress.objects.values_list("user__first_name", "email", "primary", "verified")
    assert sorted(addresses) == [
        (name, f"{name}@example.edu".lower(), True, True)
        for name in ("Alice", "Bob", "Charlie", "Dora", "Eve", "Olivia")
    ]
    assert field_values(cast.alice) == field_values(eve)
    assert field_values(cast.team) == field_values(team)
    assert list(map(counted, (cast.team, cast.other_team))) == [counted(team)] * 2


def field_values(one: User | Team) -> dict[str, object]:
    """What does not tell one from another."""
    kept = type(one).objects.values().get(pk=one.pk)
    own = {"id", "email", "first_name", "last_name", "slug", "name", "created_at", "date_joined"}
    return {name: value for name, value in kept.items() if name not in own}


def counted(team: Team) -> dict[str, object]:
    return {name: value for name, value in ContactCounts.objects.values().get(team=team).items() if name != "team_id"}


@pytest.mark.parametrize("name", ["alice", "bob", "charlie", "olivia", "dora"])
def test_it_gives_everybody_the_same_password(cast: Cast, name: str) -> None:
    assert getattr(cast, name).check_password(PASSWORD)

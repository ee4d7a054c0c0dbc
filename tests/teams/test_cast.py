"""The cast every other test relies on."""

import pytest

from muster.teams.models import Role
from tests.cast import PASSWORD, Cast


def test_it_has_an_admin_a_user_a_stranger_and_an_owner(cast: Cast) -> None:
    assert cast.membership(cast.alice).role == Role.ADMIN
    assert cast.membership(cast.bob).role == Role.USER
    assert cast.membership(cast.charlie).team == cast.other_team
    assert cast.olivia.is_owner
    assert not cast.olivia.memberships.exists()


@pytest.mark.parametrize("name", ["alice", "bob", "charlie", "olivia", "dora"])
def test_it_gives_everybody_the_same_password(cast: Cast, name: str) -> None:
    assert getattr(cast, name).check_password(PASSWORD)

"""The characters of every test: Alice, Admin of Admissions; Bob, User there; Charlie of another team; Olivia, owner.

def test_it_shows_the_page(cast: Cast) -> None:
    answer = cast.browser(cast.alice).get("/t/admissions/contacts/")
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client
from django.utils import translation

from muster.contacts.models import ContactCounts
from muster.imports.process import turns
from muster.teams.models import Membership, Role, Team, User
from muster.teams.seen import SEEN

PASSWORD = "correct horse battery"
PBKDF2PasswordHasher.iterations = 1  # tests have no time for a million rounds
HASHED = PBKDF2PasswordHasher().encode(PASSWORD, "salt")


@dataclass(frozen=True)
class Cast:
    """Two teams and four people. Dora has an account and no team."""

    team: Team
    other_team: Team
    alice: User
    bob: User
    charlie: User
    olivia: User
    dora: User

    @staticmethod
    def browser(user: User | None = None, *, csrf: bool = False) -> Client:
        """A Django test client, signed in as the user; with `csrf` it is as strict as a real browser's visit."""
        client = Client(enforce_csrf_checks=csrf)
        if user:
            client.force_login(user)
        return client

    def membership(self, user: User) -> Membership:
        """How the user stands to the only team they are in."""
        return user.memberships.get()


def make_user(first_name: str, last_name: str, *, is_owner: bool = False) -> User:
    user = new_user(first_name, last_name, is_owner=is_owner)
    user.save()
    return user


def new_user(first_name: str, last_name: str, *, is_owner: bool = False) -> User:
    """Somebody who is not saved yet."""
    user = User(email=f"{first_name}@example.edu".lower(), first_name=first_name, last_name=last_name)
    user.is_owner = is_owner
    user.password = HASHED
    return user


def join(team: Team, user: User, role: Role = Role.USER, staff_id: str | None = None) -> Membership:
    return Membership.objects.create(team=team, user=user, role=role, staff_id=staff_id)


def make_cast() -> Cast:
    """Put everybody into the database, in five statements. Staff IDs: Alice T01, Bob 007, Charlie 007 in his own team.

    Nearly every test begins here, so what signals make of a new team or user is made along with all of them.
    """
    cast = Cast(
        team=Team(slug="admissions", name="Admissions"),
        other_team=Team(slug="financial-aid", name="Financial Aid", home_region="GB"),
        alice=new_user("Alice", "Adams"),
        bob=new_user("Bob", "Brown"),
        charlie=new_user("Charlie", "Clark"),
        olivia=new_user("Olivia", "Owner", is_owner=True),
        dora=new_user("Dora", "Dean"),
    )
    teams, people = [cast.team, cast.other_team], [cast.alice, cast.bob, cast.charlie, cast.olivia, cast.dora]
    addresses = [EmailAddress(user=each, email=each.email, primary=True, verified=True) for each in people]
    members = [
        Membership(team=cast.team, user=cast.alice, role=Role.ADMIN, staff_id="T01"),
        Membership(team=cast.team, user=cast.bob, role=Role.USER, staff_id="007"),
        Membership(team=cast.other_team, user=cast.charlie, role=Role.ADMIN, staff_id="007"),
    ]
    Team.objects.bulk_create(teams)
    ContactCounts.objects.bulk_create([ContactCounts(team=each, newest=0) for each in teams])
    User.objects.bulk_create(people)
    EmailAddress.objects.bulk_create(addresses)
    Membership.objects.bulk_create(members)
    return cast


@pytest.fixture(autouse=True)
def nothing_seen() -> Iterator[None]:
    """What one test leaves to be written later, and the language it spoke last, are no business of the next."""
    yield
    SEEN.forget()
    turns.forget()
    translation.deactivate()


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody, in this test's database."""
    return make_cast()


@pytest.fixture
def team(cast: Cast) -> Team:
    """Admissions."""
    return cast.team


@pytest.fixture
def alice(cast: Cast) -> User:
    """Admin of Admissions."""
    return cast.alice


@pytest.fixture
def bob(cast: Cast) -> User:
    """User of Admissions."""
    return cast.bob

"""The first run in the browser: who opens the printed link makes the owner, the first team, and is signed in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from muster.teams import first_run
from muster.teams.models import AuditEntry, Membership, Team, User
from tests.cast import Cast

FORM = {
    "first_name": "Olu",
    "last_name": "Obi",
    "email": "Olu@example.edu",
    "password": "a long way to Buffalo",
    "team": "Admissions",
    "home_region": "GB",
}


def address() -> str:
    return f"/welcome/{first_run.token()}"


def test_it_makes_the_owner_and_the_first_team_and_signs_in(db: None) -> None:
    browser = Client(enforce_csrf_checks=False)
    assert b"Make my account and team" in browser.get(address()).content
    answer = browser.post(address(), FORM)
    assert answer.headers["Location"] == "/"
    user, team = User.objects.get(), Team.objects.get()
    assert (user.email, user.name, user.is_owner) == ("olu@example.edu", "Olu Obi", True)
    assert (team.name, team.slug, team.home_region) == ("Admissions", "admissions", "GB")
    assert Membership.objects.get().role == "admin"
    assert browser.get("/", follow=True).redirect_chain[-1][0].startswith("/t/admissions/")
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"owner-made", "team-created", "user-added"}


def test_it_opens_once(db: None) -> None:
    Client().post(address(), FORM)
    for answer in (Client().get(address()), Client().post(address(), {**FORM, "email": "eve@example.edu"})):
        assert answer.status_code == 404
    assert User.objects.count() == 1


@pytest.mark.parametrize("wrong", ["x", "0" * 64])
def test_it_opens_to_no_other_link(db: None, wrong: str) -> None:
    assert Client().post(f"/welcome/{wrong}", FORM).status_code == 404
    assert not User.objects.exists()


def test_it_wants_a_csrf_token(db: None) -> None:
    assert Client(enforce_csrf_checks=True).post(address(), FORM).status_code == 403
    assert not User.objects.exists()


def test_it_takes_over_no_account_that_there_is(cast: Cast) -> None:
    User.objects.filter(is_owner=True).update(is_owner=False)
    before = User.objects.get(email="bob@example.edu").password
    answer = Client().post(address(), {**FORM, "email": "bob@example.edu"})
    assert answer.status_code == 422
    assert b"has an account" in answer.content
    assert User.objects.get(email="bob@example.edu").password == before
    assert not User.objects.filter(is_owner=True).exists()
    assert Team.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"), [("email", "olu"), ("password", "short"), ("team", " "), ("home_region", "QQ")]
)
def test_it_says_what_it_cannot_take_and_makes_nothing(db: None, field: str, value: str) -> None:
    answer = Client().post(address(), {**FORM, field: value})
    assert answer.status_code == 422
    assert b"error-summary" in answer.content
    assert not User.objects.exists()
    assert not Team.objects.exists()


def test_sign_in_on_an_empty_installation_says_where_to_begin(db: None) -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert "/welcome/" in page
    assert first_run.token() not in page
    assert '<form class="form"' not in page


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_owner() -> None:
    def try_it(email: str) -> int:
        try:
            return Client().post(address(), {**FORM, "email": email}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        statuses = sorted(both.map(try_it, ["a@example.edu", "b@example.edu"]))
    assert statuses == [302, 404]
    assert User.objects.filter(is_owner=True).count() == 1
    assert Team.objects.count() == 1

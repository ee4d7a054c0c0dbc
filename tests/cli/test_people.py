"""`muster owner`, `muster token`, `muster demo`, `muster settings`."""

import re
from pathlib import Path

import pytest
from django.contrib.auth import authenticate

from muster import demo
from muster.contacts.models import Change, Contact, CustomField
from muster.imports.models import Import
from muster.settings import settings
from muster.teams.models import Team, User
from muster.teams.tokens import find
from tests.api.conftest import Caller
from tests.cast import PASSWORD, Cast
from tests.cli.conftest import Muster

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def test_it_makes_an_owner_with_a_password_that_works(muster: Muster) -> None:
    said = muster("owner", "Olga@Example.edu", MUSTER_PASSWORD="a long enough one")

    assert said.code == 0
    user = User.objects.get(email="olga@example.edu")
    assert user.is_owner
    assert user.check_password("a long enough one")


def test_it_asks_for_a_password(muster: Muster) -> None:
    said = muster("owner", "olga@example.edu", input="a long enough one\na long enough one\n")

    assert said.code == 0
    assert User.objects.get().check_password("a long enough one")


def test_it_promotes_a_user_and_keeps_their_password(muster: Muster, cast: Cast) -> None:
    assert muster("owner", "alice@example.edu").code == 0

    cast.alice.refresh_from_db()
    assert cast.alice.is_owner
    assert cast.alice.check_password(PASSWORD)


def test_it_opens_the_account_that_is_made_an_owner(muster: Muster, cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)

    said = muster("owner", "bob@example.edu")

    cast.bob.refresh_from_db()
    assert (cast.bob.is_owner, cast.bob.is_active) == (True, True)
    assert "was switched off. It is on again." in said.err


@pytest.mark.parametrize(
    ("email", "password"), [("olga@example.edu", "short"), ("not an address", "a long enough one")]
)
def test_it_says_why_somebody_cannot_be_an_owner(muster: Muster, email: str, password: str) -> None:
    said = muster("owner", email, MUSTER_PASSWORD=password)

    assert (said.code, said.out) == (1, "")
    assert said.err
    assert not User.objects.exists()


def test_it_prints_a_token_alone(muster: Muster, cast: Cast) -> None:
    said = muster("token", "alice@example.edu", "--name", "gateway")

    found = find(said.out.strip())
    assert found is not None
    assert (found.user, found.name) == (cast.alice, "gateway")
    assert said.out.count("\n") == 1


def test_it_makes_no_token_for_nobody(muster: Muster, cast: Cast) -> None:
    assert muster("token", "nobody@example.edu", "--name", "x").code == 1


def test_the_demo_has_something_of_everything(muster: Muster) -> None:
    said = muster("demo")

    team = Team.objects.get(slug=demo.TEAM)
    contacts = Contact.objects.filter(team=team)
    assert {field.kind for field in CustomField.objects.filter(team=team)} == {
        "text",
        "number",
        "date",
        "yes_no",
        "choice",
    }
    assert team.memberships.exclude(staff_id=None).count() == 3
    for channel in ("text", "whatsapp", "whatsapp_marketing"):
        assert {True, False} == set(contacts.values_list(f"{channel}_out", flat=True))
        assert len(set(contacts.values_list(f"{channel}_source", flat=True))) >= 2
    assert contacts.filter(contact_id=None).exists()
    assert contacts.exclude(mobile_inferred_at=None).exists()
    assert contacts.filter(assigned=None).exists()
    assert contacts.exclude(assigned=None).exists()
    assert contacts.filter(text_own_out=True).exists()
    assert set(Import.objects.values_list("state", flat=True)) == {"done"}
    for person in (demo.ANA, demo.UMA):
        assert person.email in said.out
        assert person.password in said.out
        assert authenticate(email=person.email, password=person.password)
    assert str(settings().data / "ugly-sample.csv") in said.out


def test_the_demo_is_made_once(muster: Muster) -> None:
    muster("demo")
    before = (Contact.objects.count(), Change.objects.count(), Import.objects.count(), User.objects.count())

    muster("demo")

    assert before == (Contact.objects.count(), Change.objects.count(), Import.objects.count(), User.objects.count())


def test_the_demo_has_passwords_of_its_own_where_others_can_reach_it(
    muster: Muster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "url", "https://contacts.example.edu")

    first, again = muster("demo"), muster("demo")

    for person in (demo.ANA, demo.UMA):
        assert person.password not in first.out
        assert not authenticate(email=person.email, password=person.password)
    [shown] = re.findall(r"Admin:.*password:  (\S+)", first.out)
    assert authenticate(email=demo.ANA.email, password=shown)
    assert shown not in again.out
    assert demo.SHOWN in again.out


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://0.0.0.0:8000", False),
        ("http://192.168.0.4", False),
        ("https://127.example.edu", False),
        ("https://localhost.example.edu", False),
        ("", False),
    ],
)
def test_it_knows_an_address_that_only_this_machine_can_open(url: str, own: bool) -> None:
    assert demo.is_of_this_machine(url) is own


def test_the_messy_sample_has_many_problems_once_its_columns_are_answered(muster: Muster) -> None:
    muster("demo")
    sample = str(settings().data / "ugly-sample.csv")
    arguments = ("import", sample, "--team", demo.TEAM, "--blank-mobile", "infer", "--dry-run", "--json")

    refused = muster(*arguments)
    answered = muster(*arguments, "--columns", '{"First Name": "FirstName", "Shoe size": null}')

    assert (refused.code, answered.code) == (2, 1)
    assert len(answered.json["problem_counts"]) >= 15
    assert len(answered.json["note_counts"]) >= 8
    assert all(answered.json["totals"].values())


def test_the_admin_of_the_demo_may_use_the_api(muster: Muster) -> None:
    muster("demo")
    token = muster("token", demo.ANA.email, "--name", "x").out.strip()

    assert Caller(token)("GET", f"/teams/{demo.TEAM}/contacts?q=okafor").body["items"][0]["contact_id"] == "S1001"


def test_it_lists_settings_without_secrets(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "secret_key", "do not tell")
    monkeypatch.setattr(settings(), "data", Path("elsewhere"))

    said = muster("settings")

    assert said.code == 0
    assert "MUSTER_DATA = elsewhere" in said.out
    assert "MUSTER_MAX_FILE_BYTES = 5242880" in said.out
    assert "do not tell" not in said.out

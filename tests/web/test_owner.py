"""The owner's pages."""

from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import is_mfa_enabled
from django.core.mail import send_mail
from pytest_django.fixtures import Settings

from muster.teams import tokens
from muster.teams.models import AuditEntry, Team, User
from tests.cast import Cast

TEAM = {
    "name": "Housing",
    "home_region": "GB",
    "strict_numbers": "on",
    "second_factor": "on",
    "notify": "a@x.org, b@x.org",
    "keep_originals_days": "90",
}


def test_it_makes_a_team_with_everything(cast: Cast) -> None:
    answer = cast.browser(cast.olivia).post("/owner/teams/new/", TEAM)
    assert answer.headers["Location"] == "/t/housing/users/"
    team = Team.objects.get(slug="housing")
    assert (team.name, team.home_region, team.strict_numbers, team.second_factor) == ("Housing", "GB", True, True)
    assert team.notify == ["a@x.org", "b@x.org"]
    assert team.keep_originals_days == 90


def test_it_changes_a_team_and_keeps_its_address(cast: Cast) -> None:
    client = cast.browser(cast.olivia)
    assert "selected>United States" in client.get("/owner/teams/admissions/edit/").content.decode()
    assert client.post("/owner/teams/admissions/edit/", TEAM).status_code == 302
    cast.team.refresh_from_db()
    assert (cast.team.slug, cast.team.name, cast.team.home_region) == ("admissions", "Housing", "GB")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"home_region": "XX"}, "home_region"),
        ({"notify": "a@"}, "notify"),
        ({"keep_originals_days": "0"}, "keep_originals_days"),
    ],
)
def test_it_saves_nothing_that_cannot_be(cast: Cast, values: dict[str, str], field: str) -> None:
    for path in ("new/", "admissions/edit/"):
        answer = cast.browser(cast.olivia).post(f"/owner/teams/{path}", TEAM | values)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
    assert list(Team.objects.order_by("id").values_list("name", flat=True)) == ["Admissions", "Financial Aid"]


def test_it_warns_of_a_team_without_an_admin(cast: Cast) -> None:
    cast.team.memberships.filter(role="admin").delete()
    assert "No Admin" in cast.browser(cast.olivia).get("/owner/teams/").content.decode()


def test_it_makes_and_ends_owners_but_never_the_last(cast: Cast) -> None:
    client = cast.browser(cast.olivia)
    client.post(f"/owner/owners/{cast.olivia.pk}/end/")
    client.post("/owner/owners/", {"email": "new@example.edu"})
    assert sorted(User.objects.filter(is_owner=True).values_list("email", flat=True)) == [
        "new@example.edu",
        "olivia@example.edu",
    ]
    assert client.post(f"/owner/owners/{cast.olivia.pk}/end/").headers["Location"] == "/"
    assert client.get("/owner/teams/").status_code == 403


def test_it_leads_an_owner_of_nothing_to_the_first_team(cast: Cast) -> None:
    Team.objects.all().delete()
    assert cast.browser(cast.olivia).get("/").headers["Location"] == "/owner/teams/"
    assert cast.browser(cast.dora).get("/").status_code == 200


def people_found(cast: Cast, query: str) -> list[str]:
    answer = cast.browser(cast.olivia).get(f"/owner/people/{query}")
    return [each.first_name for each in answer.context["page"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Alice", "Bob", "Charlie", "Dora", "Olivia"]),
        ("?q=bOb", ["Bob"]),
        ("?q=bob+brown", ["Bob"]),
        ("?q=charlie@", ["Charlie"]),
        ("?q=%00x%25", []),
    ],
)
def test_it_finds_people_by_name_or_address(cast: Cast, query: str, names: list[str]) -> None:
    assert people_found(cast, query) == names


def test_it_switches_an_account_off_and_on(cast: Cast) -> None:
    bobs, (_, token) = cast.browser(cast.bob), tokens.make(cast.bob, "CRM")
    client, path = cast.browser(cast.olivia), f"/owner/people/{cast.bob.pk}/"
    client.post(path, {"act": "off"})
    assert bobs.get("/profile/").status_code == 302
    assert tokens.find(token) is None
    client.post(path, {"act": "on"})
    assert cast.browser(cast.bob).get("/profile/").status_code == 200
    assert tokens.find(token)


def test_it_lets_no_owner_shut_themselves_out(cast: Cast) -> None:
    client = cast.browser(cast.olivia)
    client.post(f"/owner/people/{cast.olivia.pk}/", {"act": "off"})
    assert client.get("/owner/teams/").status_code == 200


def test_it_takes_a_lost_second_factor_away(cast: Cast) -> None:
    TOTP.activate(cast.bob, "JBSWY3DPEHPK3PXP")
    client, path = cast.browser(cast.olivia), f"/owner/people/{cast.bob.pk}/"
    assert "Take the second factor away" in client.get(path).content.decode()
    client.post(path, {"act": "factor"})
    assert not is_mfa_enabled(cast.bob)
    actions = AuditEntry.objects.filter(team=None, by=cast.olivia).values_list("action", flat=True)
    assert list(actions) == ["second-factor-taken"]


@pytest.fixture
def mail_files(settings: Settings, tmp_path: Path) -> Callable[[], list[Path]]:
    settings.EMAIL_BACKEND = "muster.teams.mailing.mail_files.MailFiles"
    settings.MAIL_FILES = tmp_path / "mail"
    return lambda: sorted(settings.MAIL_FILES.glob("*"))


def test_it_keeps_mails_as_files_only_we_can_read(cast: Cast, mail_files: Callable[[], list[Path]]) -> None:
    client = cast.browser(cast.olivia)
    assert client.get("/owner/mail/").status_code == 200
    send_mail("Grüße <b>", "Look: http://x.example/ é", None, ["a@x.org"])
    [path] = mail_files()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "Grüße &lt;b&gt;" in client.get("/owner/mail/").content.decode()
    assert 'href="http://x.example/"' in client.get(f"/owner/mail/{path.name}/").content.decode()
    for name in ("nothing.eml", "..%2Fmail.eml", ".."):
        assert client.get(f"/owner/mail/{name}/").status_code == 404
    assert cast.browser(cast.alice).get("/owner/mail/").status_code == 403


def test_it_shows_no_mails_that_went_to_a_server(cast: Cast) -> None:
    assert cast.browser(cast.olivia).get("/owner/mail/").status_code == 404

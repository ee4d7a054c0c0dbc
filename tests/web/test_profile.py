"""Profile: name, appearance, sessions and API tokens."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from muster.teams import tokens
from muster.teams.models import AuditEntry, Token
from muster.teams.pages.profile import device
from tests.cast import PASSWORD, Cast


def visitor(cast: Cast, email: str = "alice@example.edu") -> Client:
    """Somebody who really signed in, so that the session is listed."""
    cache.clear()
    client = cast.browser()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return client


def proven(cast: Cast) -> Client:
    """Alice, who has just given her password once more."""
    client = visitor(cast)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def test_it_saves_a_name(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    assert client.post("/profile/", {"first_name": " Ana ", "last_name": "Álvarez"}).status_code == 302
    cast.alice.refresh_from_db()
    assert cast.alice.name == "Ana Álvarez"
    assert client.post("/profile/", {"first_name": "", "last_name": "x"}).status_code == 422


def test_it_names_ones_teams_roles_and_staff_ids(cast: Cast) -> None:
    html = cast.browser(cast.bob).get("/profile/").content.decode()
    assert [word in html for word in ("Admissions", "007", "Financial Aid")] == [True, True, False]


@pytest.mark.parametrize(
    ("chosen", "back", "kept", "leads_to"),
    [
        ("dark", "/t/admissions/users/?a=b", "dark", "/t/admissions/users/?a=b"),
        ("light", "https://evil.example/", "light", "/profile/"),
        ("pink", "//evil.example", "system", "/profile/"),
    ],
)
def test_it_changes_the_appearance_and_goes_back(cast: Cast, chosen: str, back: str, kept: str, leads_to: str) -> None:
    answer = cast.browser(cast.alice).post("/profile/appearance/", {"appearance": chosen, "next": back})
    cast.alice.refresh_from_db()
    assert (cast.alice.appearance, answer.headers["Location"]) == (kept, leads_to)


def test_it_shows_a_token_once_and_it_works(cast: Cast) -> None:
    client = proven(cast)
    made = client.post("/profile/tokens/new/", {"name": "CRM", "expires": ""}).content.decode()
    [plain] = re.findall(r"muster_[\w-]{43}", made)[:1]
    found = tokens.find(plain)
    assert found is not None
    assert found.user == cast.alice
    profile = client.get("/profile/").content.decode()
    assert "CRM" in profile
    assert plain not in profile


def test_it_makes_no_token_for_a_browser_that_was_left_alone(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    for answer in (client.get("/profile/tokens/new/"), client.post("/profile/tokens/new/", {"name": "CRM"})):
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert not Token.objects.exists()


def test_it_makes_a_token_that_ends_after_its_last_day(cast: Cast) -> None:
    day = timezone.now().date() + timedelta(days=30)
    proven(cast).post("/profile/tokens/new/", {"name": "CRM", "expires": day.isoformat()})
    after = day + timedelta(days=1)
    assert Token.objects.get().expires_at == datetime(after.year, after.month, after.day, tzinfo=UTC)


@pytest.mark.parametrize(
    "values", [{"name": ""}, {"name": "x", "expires": "2020-01-01"}, {"name": "x", "expires": "?"}]
)
def test_it_makes_no_token_without_a_name_or_for_the_past(cast: Cast, values: dict[str, str]) -> None:
    assert proven(cast).post("/profile/tokens/new/", values).status_code == 422
    assert not Token.objects.exists()


def test_it_revokes_ones_own_tokens_only(cast: Cast) -> None:
    token, plain = tokens.make(cast.alice, "CRM")
    path = f"/profile/tokens/{token.pk}/revoke/"
    assert cast.browser(cast.olivia).post(path).status_code == 404
    assert tokens.find(plain)
    assert cast.browser(cast.alice).post(path).status_code == 302
    assert tokens.find(plain) is None


def test_it_lists_sessions_and_ends_another(cast: Cast) -> None:
    office, home = visitor(cast), visitor(cast)
    assert office.get("/profile/").content.decode().count("Sign out<span") == 1
    other = UserSession.objects.exclude(session_key=office.session.session_key).get()
    assert cast.browser(cast.bob).post(f"/profile/sessions/{other.pk}/end/").status_code == 404
    assert home.get("/profile/").status_code == 200
    assert office.post(f"/profile/sessions/{other.pk}/end/").status_code == 302
    assert home.get("/profile/").status_code == 302
    assert AuditEntry.objects.filter(team=cast.team, action="session-ended").exists()


def test_it_ends_all_other_sessions(cast: Cast) -> None:
    here, *others = [visitor(cast) for _ in range(3)]
    bobs = visitor(cast, "bob@example.edu")
    here.post("/profile/sessions/end-others/")
    assert [client.get("/profile/").status_code for client in (here, *others, bobs)] == [200, 302, 302, 200]


def test_it_signs_out_everywhere_else_when_the_password_changes(cast: Cast) -> None:
    here, other = visitor(cast), visitor(cast)
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "quite a new password"})
    assert [client.get("/profile/").status_code for client in (here, other)] == [200, 302]


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on an iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.0; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox on a Mac"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_it_calls_a_browser_by_its_name(user_agent: str, words: str) -> None:
    assert device(user_agent) == words


def test_it_changes_ones_address_only_by_a_mailed_link(cast: Cast) -> None:
    client, path = visitor(cast), "/accounts/email/"
    asked = client.post(path, {"email": "New@example.edu", "action_add": ""})
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post(path, {"email": "New@example.edu", "action_add": ""})
    cast.alice.refresh_from_db()
    assert cast.alice.email == "alice@example.edu"
    assert [message.to for message in mail.outbox] == [["new@example.edu"]]
    [link] = re.findall(r"http://127\.0\.0\.1:8000(/accounts/confirm-email/\S+)", str(mail.outbox[0].body))
    assert client.get(link).status_code == 200
    client.post(link)
    cast.alice.refresh_from_db()
    assert cast.alice.email == "new@example.edu"
    assert "email-changed" in AuditEntry.objects.filter(team=cast.team).values_list("action", flat=True)


def test_it_takes_no_address_of_another(cast: Cast) -> None:
    client, path = visitor(cast), "/accounts/email/"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post(path, {"email": "bob@example.edu", "action_add": ""})
    links = re.findall(r"/accounts/confirm-email/\S+", str([message.body for message in mail.outbox]))
    for link in links:
        client.post(link)
    cast.alice.refresh_from_db()
    assert cast.alice.email == "alice@example.edu"


def test_it_asks_who_has_no_password_for_a_mailed_code(cast: Cast) -> None:
    cast.bob.set_unusable_password()
    cast.bob.save()
    client = cast.browser(cast.bob)
    asked = client.get("/accounts/2fa/totp/activate/")
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/code/")

    sent = client.post("/accounts/reauthenticate/code/", {"recipient": cast.bob.email}, follow=True)
    [message] = mail.outbox
    [code] = re.findall(r"^[A-Z0-9-]{6,}$", str(message.body), re.MULTILINE)
    assert (message.to, message.subject) == ([cast.bob.email], "Your code for Muster")
    assert "Enter the code that we mailed to bob@example.edu." in sent.content.decode()

    wrong = client.post("/accounts/reauthenticate/code/confirm/", {"code": "AAAA-AAAA"})
    assert "the one in our newest mail" in wrong.content.decode().replace("&#x27;", "'")
    assert client.post("/accounts/reauthenticate/code/confirm/", {"code": code}).status_code == 302
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200

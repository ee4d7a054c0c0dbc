"""Signing in with a password, tries that are counted, and a password reset by mail."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from muster.imports.mailing import mail_sender
from muster.imports.models import Mail
from muster.teams import tokens
from muster.teams.models import AuditEntry, User
from tests.cast import PASSWORD, Cast

LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"


@pytest.fixture(autouse=True)
def no_tries_yet(db: None) -> None:
    cache.clear()


def asked(cast: Cast, email: str) -> None:
    """Ask for a new password, and let the worker send the mail."""
    cast.browser().post(RESET, {"email": email})
    mail_sender.send_due()


def sign_in(client: Client, email: str, password: str = PASSWORD) -> str:
    """Where it leads, or what the page says."""
    answer = client.post(LOGIN, {"login": email, "password": password})
    return answer.headers.get("Location") or re.sub(r"\s+", " ", answer.content.decode())


def actions(user: User) -> list[str]:
    return list(AuditEntry.objects.filter(by=user, team=None).order_by("id").values_list("action", flat=True))


@pytest.mark.parametrize("email", ["alice@example.edu", " Alice@EXAMPLE.edu "])
def test_it_signs_in_whatever_the_capitals(cast: Cast, email: str) -> None:
    assert sign_in(cast.browser(), email) == "/"
    assert actions(cast.alice) == ["sign-in"]
    assert AuditEntry.objects.filter(team=cast.team, action="sign-in").get().by == cast.alice


def test_it_says_the_same_whether_or_not_there_is_an_account(cast: Cast) -> None:
    known, unknown = (sign_in(cast.browser(), email, "wrong") for email in ("alice@example.edu", "x@example.edu"))
    error = re.compile(r'<div class="error-summary".*?</div>')
    said = [error.findall(page) for page in (known, unknown)]
    assert said[0] == said[1] != []
    assert actions(cast.alice) == ["sign-in-refused"]


def test_it_locks_an_address_after_five_tries_and_not_the_others(cast: Cast) -> None:
    for _ in range(5):
        assert "15 minutes" not in sign_in(cast.browser(), "alice@example.edu", "wrong")
    assert "15 minutes" in sign_in(cast.browser(), "alice@example.edu", "wrong")
    assert "15 minutes" in sign_in(cast.browser(), "alice@example.edu")
    assert sign_in(cast.browser(), "bob@example.edu") == "/"


def test_it_refuses_who_is_switched_off(cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    client = cast.browser()
    sign_in(client, "bob@example.edu")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_never_leads_away(cast: Cast, away: str) -> None:
    answer = cast.browser().post(LOGIN, {"login": "alice@example.edu", "password": PASSWORD, "next": away})
    assert answer.headers["Location"] == "/"


def test_it_lets_nobody_sign_up_alone(cast: Cast) -> None:
    count = User.objects.count()
    answer = cast.browser().post("/accounts/signup/", {"email": "new@example.edu", "password1": PASSWORD})
    assert answer.status_code == 200
    assert User.objects.count() == count


@pytest.mark.django_db
def test_it_mails_a_link_that_opens_once(cast: Cast) -> None:
    asked(cast, "Alice@example.edu")
    [message] = mail.outbox
    [link] = re.findall(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", str(message.body))
    client = cast.browser()
    form = client.get(link).headers["Location"]
    assert client.post(form, {"password1": "quite a new password"}).status_code == 302
    assert sign_in(cast.browser(), "alice@example.edu", "quite a new password") == "/"
    assert "password-changed" in actions(cast.alice)
    again = cast.browser().get(link, follow=True)
    assert b'type="password"' not in again.content


@pytest.mark.parametrize(("sent", "works"), [({"revoke_tokens": "on"}, False), ({}, True)])
def test_it_revokes_tokens_with_a_lost_password_unless_told_not_to(
    cast: Cast, sent: dict[str, str], works: bool
) -> None:
    _, plain = tokens.make(cast.alice, "CRM")
    _, bobs = tokens.make(cast.bob, "CRM")
    asked(cast, "alice@example.edu")
    [link] = re.findall(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    client = cast.browser()
    form = client.get(link).headers["Location"]
    assert "Revoke my API tokens" in client.get(form).content.decode()

    client.post(form, {"password1": "quite a new password", **sent})

    assert (tokens.find(plain) is not None) is works
    assert tokens.find(bobs)


def test_it_mails_nobody_who_has_no_account_and_says_the_same(cast: Cast) -> None:
    answers = [cast.browser().post(RESET, {"email": email}) for email in ("alice@example.edu", "x@example.edu")]
    mail_sender.send_due()
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert [message.to for message in mail.outbox] == [["alice@example.edu"]]


def test_it_never_believes_what_a_request_says_about_its_host(cast: Cast, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    cast.browser().post(RESET, {"email": "alice@example.edu"}, HTTP_HOST="evil.example")
    mail_sender.send_due()
    assert "evil" not in str(mail.outbox[0].body)


def test_it_lets_somebody_made_by_the_api_choose_a_password_by_mail(cast: Cast) -> None:
    User.objects.create_user("new@example.edu")
    asked(cast, "new@example.edu")
    assert [message.to for message in mail.outbox] == [["new@example.edu"]]


@pytest.mark.parametrize("password", ["short", "1234567890", "alice@example.edu", "password123"])
def test_it_refuses_a_weak_password(cast: Cast, password: str) -> None:
    client = cast.browser(cast.alice)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": password})
    cast.alice.refresh_from_db()
    assert cast.alice.check_password(PASSWORD)


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_it_asks_for_the_code_of_the_app_and_takes_each_once(cast: Cast) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(cast.alice, secret)
    assert secret not in str(Authenticator.objects.values_list("data", flat=True))
    client = cast.browser()
    assert sign_in(client, "alice@example.edu") == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    code = code_of(secret)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).headers["Location"] == "/"
    other = cast.browser()
    sign_in(other, "alice@example.edu")
    assert other.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_it_takes_the_code_that_set_up_the_app_for_nothing_else(cast: Cast) -> None:
    client = cast.browser()
    sign_in(client, "alice@example.edu")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    form = client.get("/accounts/2fa/totp/activate/").context["form"]
    code = code_of(form.secret)
    assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    other = cast.browser()
    sign_in(other, "alice@example.edu")
    assert other.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200


def test_it_takes_a_recovery_code_once(cast: Cast) -> None:
    TOTP.activate(cast.alice, "JBSWY3DPEHPK3PXP")
    code = RecoveryCodes.activate(cast.alice).generate_codes()[0]
    for expected in (302, 200):
        client = cast.browser()
        sign_in(client, "alice@example.edu")
        assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected


def test_it_keeps_one_verified_address_for_each_user(cast: Cast) -> None:
    cast.alice.email = "alice.new@example.edu"
    cast.alice.save()
    cast.alice.save()
    assert list(EmailAddress.objects.filter(user=cast.alice).values_list("email", "primary", "verified")) == [
        ("alice.new@example.edu", True, True)
    ]


def test_it_says_so_when_the_mail_server_is_down(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert not mail_sender.send_due()
    answer = cast.browser().post(RESET, {"email": "alice@example.edu"}, follow=True)
    assert answer.status_code == 200  # the mail waits for the server, and the page says what it says to everybody
    assert not list(answer.context["messages"])
    assert Mail.objects.get().sent_at is None
    client = cast.browser(cast.alice)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "quite a new password"})
    cast.alice.refresh_from_db()
    assert cast.alice.check_password("quite a new password")


@pytest.mark.parametrize("credential", ["9" * 5_000, "[" * 100_000, "null", "{}", "\x00", '{"id":1}'])
def test_it_refuses_a_passkey_that_is_none(cast: Cast, credential: str) -> None:
    answer = cast.browser().post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert answer.headers["Location"] == "/accounts/login/"

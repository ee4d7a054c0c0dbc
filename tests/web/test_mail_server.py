"""The mail server that an owner names on a page: on the first run, now or later, and afterwards."""

from pathlib import Path

import pytest
from django.core.mail import send_mail
from django.test import Client
from pytest_django.fixtures import Settings

from muster.teams.mailing import given
from muster.teams.mailing.mail_files import has_mail_server
from muster.teams.models import AuditEntry, User
from tests.cast import Cast
from tests.real.ports import free_port
from tests.real.smtp import Mailbox
from tests.web.test_welcome import FORM, address

PAGE = "/owner/mail/server/"


@pytest.fixture(autouse=True)
def without_a_server(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.MAIL_FILES = "muster.teams.mailing.mail_files.MailFiles", tmp_path / "mail"


def named(port: int, **more: str) -> dict[str, str]:
    server = {"mail_host": "127.0.0.1", "mail_port": str(port), "mail_security": "none"}
    return server | {"mail_sender": "muster@example.edu"} | more


def test_the_first_run_takes_a_mail_server_that_answers(db: None, smtp_server: Mailbox) -> None:
    assert Client().post(address(), {**FORM, **named(smtp_server.port)}).status_code == 302
    assert has_mail_server()
    send_mail("Hello", "Hello", None, ["a@x.org"])
    (mail,) = smtp_server.messages
    assert mail["From"] == "muster@example.edu"
    assert given.path().stat().st_mode & 0o777 == 0o600


def test_the_first_run_goes_on_without_one(db: None) -> None:
    page = Client().get(address()).content.decode()
    assert "Send mails: now, or later" in page
    assert Client().post(address(), {**FORM, "mail_security": "tls"}).status_code == 302
    assert not has_mail_server()


def test_the_first_run_says_at_once_that_a_server_does_not_answer(db: None) -> None:
    answer = Client().post(address(), {**FORM, **named(free_port())})
    assert answer.status_code == 422
    assert "The mail server did not let us in" in answer.content.decode()
    assert not User.objects.exists()
    assert not has_mail_server()


def test_an_owner_names_another_or_none(cast: Cast, smtp_server: Mailbox) -> None:
    browser = cast.browser(cast.olivia)
    assert "Set a mail server" in browser.get("/owner/mail/").content.decode()
    assert browser.post(PAGE, named(smtp_server.port)).headers["Location"] == "/owner/mail/"
    assert "Mails go to 127.0.0.1" in browser.get("/owner/mail/").content.decode()
    assert "No mail server yet" not in browser.get("/owner/teams/", follow=True).content.decode()
    assert browser.post(PAGE, {"mail_security": "tls"}).status_code == 302
    assert given.given() is None
    assert AuditEntry.objects.filter(team=None, action="mail-server-set").count() == 2


@pytest.mark.parametrize(
    "wrong", [{"mail_sender": ""}, {"mail_port": "0"}, {"mail_security": "x"}], ids=["no sender", "port", "encryption"]
)
def test_it_says_what_it_cannot_take(cast: Cast, smtp_server: Mailbox, wrong: dict[str, str]) -> None:
    answer = cast.browser(cast.olivia).post(PAGE, named(smtp_server.port, **wrong))
    assert answer.status_code == 422
    assert b"error-summary" in answer.content
    assert given.given() is None


def test_no_page_names_one_where_the_environment_does(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert cast.browser(cast.olivia).get(PAGE).status_code == 404


def test_the_password_is_shown_nowhere(cast: Cast, smtp_server: Mailbox) -> None:
    given.keep(given.MailServer("127.0.0.1", smtp_server.port, "none", "muster", "very secret", "muster@example.edu"))
    browser = cast.browser(cast.olivia)
    assert "very secret" not in browser.get(PAGE).content.decode() + browser.get("/owner/mail/").content.decode()

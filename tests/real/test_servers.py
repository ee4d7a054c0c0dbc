"""The servers the other tests lean on: each does what it says."""

import smtplib
import urllib.request

import psycopg
import pytest
from playwright.sync_api import Browser

from tests.real.server import MusterServer
from tests.real.smtp import Mailbox

MAIL = "Subject: Import finished\r\n\r\n3 created\r\n"


def test_it_starts_a_postgresql_with_the_search_extension(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        assert connection.execute("SELECT similarity('muster', 'muster')").fetchone() == (1.0,)


def test_it_refuses_mail_when_told_to_and_keeps_the_rest(smtp_server: Mailbox) -> None:
    smtp_server.refuse(1)
    with smtplib.SMTP("127.0.0.1", smtp_server.port) as client:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            client.sendmail("muster@example.edu", ["alice@example.edu"], MAIL)
        client.sendmail("muster@example.edu", ["alice@example.edu"], MAIL)
    assert refused.value.smtp_code == 451
    assert [mail["Subject"] for mail in smtp_server.messages] == ["Import finished"]
    assert (smtp_server.refused, smtp_server.recipients) == (1, [["alice@example.edu"]])


def test_it_shows_a_served_page_in_a_browser(muster_server: MusterServer, chromium: Browser) -> None:
    page = chromium.new_page()
    answer = page.goto(muster_server.url)
    assert answer
    assert answer.status == 200
    page.close()


def test_it_plays_the_command_line_on_the_served_data(muster_server: MusterServer) -> None:
    muster_server.run("owner", "olive@example.edu", MUSTER_PASSWORD="a long password here")
    token = muster_server.run("token", "olive@example.edu", "--name", "test").strip()
    request = urllib.request.Request(muster_server.url + "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200

"""A page or an operation that has to wait for another writer says so, and keeps what was typed."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from html import unescape
from typing import Any

import pytest
from django.db import OperationalError
from requests import Session

from muster import busy, demo
from muster.contacts import edit
from muster.contacts.models import Contact
from muster.settings import settings
from muster.teams import tokens
from tests.cast import PASSWORD, Cast
from tests.conftest import StartMuster
from tests.imports.test_turns import somebody_writes
from tests.real.server import MusterServer

ANA = {"first_name": "Ana", "last_name": "Ray", "contact_id": "S1", "mobile_number": "+1 716 555 1234"}
TYPED = {"first_name": "Zoë", "last_name": "O'Neil & <b>", "mobile_number": "+1 716 555 9999"}


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "lock_seconds", 0.1)


def kept(page: str) -> dict[str, str]:
    """What a page offers to send again."""
    return {
        name: unescape(value)
        for name, value in re.findall(r'<textarea name="([^"]*)" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    }


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_page_keeps_what_was_typed_while_an_import_is_saved(cast: Cast, hurried: None) -> None:
    browser = cast.browser(cast.alice)
    with somebody_writes(cast.team):
        answer = browser.post("/t/admissions/contacts/add/", TYPED)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    again = kept(answer.content.decode())
    assert again == TYPED

    assert browser.post("/t/admissions/contacts/add/", again).status_code == 302
    assert Contact.objects.get().last_name == "O'Neil & <b>"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_api_says_when_to_come_again(cast: Cast, hurried: None) -> None:
    _, token = tokens.make(cast.alice, "CRM")
    with somebody_writes(cast.team):
        answer = cast.browser().post(
            "/api/v1/teams/admissions/contacts",
            ANA,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json()["detail"] == busy.BUSY


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_other_teams_and_readers_do_not_wait(cast: Cast, hurried: None) -> None:
    contact = edit.add(cast.team, cast.alice, ANA)
    with somebody_writes(cast.team):
        assert cast.browser(cast.alice).get(f"/t/admissions/contacts/{contact.id}/").status_code == 200
        answer = cast.browser(cast.charlie).post("/t/financial-aid/contacts/add/", TYPED)
    assert answer.status_code == 302


@pytest.mark.django_db
def test_it_does_not_say_that_nothing_was_saved_where_that_is_not_known(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("muster.contacts.pages.edit.save", away)
    page = cast.browser(cast.alice).post("/t/admissions/contacts/add/", TYPED)
    assert page.status_code == 503
    assert "Retry-After" not in page.headers  # programs would send it again unseen
    assert busy.UNSURE in unescape(page.content.decode())
    assert not kept(page.content.decode())


@pytest.mark.django_db
def test_it_repeats_no_password(cast: Cast, rf: Any) -> None:
    request = rf.post("/", {"login": "alice@example.edu", "password": PASSWORD})
    answer = busy.busy(request, OperationalError("database is locked"))
    assert answer.status_code == 503
    assert PASSWORD not in answer.content.decode()


def enter(server: MusterServer, session: Session, email: str, password: str) -> Any:
    page = session.get(f"{server.url}/accounts/login/", timeout=30).text
    form = {"csrfmiddlewaretoken": token_of(page), "login": email, "password": password}
    return session.post(f"{server.url}/accounts/login/", form, timeout=30)


def token_of(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    return found[1]


@contextmanager
def an_import_is_saved(server: MusterServer) -> Iterator[None]:
    """Whoever writes to SQLite's file keeps everybody else from it."""
    with closing(sqlite3.connect(server.data / "muster.sqlite3", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


def test_on_sqlite_pages_read_at_once_and_writes_are_told_to_wait(start_muster: StartMuster) -> None:
    server = start_muster(demo=True)
    session = Session()
    assert enter(server, session, demo.ANA.email, demo.ANA.password).status_code == 200
    add = f"{server.url}/t/{demo.TEAM}/contacts/add/"
    form = {**TYPED, "csrfmiddlewaretoken": token_of(session.get(add, timeout=30).text)}
    with an_import_is_saved(server):
        assert session.get(f"{server.url}/t/{demo.TEAM}/contacts/", timeout=5).status_code == 200
        answer = session.post(add, form, timeout=10, headers={"Referer": add})
        entering = enter(server, Session(), demo.ANA.email, demo.ANA.password)
    assert entering.status_code == 503
    assert demo.ANA.password not in entering.text
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.elapsed.total_seconds() < 3
    again = {**kept(answer.text), "csrfmiddlewaretoken": token_of(answer.text)}
    saved = session.post(add, again, timeout=30, headers={"Referer": add})
    assert saved.status_code == 200
    assert "Zoë" in saved.text

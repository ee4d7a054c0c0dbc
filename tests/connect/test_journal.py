"""A STOP by API or page that comes while an import of the team is being saved: kept, answered, and applied after it."""

from typing import Any

import pytest
import requests
from django.test import Client

from muster.connect.incoming import listener, together
from muster.connect.models import Call
from muster.contacts import edit
from muster.contacts.consent import stop_list
from muster.contacts.consent.channels import set_consent
from muster.contacts.models import Contact
from muster.settings import settings
from muster.teams.models import User
from muster.teams.tokens import make
from tests.cast import Cast
from tests.conftest import StartMuster
from tests.imports.test_turns import somebody_writes
from tests.real.ports import wait_until
from tests.web.test_busy import an_import_is_saved

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
CONSENT = "/api/v1/teams/admissions/consent"
STOP: dict[str, Any] = {
    "number": "+17165551234",
    "channel": "text",
    "opted_out": True,
    "source": "contact",
    "message_id": "m1",
}
START = {**STOP, "opted_out": False, "message_id": "m2"}


@pytest.fixture
def ana(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Contact:
    monkeypatch.setattr(settings(), "lock_seconds", 0.1)
    monkeypatch.setattr(together, "SECONDS_IDLE", 0.1)
    values = {"first_name": "Ana", "last_name": "Ray", "contact_id": "S1", "mobile_number": "+1 716 555 1234"}
    return edit.add(cast.team, cast.alice, values)


def api(user: User) -> Any:
    _, token = make(user, "CRM")
    header = {"Authorization": f"Bearer {token}"}
    return lambda path, body: Client().post(path, body, content_type="application/json", headers=header)


def is_out(contact: Contact) -> bool:
    contact.refresh_from_db()
    return contact.text_out


@pytest.mark.postgres
def test_a_word_by_api_is_kept_and_applied_afterwards(cast: Cast, ana: Contact) -> None:
    send = api(cast.bob)
    with somebody_writes(cast.team):
        answer = send(CONSENT, STOP)
        assert (answer.status_code, answer.json()) == (202, {"items": [], "kept": True})
        assert listener.apply_waiting() == 0
    assert not is_out(ana)
    assert listener.apply_waiting() == 1

    assert is_out(ana)
    assert stop_list.word(cast.team, "+17165551234", "text") is not None
    assert send(CONSENT, STOP).status_code == 200
    assert send(CONSENT, {**STOP, "opted_out": False}).status_code == 409, "the message was heard, as itself"


@pytest.mark.postgres
def test_a_word_about_one_contact_is_kept_too(cast: Cast, ana: Contact) -> None:
    with somebody_writes(cast.team):
        answer = api(cast.bob)("/api/v1/teams/admissions/contacts/S1/consent", {"channel": "text", "opted_out": True})
        assert (answer.status_code, answer.json()["text"]) == (202, "opted_in")
    listener.apply_waiting()

    assert is_out(ana)
    assert (ana.text_source, ana.text_by) == ("user", cast.bob.pk)


@pytest.mark.postgres
def test_an_opt_out_on_the_page_is_kept(cast: Cast, ana: Contact) -> None:
    with somebody_writes(cast.team):
        form = {"channel": "text", "opted_out": "yes"}
        page = cast.browser(cast.bob).post(f"/t/admissions/contacts/{ana.id}/consent", form, follow=True)
        assert "The opt-out is kept, and applied as soon as that is done." in page.content.decode()
    listener.apply_waiting()

    assert is_out(ana)


@pytest.mark.postgres
def test_a_user_who_opts_somebody_in_is_told_to_come_again(cast: Cast, ana: Contact) -> None:
    with somebody_writes(cast.team):
        answer = api(cast.bob)(CONSENT, {**START, "source": "user"})
    assert answer.status_code == 503
    assert not Call.objects.exists()


@pytest.mark.postgres
def test_words_keep_their_order(cast: Cast, ana: Contact) -> None:
    send = api(cast.bob)
    with somebody_writes(cast.team):
        assert send(CONSENT, STOP).status_code == 202
    assert send(CONSENT, START).status_code == 202, "it does not overtake the one before"
    listener.apply_waiting()
    assert not is_out(ana)
    assert send(CONSENT, {**STOP, "message_id": "m3"}).status_code == 200


@pytest.mark.postgres
def test_a_message_that_said_something_else_is_refused_at_once(cast: Cast, ana: Contact) -> None:
    send = api(cast.bob)
    assert send(CONSENT, STOP).status_code == 200
    with somebody_writes(cast.team):
        assert send(CONSENT, {**STOP, "opted_out": False}).status_code == 409


@pytest.mark.postgres
def test_what_the_contact_says_later_counts(cast: Cast, ana: Contact) -> None:
    with somebody_writes(cast.team):
        api(cast.bob)("/api/v1/teams/admissions/contacts/S1/consent", {"channel": "text", "opted_out": True})
    set_consent(ana, channel="text", opted_out=True, source="contact", by=None)
    set_consent(ana, channel="text", opted_out=False, source="contact", by=None)
    listener.apply_waiting()

    assert not is_out(ana)


def test_on_sqlite_a_stop_waits_for_no_import(start_muster: StartMuster) -> None:
    server = start_muster()
    server.run("owner", "o@example.edu", MUSTER_PASSWORD="the rain in Spain")
    header = {"Authorization": f"Bearer {server.run('token', 'o@example.edu', '--name', 'x').strip()}"}
    url = f"{server.url}/api/v1/teams"
    requests.post(url, json={"name": "Admissions"}, headers=header, timeout=30).raise_for_status()
    ana = {"first_name": "Ana", "last_name": "Ray", "contact_id": "S1", "mobile_number": "+17165551234"}
    requests.post(f"{url}/admissions/contacts", json=ana, headers=header, timeout=30).raise_for_status()
    with an_import_is_saved(server):
        answer = requests.post(f"{url}/admissions/consent", json=STOP, headers=header, timeout=30)
        assert answer.status_code == 202

    def is_stopped() -> bool:
        shown = requests.get(f"{url}/admissions/contacts/S1", headers=header, timeout=30)
        return bool(shown.json()["text"] == "opted_out")

    wait_until(is_stopped, seconds=30, what=lambda: server.log()[-2000:])

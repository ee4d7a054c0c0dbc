"""The pages of connections and webhooks: every action by a real form, and what the page says of it."""

from pathlib import Path
from typing import Any

import pytest

from muster.connect.incoming import calls, listener
from muster.connect.models import Connection, Delivery, DeliveryState, Webhook
from muster.connect.webhooks import manage, sender
from muster.teams.models import AuditEntry
from tests.cast import Cast
from tests.connect.test_gateways import WHSEC
from tests.connect.test_hook import call
from tests.imports.play import ANA, imported, sheet
from tests.real.receiver import Receiver

pytestmark = pytest.mark.django_db(databases="__all__")
CONNECTIONS, WEBHOOKS = "/t/admissions/connections/", "/t/admissions/webhooks/"
DOCS = Path(__file__).resolve().parents[2] / "docs"
EVENTS = ["contacts.changed", "import.finished"]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_an_admin_adds_changes_and_deletes_a_connection(cast: Cast) -> None:
    browser = cast.browser(cast.alice, csrf=False)
    form = {"name": "Texting", "secret": "5f1d0c9a4e"}
    added = browser.post(f"{CONNECTIONS}add/?kind=twilio", form, follow=True)
    connection = Connection.objects.get()
    assert f"/hooks/{connection.key}" in text(added)
    assert "No signed call yet" in text(added)
    assert "5f1d0c9a4e" not in text(added)

    imported(cast.team, cast.alice, sheet(ANA))
    assert call(connection).status_code == 200
    listener.apply_waiting()
    page = text(browser.get(f"{CONNECTIONS}{connection.pk}/"))
    assert "Opted out: 1 contact" in page
    assert "+1 716-555-1234" in page

    saved = browser.post(f"{CONNECTIONS}{connection.pk}/edit/", {"name": "SMS", "secret": ""}, follow=True)
    assert "SMS is saved." in text(saved)
    assert call(connection).status_code == 200, "a blank secret stays as it was"
    browser.post(f"{CONNECTIONS}{connection.pk}/edit/", {"name": "SMS", "secret": "another"})
    assert call(connection).status_code == 403
    assert "1 call was not signed with this secret" in text(browser.get(f"{CONNECTIONS}{connection.pk}/"))

    gone = browser.post(f"{CONNECTIONS}{connection.pk}/delete/", follow=True)
    assert "Its address takes no calls any more." in text(gone)
    assert (Connection.objects.count(), call(connection).status_code) == (0, 404)
    actions = AuditEntry.objects.filter(team=cast.team, action__startswith="connection-").order_by("id")
    assert list(actions.values_list("action", flat=True)) == [
        "connection-added",
        "connection-changed",
        "connection-changed",
        "connection-deleted",
    ]


@pytest.mark.parametrize(
    ("kind", "form", "said"),
    [
        ("twilio", {"name": "", "secret": "x"}, "This field is required."),
        ("twilio", {"name": "Texting", "secret": ""}, "This field is required."),
        ("whatsapp_cloud", {"name": "WA", "secret": "x", "verify_token": ""}, "This field is required."),
        ("other", {"name": "Ours", "secret": "whsec_?"}, "A secret of Standard Webhooks is whsec_ and Base64."),
    ],
)
def test_a_connection_that_cannot_be_is_refused_at_its_box(
    cast: Cast, kind: str, form: dict[str, str], said: str
) -> None:
    answer = cast.browser(cast.alice).post(f"{CONNECTIONS}add/?kind={kind}", form)
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Connection.objects.exists()


def test_there_is_no_other_kind_of_connection(cast: Cast) -> None:
    assert (
        cast.browser(cast.alice).post(f"{CONNECTIONS}add/?kind=fax", {"name": "x", "secret": WHSEC}).status_code == 404
    )


def test_an_admin_adds_a_webhook_sends_a_test_and_sees_what_came_of_it(cast: Cast, receiving: Receiver) -> None:
    browser = cast.browser(cast.alice)
    added = browser.post(f"{WEBHOOKS}add/", {"url": receiving.url, "events": EVENTS, "enabled": "on"})
    webhook = Webhook.objects.get()
    receiving.secret = added.context["secret"]
    assert receiving.secret in text(added)
    assert receiving.secret not in text(browser.get(f"{WEBHOOKS}{webhook.pk}/"))
    assert "contacts.changed, import.finished" in text(browser.get("/t/admissions/log/"))

    browser.post(f"{WEBHOOKS}{webhook.pk}/test/")
    sender.send_due()
    assert [each.type for each in receiving.taken] == ["test"]
    page = browser.get(f"{WEBHOOKS}{webhook.pk}/")
    assert "200 thanks" in text(page)

    sent = Delivery.objects.get()
    browser.post(f"{WEBHOOKS}{webhook.pk}/deliveries/{sent.id}/again/")
    sender.send_due()
    assert [each.type for each in receiving.taken] == ["test", "test"]


def test_a_new_secret_is_shown_once_and_signs_beside_the_old_one(cast: Cast, receiving: Receiver) -> None:
    webhook, old = manage.add(cast.team, cast.alice, url=receiving.url, events=EVENTS)
    browser = cast.browser(cast.alice)
    new = browser.post(f"{WEBHOOKS}{webhook.pk}/secret/").context["secret"]
    assert new != old
    for secret in (old, new):
        receiving.secret = secret
        browser.post(f"{WEBHOOKS}{webhook.pk}/test/")
        assert sender.send_due() == 1


def test_a_webhook_that_is_off_is_sent_nothing_and_says_so(cast: Cast, receiving: Receiver) -> None:
    webhook, _ = manage.add(cast.team, cast.alice, url=receiving.url, events=EVENTS)
    delivery = manage.send_test(webhook)
    browser = cast.browser(cast.alice)
    browser.post(f"{WEBHOOKS}{webhook.pk}/edit/", {"url": receiving.url, "events": EVENTS})

    for path in ("test/", f"deliveries/{delivery.id}/again/"):
        assert "This webhook is off." in text(browser.post(f"{WEBHOOKS}{webhook.pk}/{path}", follow=True))
    assert sender.send_due() == 0
    assert Delivery.objects.get().state == DeliveryState.DROPPED

    browser.post(f"{WEBHOOKS}{webhook.pk}/edit/", {"url": receiving.url, "events": EVENTS, "enabled": "on"})
    assert Webhook.objects.get().enabled
    gone = browser.post(f"{WEBHOOKS}{webhook.pk}/delete/", follow=True)
    assert "The webhook is deleted." in text(gone)
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)


@pytest.mark.parametrize("url", ["http://example.com/", "https://user@example.com/", "ftp://example.com", "nothing"])
def test_an_address_that_cannot_be_is_refused_at_its_box(cast: Cast, url: str) -> None:
    answer = cast.browser(cast.alice).post(f"{WEBHOOKS}add/", {"url": url, "events": EVENTS})
    assert answer.status_code == 422
    assert answer.context["form"].errors["url"]
    assert not Webhook.objects.exists()


def test_a_message_id_of_a_gateway_speaks_of_one_number_and_channel(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA, "S2,Bo,Kay,+1 716 555 2345,"))
    browser = cast.browser(cast.alice)
    browser.post(f"{CONNECTIONS}add/?kind=twilio", {"name": "Texting", "secret": "5f1d0c9a4e"})
    connection = Connection.objects.get()
    for changed in ({}, {"From": "+17165552345"}, {"From": "whatsapp:+17165551234"}, {"Body": "START"}):
        assert call(connection, **changed).status_code == 200
    listener.apply_waiting()

    assert [each.outcome for each in reversed(calls.log_of(connection))] == [
        "Opted out: 1 contact",
        "Opted out: 1 contact",
        "Opted out: 1 contact",
        "A message with this id said something else before",
    ]


@pytest.mark.parametrize(
    ("page", "kind", "names"),
    [
        ("connect-twilio.md", "twilio", ["Twilio", "Auth token", "Add Twilio"]),
        (
            "connect-whatsapp.md",
            "whatsapp_cloud",
            ["WhatsApp Cloud API", "App secret", "Verify token", "Add WhatsApp Cloud API"],
        ),
    ],
)
def test_the_guides_name_what_the_pages_have(cast: Cast, page: str, kind: str, names: list[str]) -> None:
    guide = (DOCS / page).read_text(encoding="utf-8")
    browser = cast.browser(cast.alice)
    menu, form = text(browser.get(CONNECTIONS)), text(browser.get(f"{CONNECTIONS}add/?kind={kind}"))

    for name in ("Data Management", "Connections", names[0]):
        assert name in menu
        assert name in guide
    for name in names[1:]:
        assert f"*{name}*" in guide
        assert name in form
    browser.post(f"{CONNECTIONS}add/?kind={kind}", {"name": "One", "secret": "x", "verify_token": "y"})
    one = text(browser.get(f"{CONNECTIONS}{Connection.objects.get().pk}/"))
    assert "Name and secret" in one
    assert "Address" in one


def test_what_came_of_a_call_is_said_in_the_readers_language(cast: Cast) -> None:
    browser = cast.browser(cast.alice)
    browser.post(f"{CONNECTIONS}add/?kind=twilio", {"name": "Texting", "secret": "5f1d0c9a4e"})
    connection = Connection.objects.get()
    assert call(connection, Body="hello").status_code == 200

    for path in (CONNECTIONS, f"{CONNECTIONS}{connection.pk}/"):
        assert "Not a keyword" in text(browser.get(path))
        assert "Kein Schlüsselwort" in text(browser.get(path, headers={"Accept-Language": "de"}))

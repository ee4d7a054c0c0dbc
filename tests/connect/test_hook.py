"""The address that a provider calls: checked, kept, answered, and then applied in order, each message once."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from muster.connect import connections
from muster.connect.incoming import calls, listener
from muster.connect.incoming.hook import address
from muster.connect.models import Call, Connection, Delivery, Refusals
from muster.connect.webhooks import manage
from muster.contacts.consent import stop_list
from muster.contacts.erase import erase
from muster.settings import settings
from tests.cast import Cast
from tests.connect.test_gateways import PREFERENCE, TEXT, TOKEN, WHSEC, payload, signed_by_meta, signed_by_standard
from tests.imports.play import ANA, BO, contact, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")

SMS = {"MessageSid": "SM1", "From": "+17165551234", "Body": "Stop."}


@pytest.fixture
def gateway(cast: Cast) -> Connection:
    """Twilio, of Admissions, where Ana and Bo are."""
    imported(cast.team, cast.alice, sheet(ANA, BO))
    return connections.add(cast.team, cast.alice, kind="twilio", name="Texting", secret=TOKEN)


def call(connection: Connection, **changed: str) -> Any:
    """Call as Twilio does: the public address, signed by its own library."""
    parameters = {**SMS, **changed}
    signature = RequestValidator(TOKEN).compute_signature(address(connection), parameters)
    return Client().post(
        f"/hooks/{connection.key}",
        urlencode(parameters),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )


def post(connection: Connection, body: bytes, headers: dict[str, str]) -> Any:
    return Client().post(f"/hooks/{connection.key}", body, content_type="application/json", headers=headers)


def outcomes(connection: Connection) -> list[tuple[str, str]]:
    return [(each.state, each.outcome) for each in reversed(calls.log_of(connection))]


def test_it_keeps_the_word_and_applies_it_afterwards(cast: Cast, gateway: Connection) -> None:
    answer = call(gateway)
    before = contact(cast.team, "S1").text_out
    listener.apply_waiting()

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    assert answer.content.endswith(b"<Response></Response>")
    assert (before, contact(cast.team, "S1").text_out, contact(cast.team, "S1").text_source) == (False, True, "contact")
    assert outcomes(gateway) == [("done", "Opted out: 1 contact")]


def test_it_hears_the_same_message_once_and_later_ones_in_order(cast: Cast, gateway: Connection) -> None:
    for changed in ({}, {"MessageSid": "SM2", "Body": "START"}, {}):
        call(gateway, **changed)
        listener.apply_waiting()

    assert contact(cast.team, "S1").text_out is False
    assert outcomes(gateway) == [
        ("done", "Opted out: 1 contact"),
        ("done", "Opted in: 1 contact"),
        ("left", "Heard before"),
    ]


def test_it_applies_what_waits_in_the_order_it_came(cast: Cast, gateway: Connection) -> None:
    for number, word in enumerate(("STOP", "START", "STOP", "START", "STOP")):
        call(gateway, MessageSid=f"SM{number}", Body=word)
    listener.apply_waiting()

    assert contact(cast.team, "S1").text_out is True
    assert {state for state, _ in outcomes(gateway)} == {"done"}


def test_it_keeps_no_message_and_leaves_what_is_no_keyword(cast: Cast, gateway: Connection) -> None:
    call(gateway, Body="Please stop the presses, says Zebedee")
    call(gateway, MessageSid="SM2", Body="yes")
    listener.apply_waiting()

    assert outcomes(gateway) == [("left", "Not a keyword"), ("left", "Counts only for somebody who is out")]
    assert "Zebedee" not in str(list(Call.objects.values()))


def test_it_keeps_the_word_of_a_number_that_nobody_has(cast: Cast, gateway: Connection) -> None:
    webhook, _ = manage.add(cast.team, cast.alice, url="https://example.com/", events=["consent.changed"])
    call(gateway, From="+17165557777")
    listener.apply_waiting()

    assert outcomes(gateway) == [("done", "Nobody has this number: kept in the stop list")]
    assert stop_list.word(cast.team, "+17165557777", "text") is not None
    (told,) = Delivery.objects.filter(webhook=webhook.pk)
    assert (told.data["number"], told.data["opted_out"]) == ("+17165557777", True)


def test_it_says_who_told_it_in_the_stop_list(cast: Cast, gateway: Connection) -> None:
    call(gateway)
    listener.apply_waiting()

    word = stop_list.word(cast.team, "+17165551234", "text")
    assert word is not None
    assert (word.through, word.said) == ("Texting", "STOP")


def test_it_hears_whatsapp_through_twilio(cast: Cast, gateway: Connection) -> None:
    call(gateway, From="whatsapp:+441753495000", OptOutType="STOP")
    listener.apply_waiting()

    assert (contact(cast.team, "S2").whatsapp_out, contact(cast.team, "S2").text_out) == (True, False)


def test_it_refuses_and_counts_what_is_not_signed(cast: Cast, gateway: Connection) -> None:
    for headers in ({}, {"X-Twilio-Signature": "x"}):
        refused = Client().post(
            f"/hooks/{gateway.key}", urlencode(SMS), "application/x-www-form-urlencoded", headers=headers
        )
        assert refused.status_code == 403

    assert not Call.objects.exists()
    assert Refusals.objects.get(connection_id=gateway.pk).count == 2


def test_it_refuses_what_is_too_big_before_it_is_read(gateway: Connection) -> None:
    answer = post(gateway, b"x" * 70_000, {})

    assert answer.status_code == 413
    assert not Refusals.objects.exists()


def test_it_knows_no_other_addresses_and_methods(gateway: Connection) -> None:
    assert Client().post("/hooks/nobody-knows-this").status_code == 404
    assert Client().get(f"/hooks/{gateway.key}").status_code == 405
    assert Client().put(f"/hooks/{gateway.key}").status_code == 405


def test_it_is_signed_for_the_public_address_behind_a_proxy(
    cast: Cast, gateway: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "url", "https://contacts.example.edu/muster/")

    assert address(gateway) == f"https://contacts.example.edu/muster/hooks/{gateway.key}"
    assert call(gateway).status_code == 200


def test_it_takes_a_call_of_meta_with_several_messages(cast: Cast, gateway: Connection) -> None:
    imported(cast.team, cast.alice, sheet("S9,Eve,Ng,+1 631 555 1181,+1 650 555 1234"))
    meta = connections.add(cast.team, cast.alice, kind="whatsapp_cloud", name="WA", secret="s", verify_token="v")
    eve = "16505551234"
    text = {"messages": [{**TEXT["messages"][0], "from": eve}]}
    body = payload(text, PREFERENCE)
    answer = post(meta, body, signed_by_meta(body, "s"))
    listener.apply_waiting()

    assert answer.status_code == 200
    state = contact(cast.team, "S9")
    assert (state.text_out, state.whatsapp_out, state.whatsapp_marketing_out) == (False, True, True)
    assert len(outcomes(meta)) == 2


def test_it_shakes_hands_with_meta_and_with_nobody_else(cast: Cast) -> None:
    meta = connections.add(cast.team, cast.alice, kind="whatsapp_cloud", name="WA", secret="s", verify_token="v")
    asked = f"/hooks/{meta.key}?hub.mode=subscribe&hub.challenge=42&hub.verify_token="

    assert Client().get(asked + "v").content == b"42"
    assert Client().get(asked + "w").status_code == 403


def test_it_keeps_a_call_without_a_number_as_that(cast: Cast) -> None:
    meta = connections.add(cast.team, cast.alice, kind="whatsapp_cloud", name="WA", secret="s", verify_token="v")
    body = payload({"messages": [{"from": "US.134912", "id": "D", "type": "text", "text": {"body": "stop"}}]})

    assert post(meta, body, signed_by_meta(body, "s")).status_code == 200
    assert outcomes(meta) == [("left", "No number")]


def test_it_takes_another_gateway(cast: Cast, gateway: Connection) -> None:
    mine = connections.add(cast.team, cast.alice, kind="other", name="Ours", secret=WHSEC)
    for said in (
        {"contact_id": "S1", "channel": "text", "opted_out": True, "message_id": "1"},
        {"contact_id": "nobody", "channel": "text", "opted_out": True, "message_id": "2"},
        {"number": "716-555-2345", "channel": "text", "text": "stop all", "message_id": "3"},
    ):
        body = json.dumps(said).encode()
        assert post(mine, body, signed_by_standard(body)).status_code == 200
    assert post(mine, b"{}", signed_by_standard(b"{}")).status_code == 400
    listener.apply_waiting()

    assert outcomes(mine) == [
        ("done", "Opted out: 1 contact"),
        ("left", "No contact has this Contact ID"),
        ("done", "Opted out: 1 contact"),
    ]
    word = stop_list.word(cast.team, "+17165551234", "text")
    assert word is not None
    assert (word.through, word.said) == ("Ours", "STOP")


def test_it_keeps_secrets_encrypted(cast: Cast, gateway: Connection) -> None:
    assert TOKEN not in str(Connection.objects.values())


def test_it_asks_for_a_secret_again_that_another_key_has_sealed(gateway: Connection, settings: Any) -> None:
    settings.SECRET_KEY = "another"
    assert call(gateway).status_code == 503
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]


def test_it_keeps_the_last_calls_and_whatever_waits(cast: Cast, gateway: Connection) -> None:
    for number in range(6):
        call(gateway, MessageSid=f"SM{number}", Body="hello" if number else "STOP")
    calls.prune(3)

    assert [state for state, _ in outcomes(gateway)] == ["waiting", "left", "left", "left"]


def test_it_keeps_calls_as_long_as_the_setting_says(cast: Cast, gateway: Connection) -> None:
    for number in range(2):
        call(gateway, MessageSid=f"SM{number}", Body="hello")
    Call.objects.filter(message_id="SM0").update(at=timezone.now() - timedelta(days=settings().call_days + 1))
    calls.prune()

    assert list(Call.objects.values_list("message_id", flat=True)) == ["SM1"]


def test_it_covers_the_number_of_an_erased_person(cast: Cast, gateway: Connection) -> None:
    call(gateway)
    listener.apply_waiting()
    erase(contact(cast.team, "S1"), cast.alice)

    assert "5551234" not in str(list(Call.objects.values()))


def test_a_stop_that_comes_during_an_import_wins_over_it(cast: Cast, gateway: Connection) -> None:
    header = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,OptedOut"
    call(gateway)
    imported(cast.team, cast.alice, sheet(ANA + ",no", header=header))
    listener.apply_waiting()

    assert contact(cast.team, "S1").text_out is True


def test_it_goes_on_when_one_call_cannot_be_applied(cast: Cast, gateway: Connection) -> None:
    Call.objects.create(
        team_id=cast.team.pk, connection_id=gateway.pk, number="+17165551234", channel="fax", opted_out=True
    )
    call(gateway, From="+17165552345")

    for _ in range(listener.MOST_ATTEMPTS + 1):
        listener.apply_waiting()

    assert [state for state, _ in outcomes(gateway)] == ["failed", "done"]
    assert contact(cast.team, "S2").text_out is True

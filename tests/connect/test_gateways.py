"""What providers send: signatures made by their own libraries and samples, forgeries, and what their calls say."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator

from muster.connect.gateways import BadCall, Said, other, twilio, whatsapp_cloud

URL = "https://contacts.example.edu/muster/hooks/abc"
TOKEN = "5f1d0c9a4e"
SMS = {"MessageSid": "SM1", "From": "+17165551234", "To": "+17165550000", "Body": " Stop! ", "NumMedia": "0"}
WHSEC = "whsec_" + base64.b64encode(b"k" * 32).decode()


def signed_by_twilio(
    parameters: dict[str, Any], url: str = URL, algorithm: str | None = None
) -> tuple[dict[str, str], bytes]:
    signature = RequestValidator(TOKEN).compute_signature(url, parameters, algorithm)
    settings = {"X-Twilio-Webhooks-Signature-Settings": f"key=k,algorithm={algorithm}"} if algorithm else {}
    return {"X-Twilio-Signature": signature, **settings}, urlencode(parameters).encode()


@pytest.mark.parametrize("url", [URL, URL + "?team=1&b=%20c", "https://contacts.example.edu:8443/hooks/abc"])
@pytest.mark.parametrize("algorithm", [None, "HMAC_SHA256"])
def test_it_knows_what_the_official_library_of_twilio_signs(url: str, algorithm: str | None) -> None:
    headers, body = signed_by_twilio(SMS, url, algorithm)
    assert twilio.is_signed(headers, body, url=url, secret=TOKEN)


def test_it_knows_twilio_with_and_without_the_usual_port() -> None:
    headers, body = signed_by_twilio(SMS, "https://contacts.example.edu:443/muster/hooks/abc")
    assert twilio.is_signed(headers, body, url=URL, secret=TOKEN)


@pytest.mark.parametrize(
    "change",
    [
        {"body": urlencode({**SMS, "From": "+17165559999"}).encode()},
        {"body": urlencode({**SMS, "Body": "START"}).encode()},
        {"body": urlencode({**SMS, "Extra": "1"}).encode()},
        {"body": b""},
        {"body": b"\xff=\xff"},
        {"url": URL + "d"},
        {"url": URL.replace("https", "http")},
        {"secret": "another"},
        {"headers": {}},
        {"headers": {"X-Twilio-Signature": ""}},
        {"headers": {"X-Twilio-Signature": "ü"}},
        {"headers": {"X-Twilio-Signature": base64.b64encode(b"0" * 20).decode()}},
        {"settings": "key=k,algorithm=NONE"},
    ],
)
def test_it_refuses_forgeries_of_twilio(change: dict[str, Any]) -> None:
    headers, body = signed_by_twilio(SMS)
    headers = change.get("headers", headers)
    if "settings" in change:
        headers["X-Twilio-Webhooks-Signature-Settings"] = change["settings"]
    call = {"url": change.get("url", URL), "secret": change.get("secret", TOKEN)}
    assert not twilio.is_signed(headers, change.get("body", body), **call)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, Said("text", "+17165551234", "", None, " Stop! ", "SM1")),
        ({"OptOutType": "STOP"}, Said("text", "+17165551234", "", True, None, "SM1")),
        ({"OptOutType": "START", "Body": "unstop"}, Said("text", "+17165551234", "", False, None, "SM1")),
        ({"OptOutType": "HELP"}, Said("text", "+17165551234", "", None, None, "SM1")),
        ({"From": "whatsapp:+5215512345678"}, Said("whatsapp", "+5215512345678", "", None, " Stop! ", "SM1")),
    ],
)
def test_it_reads_what_twilio_says(changed: dict[str, str], said: Said) -> None:
    assert twilio.read(urlencode({**SMS, **changed}).encode()) == [said]


def signed_by_meta(body: bytes, secret: str = "app secret") -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def payload(*values: dict[str, Any]) -> bytes:
    """Meta's documented sample, with these values."""
    metadata = {"display_phone_number": "16505551111", "phone_number_id": "123456123"}
    changes = [
        {"value": {"messaging_product": "whatsapp", "metadata": metadata, **each}, "field": "messages"}
        for each in values
    ]
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "0", "changes": changes}]}).encode()


TEXT = {
    "contacts": [{"profile": {"name": "test user name"}, "wa_id": "16315551181"}],
    "messages": [
        {
            "from": "16315551181",
            "id": "ABGGFlA5Fpa",
            "timestamp": "1504902988",
            "type": "text",
            "text": {"body": "stop"},
        }
    ],
}
PREFERENCE = {
    "user_preferences": [
        {
            "wa_id": "16505551234",
            "detail": "User requested to stop marketing messages",
            "category": "marketing_messages",
            "value": "stop",
            "timestamp": 1731705721,
        }
    ]
}
AT = datetime.fromtimestamp(1504902988, tz=UTC)


def test_it_knows_what_meta_signs() -> None:
    body = payload(TEXT)
    assert whatsapp_cloud.is_signed(signed_by_meta(body), body, url="", secret="app secret")


@pytest.mark.parametrize(
    "header", ["", "sha256=", "sha256=00", "sha1=00", "ü", signed_by_meta(b"{}")["X-Hub-Signature-256"]]
)
def test_it_refuses_forgeries_of_meta(header: str) -> None:
    assert not whatsapp_cloud.is_signed({"X-Hub-Signature-256": header}, payload(TEXT), url="", secret="app secret")


def test_it_refuses_metas_signature_by_another_secret_or_over_other_bytes() -> None:
    body = payload(TEXT)
    assert not whatsapp_cloud.is_signed(signed_by_meta(body, "x"), body, url="", secret="app secret")
    assert not whatsapp_cloud.is_signed(signed_by_meta(body), body + b" ", url="", secret="app secret")


def test_it_reads_several_entries_of_meta() -> None:
    button = {"from": "16315551181", "id": "B", "type": "button", "button": {"text": "Stop", "payload": "x"}}
    reply = {"type": "button_reply", "button_reply": {"id": "unique", "title": "START"}}
    interactive = {"from": "16315551182", "id": "I", "type": "interactive", "interactive": reply}
    image = {"from": "16315551181", "id": "C", "type": "image", "image": {"id": "1"}}
    status = {"statuses": [{"id": "wamid", "status": "delivered", "recipient_id": "16315551181"}]}
    call = payload(TEXT, PREFERENCE, status, {"messages": [button, image, interactive]})

    assert whatsapp_cloud.read(call) == [
        Said("whatsapp", "+16315551181", "", None, "stop", "ABGGFlA5Fpa", AT),
        Said(
            "whatsapp_marketing",
            "+16505551234",
            "",
            True,
            None,
            "preference:+16505551234:stop:1731705721",
            datetime.fromtimestamp(1731705721, tz=UTC),
        ),
        Said("whatsapp", "+16315551181", "", None, "Stop", "B"),
        Said("whatsapp", "+16315551182", "", None, "START", "I"),
    ]


def test_it_takes_people_of_meta_without_a_number() -> None:
    by_id = {"messages": [{"from": "US.13491208655302741918", "id": "D", "type": "text", "text": {"body": "stop"}}]}
    since_usernames = {
        "contacts": [{"profile": {"name": "Ana", "username": "ana"}, "user_id": "US.13491208655302741918"}],
        "messages": [{"from_user_id": "US.13491208655302741918", "id": "E", "type": "text", "text": {"body": "stop"}}],
    }
    chosen = {
        "user_preferences": [
            {"user_id": "US.13491208655302741918", "category": "marketing_messages", "value": "resume"}
        ]
    }
    assert [(each.number, each.opted_out) for each in whatsapp_cloud.read(payload(by_id, since_usernames, chosen))] == [
        ("", None),
        ("", None),
        ("", False),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"1",
        b'{"entry": 1}',
        b'{"entry": [1]}',
        b'{"entry": [{"changes": {}}]}',
        b'{"entry": [{"changes": [{"value": []}]}]}',
        payload({"messages": [{"type": "text", "text": 1}]}),
        payload({"messages": [{"type": ["x"]}]}),
        payload({"user_preferences": [1]}),
    ],
)
def test_it_leaves_what_meta_sends_besides(body: bytes) -> None:
    assert whatsapp_cloud.read(body) == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"NaN", b"[" * 100_000])
def test_it_refuses_what_is_no_json(body: bytes) -> None:
    with pytest.raises(BadCall):
        whatsapp_cloud.read(body)


def test_it_shakes_hands_with_meta() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "mine", "hub.challenge": "1158201444"}
    assert whatsapp_cloud.challenge(asked, "mine") == "1158201444"
    assert whatsapp_cloud.challenge(asked, "other") is None
    assert whatsapp_cloud.challenge({**asked, "hub.mode": "x"}, "mine") is None
    assert whatsapp_cloud.challenge({"hub.mode": "subscribe", "hub.verify_token": ""}, "") is None


def signed_by_standard(body: bytes, at: datetime | None = None, secret: str = WHSEC) -> dict[str, str]:
    at = at or datetime.now(tz=UTC)
    signature = Webhook(secret).sign("m1", at, body.decode())
    return {"webhook-id": "m1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}


def test_it_knows_what_standard_webhooks_sign() -> None:
    assert other.is_signed(signed_by_standard(b"{}"), b"{}", url="", secret=WHSEC)


@pytest.mark.parametrize("header", ["", "v1,", "v1", "v1,!!!", "v2,AAAA", "v1,AAAA v1,BBBB"])
def test_it_refuses_forgeries_of_standard_webhooks(header: str) -> None:
    headers = {**signed_by_standard(b"{}"), "webhook-signature": header}
    assert not other.is_signed(headers, b"{}", url="", secret=WHSEC)


def test_it_refuses_standard_webhooks_that_are_old_or_changed() -> None:
    old = signed_by_standard(b"{}", datetime(2026, 1, 1, tzinfo=UTC))
    assert not other.is_signed(old, b"{}", url="", secret=WHSEC)
    assert not other.is_signed(signed_by_standard(b"{}"), b"{ }", url="", secret=WHSEC)
    assert not other.is_signed({**signed_by_standard(b"{}"), "webhook-id": "m2"}, b"{}", url="", secret=WHSEC)
    assert not other.is_signed(signed_by_standard(b"{}"), b"\xff", url="", secret=WHSEC)


def test_it_reads_what_another_gateway_says() -> None:
    by_text = b'{"number": "+17165551234", "channel": "text", "text": "STOP", "message_id": "1"}'
    by_id = b'{"contact_id": "S1", "channel": "whatsapp", "opted_out": false}'
    assert other.read(by_text) == [Said("text", "+17165551234", "", None, "STOP", "1")]
    assert other.read(by_id) == [Said("whatsapp", "", "S1", False, None, "")]


@pytest.mark.parametrize(
    "call",
    [
        [],
        {},
        {"number": "+1", "channel": "text"},
        {"number": "+1", "channel": "text", "opted_out": "yes"},
        {"number": "+1", "channel": "text", "opted_out": True, "text": "STOP"},
        {"number": "+1", "contact_id": "S1", "channel": "text", "opted_out": True},
        {"number": 17165551234, "channel": "text", "opted_out": True},
        {"number": "+1", "channel": "fax", "opted_out": True},
        {"number": "+1", "channel": "text", "opted_out": True, "message_id": "x" * 201},
        {"number": "+1", "channel": "text", "opted_out": True, "message_id": "a\0"},
    ],
)
def test_it_refuses_what_is_no_call(call: Any) -> None:
    with pytest.raises(BadCall):
        other.read(json.dumps(call).encode())

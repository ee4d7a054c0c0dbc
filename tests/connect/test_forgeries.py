"""Calls that nobody may believe, at the address itself: each is refused, counted, and nothing of it is kept."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from twilio.request_validator import RequestValidator

from muster.connect import connections
from muster.connect.gateways import GATEWAYS
from muster.connect.incoming import calls, listener
from muster.connect.incoming.hook import address
from muster.connect.models import Call, Connection
from muster.settings import settings
from tests.cast import Cast
from tests.connect.test_gateways import TEXT, TOKEN, WHSEC, payload, signed_by_meta, signed_by_standard
from tests.imports.play import ANA, contact, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")

SECRET = {"twilio": TOKEN, "whatsapp_cloud": "app secret", "other": WHSEC}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
SMS = {"MessageSid": "SM1", "From": "+17165551234", "Body": "STOP"}
OURS = {"number": "+17165551234", "channel": "text", "text": "STOP", "message_id": "1"}
Made = tuple[str, bytes, dict[str, str]]  # the path, the body, the headers
Sign = Callable[[Connection], Made]


def by_twilio(connection: Connection, url: str = "", secret: str = TOKEN, **changed: str) -> Made:
    form = SMS | changed
    signature = RequestValidator(secret).compute_signature(url or address(connection), form)
    return f"/hooks/{connection.key}", urlencode(form).encode(), {"X-Twilio-Signature": signature}


def by_meta(connection: Connection, secret: str = "app secret") -> Made:
    body = payload(TEXT)
    return f"/hooks/{connection.key}", body, signed_by_meta(body, secret)


def by_us(connection: Connection, at: datetime | None = None) -> Made:
    body = json.dumps(OURS).encode()
    return f"/hooks/{connection.key}", body, signed_by_standard(body, at)


def with_body(made: Made, body: bytes) -> Made:
    return made[0], body, made[2]


def with_headers(made: Made, **headers: str) -> Made:
    return made[0], made[1], {name.replace("_", "-"): value for name, value in headers.items()}


def post(connection: Connection, made: Made) -> Any:
    path, body, headers = made
    kind = FORM if connection.kind == "twilio" else JSON
    return Client().post(path, body, content_type=kind, headers=headers)


FORGERIES: dict[str, tuple[str, Sign]] = {
    "nobody has signed it": ("twilio", lambda one: with_headers(by_twilio(one))),
    "by another account's token": ("twilio", lambda one: by_twilio(one, secret="another")),
    "for another connection's address": ("twilio", lambda one: by_twilio(one, url=address(one) + "x")),
    "for the address by http": ("twilio", lambda one: by_twilio(one, url="http://elsewhere.example/hooks/x")),
    "another number than was signed": (
        "twilio",
        lambda one: with_body(by_twilio(one), urlencode(SMS | {"From": "+17165559999"}).encode()),
    ),
    "a parameter more than was signed": (
        "twilio",
        lambda one: with_body(by_twilio(one), urlencode(SMS | {"OptOutType": "START"}).encode()),
    ),
    "a query that was not signed": ("twilio", lambda one: (f"/hooks/{one.key}?a=1", *by_twilio(one)[1:])),
    "Meta's, by another app's secret": ("whatsapp_cloud", lambda one: by_meta(one, "another")),
    "Meta's, over other bytes": ("whatsapp_cloud", lambda one: with_body(by_meta(one), payload(TEXT) + b" ")),
    "Meta's old signature by SHA-1": (
        "whatsapp_cloud",
        lambda one: with_headers(by_meta(one), X_Hub_Signature="sha1=0"),
    ),
    "signed as Twilio signs, at Meta's address": ("whatsapp_cloud", by_twilio),
    "ours, played again six minutes later": (
        "other",
        lambda one: by_us(one, datetime.now(tz=UTC) - timedelta(minutes=6)),
    ),
    "ours, from the future": ("other", lambda one: by_us(one, datetime.now(tz=UTC) + timedelta(minutes=6))),
    "ours, under another id": (
        "other",
        lambda one: (*by_us(one)[:2], {**by_us(one)[2], "webhook-id": "another"}),
    ),
    "ours, with another text": ("other", lambda one: with_body(by_us(one), b'{"number": "+17165559999"}')),
}


def add(cast: Cast, kind: str) -> Connection:
    token = {"verify_token": "mine"} if kind == "whatsapp_cloud" else {}
    return connections.add(cast.team, cast.alice, kind=kind, name="Gateway", secret=SECRET[kind], **token)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_it_refuses_forgeries_and_keeps_nothing_of_them(cast: Cast, forgery: str) -> None:
    kind, sign = FORGERIES[forgery]
    connection = add(cast, kind)

    assert post(connection, sign(connection)).status_code == 403
    refused = calls.refused(connection)
    assert refused is not None
    assert refused.count == 1
    assert not Call.objects.exists()


@pytest.mark.parametrize(("kind", "sign"), [("twilio", by_twilio), ("whatsapp_cloud", by_meta), ("other", by_us)])
def test_it_hears_a_call_that_is_played_again_once(cast: Cast, kind: str, sign: Sign) -> None:
    imported(cast.team, cast.alice, sheet(ANA, "S9,Eve,Ng,+1 631 555 1181,"))
    connection = add(cast, kind)
    made = sign(connection)
    for _ in range(3):
        assert post(connection, made).status_code == 200
    listener.apply_waiting()
    post(connection, made)
    listener.apply_waiting()

    assert [each.outcome for each in reversed(calls.log_of(connection))] == [
        "Opted out: 1 contact",
        *["Heard before"] * 3,
    ]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("twilio", json.dumps(SMS).encode()),
        ("twilio", b""),
        ("whatsapp_cloud", urlencode(SMS).encode()),
        ("whatsapp_cloud", b"\xff\xfe"),
        ("other", urlencode(OURS).encode()),
        ("other", b"[1]"),
        ("other", b'{"number": 17165551234, "channel": "text", "text": "STOP"}'),
    ],
)
def test_it_refuses_what_is_signed_and_of_another_type(cast: Cast, kind: str, body: bytes) -> None:
    connection = add(cast, kind)
    signed = {
        "twilio": {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(address(connection), {})},
        "whatsapp_cloud": signed_by_meta(body),
        "other": signed_by_standard(body) if body.isascii() else {},
    }

    answer = post(connection, (f"/hooks/{connection.key}", body, signed[kind]))

    assert answer.status_code in {400, 403}
    assert not Call.objects.exists()


@pytest.mark.parametrize("kind", GATEWAYS)
@pytest.mark.parametrize("told", ["", "10", "x", "-1"], ids=["truly", "less", "no number", "below zero"])
def test_it_reads_no_more_than_a_call_can_have_whatever_its_header_says(cast: Cast, kind: str, told: str) -> None:
    connection = add(cast, kind)
    body = b"a" * (GATEWAYS[kind].most_bytes + 1)
    lies: dict[str, Any] = {"CONTENT_LENGTH": told} if told else {}

    answer = Client().generic("POST", f"/hooks/{connection.key}", body, content_type=JSON, **lies)

    assert answer.status_code in ({413} if not told else {403, 413})
    assert not Call.objects.exists()


def test_behind_a_proxy_the_signed_address_is_the_public_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy takes https: at /muster and passes http: at / on, under a host of its own."""
    imported(cast.team, cast.alice, sheet(ANA))
    connection = add(cast, "twilio")
    monkeypatch.setattr(settings(), "url", "https://contacts.example.edu/muster")
    inside = {"host": "localhost", "X-Forwarded-Proto": "http"}
    path, body, headers = by_twilio(connection, url=f"https://contacts.example.edu/muster/hooks/{connection.key}")
    for signed, status in (
        (headers, 200),
        (by_twilio(connection, url=f"http://localhost/hooks/{connection.key}")[2], 403),
        (by_twilio(connection, url=f"http://contacts.example.edu/muster/hooks/{connection.key}")[2], 403),
        (by_twilio(connection, url=f"https://contacts.example.edu/hooks/{connection.key}")[2], 403),
    ):
        assert Client().post(path, body, content_type=FORM, headers=inside | signed).status_code == status
    listener.apply_waiting()

    assert contact(cast.team, "S1").text_out is True

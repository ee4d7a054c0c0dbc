"""WhatsApp Cloud API: JSON, signed by HMAC over the raw bytes; preferences, messages and quick replies.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from muster.connect.gateways.said import BadCall, Said, e164, text_of
from muster.connect.gateways.strict_json import load

MOST_BYTES = 3 * 1024 * 1024  # what Meta says a call may have
MOST_MESSAGES = 2_000
MEANS = {"stop": True, "resume": False}


def is_signed(headers: Mapping[str, str], body: bytes, *, url: str, secret: str) -> bool:
    """Whether Meta signed this with the app's secret."""
    signature = headers.get("X-Hub-Signature-256", "")
    made = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made.encode(), signature.encode("utf-8", "replace"))


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """Return what to answer to Meta's first call, by which it makes sure that the address is ours; None: refuse it."""
    is_theirs = hmac.compare_digest(query.get("hub.verify_token", "").encode(), verify_token.encode())
    if query.get("hub.mode") != "subscribe" or not verify_token or not is_theirs:
        return None
    return query.get("hub.challenge", "")


def read(body: bytes) -> list[Said]:
    """Return what was said: any number of messages a call. Statuses and everything else are left."""
    said: list[Said] = []
    for each in _values(load(body)):
        said += _preferences(each)
        said += _messages(each)
        if len(said) > MOST_MESSAGES:
            raise BadCall(f"There are more than {MOST_MESSAGES} messages in one call.")
    return said


def _values(payload: object) -> Iterator[Mapping[str, Any]]:
    for entry in _objects(payload, "entry"):
        for change in _objects(entry, "changes"):
            if isinstance(change.get("value"), dict):
                yield change["value"]


def _objects(parent: object, name: str) -> list[dict[str, Any]]:
    """The objects of a list, whatever else stands there."""
    listed = parent.get(name) if isinstance(parent, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _preferences(value: Mapping[str, Any]) -> Iterator[Said]:
    """What people chose in WhatsApp itself about offers."""
    for each in _objects(value, "user_preferences"):
        chosen = each.get("value")
        if each.get("category", "marketing_messages") == "marketing_messages" and chosen in MEANS:
            when = text_of(str(each.get("timestamp", "")), "timestamp")
            number = _number(each.get("wa_id"))
            person = number or text_of(each.get("user_id"), "user_id")
            message_id = f"preference:{person}:{chosen}:{when}" if when else ""
            yield Said("whatsapp_marketing", number, "", MEANS[chosen], None, message_id, _time(when))


def _messages(value: Mapping[str, Any]) -> Iterator[Said]:
    """What people wrote, or which button they pressed."""
    for each in _objects(value, "messages"):
        text = _text(each)
        if text is not None:
            number, message_id = _number(each.get("from")), text_of(each.get("id"), "id")
            yield Said("whatsapp", number, "", None, text, message_id, _time(each.get("timestamp")))


def _text(message: Mapping[str, Any]) -> str | None:
    """The words of a text or of a button; None for pictures, places and the rest."""
    kind = message.get("type")
    part = message.get(kind) if isinstance(kind, str) else None
    if not isinstance(part, dict):
        return None
    if kind == "interactive":
        reply = part.get("button_reply")
        part = reply if isinstance(reply, dict) else {}
    found = part.get({"text": "body", "button": "text", "interactive": "title"}.get(str(kind), ""))
    return found if isinstance(found, str) else None


def _time(value: object) -> datetime | None:
    """Seconds since 1970, as Meta writes them; None for anything else, and for what has yet to come."""
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        return None
    said = datetime.fromtimestamp(int(text), tz=UTC)
    return said if said <= datetime.now(tz=UTC) else None


def _number(value: object) -> str:
    """A wa_id, which is a number without +, with it; "" where Meta names the person in another way."""
    return e164(value) if isinstance(value, str) else ""

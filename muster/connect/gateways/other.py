"""Another gateway: JSON of our own shape, signed by Standard Webhooks.

https://www.standardwebhooks.com
"""

from __future__ import annotations

from collections.abc import Mapping

from standardwebhooks import Webhook, WebhookVerificationError

from muster.connect.gateways.said import BadCall, Said, text_of
from muster.connect.gateways.strict_json import load

MOST_BYTES = 64 * 1024
LONGEST_TEXT = 10_000
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def is_signed(headers: Mapping[str, str], body: bytes, *, url: str, secret: str) -> bool:
    """Whether the holder of the secret signed this, less than five minutes ago."""
    sent = {name: headers.get(name, "") for name in HEADERS}
    try:
        Webhook(secret).verify(body, sent, json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: a signature that is no Base64, a body that is no text
        return False
    return True


def read(body: bytes) -> list[Said]:
    """Return what was said: {"number" or "contact_id", "channel", "opted_out" or "text", "message_id"}."""
    payload = load(body)
    if not isinstance(payload, dict):
        raise BadCall("Send one JSON object.")
    number, contact_id = (text_of(payload.get(name), name) for name in ("number", "contact_id"))
    opted_out, text = payload.get("opted_out"), text_of(payload.get("text"), "text", longest=LONGEST_TEXT)
    if bool(number) == bool(contact_id):
        raise BadCall("Send either number or contact_id.")
    if ("opted_out" in payload) == ("text" in payload):
        raise BadCall("Send either opted_out or text.")
    if "opted_out" in payload and not isinstance(opted_out, bool):
        raise BadCall("opted_out is true or false.")
    message_id = text_of(payload.get("message_id"), "message_id")
    channel = text_of(payload.get("channel"), "channel")
    return [Said(channel, number, contact_id, opted_out, text if "text" in payload else None, message_id)]

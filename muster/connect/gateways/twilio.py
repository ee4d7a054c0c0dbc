"""Twilio: a form, signed by HMAC over the public address and the sorted parameters.

https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from muster.connect.gateways.said import BadCall, Said, text_of

MOST_BYTES = 64 * 1024
MOST_PARAMETERS = 1_000
HASHES = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
USUAL_PORT = {"https": 443, "http": 80}
MEANS = {"STOP": True, "START": False}  # OptOutType, where Advanced Opt-Out is on; HELP means neither


def is_signed(headers: Mapping[str, str], body: bytes, *, url: str, secret: str) -> bool:
    """Whether Twilio signed this. `url`: the public address it was given, with the query."""
    signature = headers.get("X-Twilio-Signature", "")
    made_by = HASHES.get(_algorithm(headers.get("X-Twilio-Webhooks-Signature-Settings", "")))
    parameters = _parameters(body)
    if made_by is None or parameters is None or not signature.isascii():
        return False
    told = "".join(name + value for name in sorted(parameters) for value in sorted(set(parameters[name])))
    tries = [hmac.new(secret.encode(), (each + told).encode(), made_by).digest() for each in _spellings(url)]
    return any(hmac.compare_digest(base64.b64encode(each), signature.encode()) for each in tries)


def read(body: bytes) -> list[Said]:
    """Return what was said: one message a call."""
    parameters = {name: values[0] for name, values in (_parameters(body) or {}).items()}
    sender = text_of(parameters.get("From"), "From")
    if not sender:
        raise BadCall("From is missing.")
    channel = "whatsapp" if sender.startswith("whatsapp:") else "text"
    opted_out, text = MEANS.get(parameters.get("OptOutType", "")), None
    if not parameters.get("OptOutType"):
        text = parameters.get("Body", "")
    message_id = text_of(parameters.get("MessageSid"), "MessageSid")
    return [Said(channel, sender.removeprefix("whatsapp:"), "", opted_out, text, message_id)]


def _parameters(body: bytes) -> dict[str, list[str]] | None:
    """The form; None for what is none."""
    try:
        return parse_qs(
            body.decode(), keep_blank_values=True, strict_parsing=False, max_num_fields=MOST_PARAMETERS, errors="strict"
        )
    except ValueError:
        return None


def _algorithm(named: str) -> str:
    """The algorithm in `key=…,algorithm=HMAC_SHA256`; without the header it is the older one."""
    pairs = dict(part.strip().partition("=")[::2] for part in named.split(","))
    return pairs.get("algorithm", "").strip().upper() or "HMAC_SHA1"


def _spellings(url: str) -> list[str]:
    """The address with and without its port: Twilio signs now the one, now the other."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    bare = host if parts.port is None else host.rpartition(":")[0]
    port = parts.port or USUAL_PORT.get(parts.scheme, 443)
    return [parts._replace(netloc=each).geturl() for each in (bare, f"{bare}:{port}")]

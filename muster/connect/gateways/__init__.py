"""One file a provider: whether a call is signed by it, and what the call says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from muster.connect.gateways import other, twilio, whatsapp_cloud
from muster.connect.gateways.said import BadCall, Said

__all__ = ["GATEWAYS", "BadCall", "Gateway", "Said"]


class IsSigned(Protocol):
    """Whether a call is the provider's own."""

    def __call__(self, headers: Mapping[str, str], body: bytes, *, url: str, secret: str) -> bool: ...


class Gateway(NamedTuple):
    """A provider: how large its calls are, how they are signed and read, and what it wants to be answered."""

    most_bytes: int
    is_signed: IsSigned
    read: Callable[[bytes], list[Said]]
    answer: tuple[str, str] = ("{}", "application/json")


TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>', "text/xml"

GATEWAYS = {
    "twilio": Gateway(twilio.MOST_BYTES, twilio.is_signed, twilio.read, TWIML),
    "whatsapp_cloud": Gateway(whatsapp_cloud.MOST_BYTES, whatsapp_cloud.is_signed, whatsapp_cloud.read),
    "other": Gateway(other.MOST_BYTES, other.is_signed, other.read),
}

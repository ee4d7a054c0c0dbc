"""What a gateway passed on, as every provider's file returns it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from muster.core.fields import CHANNELS

LONGEST_ID = 200


class BadCall(Exception):  # noqa: N818  says what happened
    """The call is signed, and yet not what this provider sends: it says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message: from whom, on which channel, and either what it means or its text.

    `opted_out` None and `text` None: nothing that opts anybody in or out.
    """

    channel: str
    number: str = ""  # as the provider writes it, perhaps without +
    contact_id: str = ""
    opted_out: bool | None = None
    text: str | None = None
    message_id: str = ""
    at: datetime | None = None  # where the provider says when

    def __post_init__(self) -> None:
        if self.channel not in CHANNELS:
            raise BadCall(f"There is no channel {self.channel!r}.")


def e164(number: str) -> str:
    """Return a number that says its country with or without +, as E.164; "" for what is none."""
    digits = re.sub(r"[\s().\u2010-\u2015-]", "", number).removeprefix("+")
    return f"+{digits}" if digits.isascii() and digits.isdigit() and 6 <= len(digits) <= 15 else ""


def text_of(value: object, name: str, *, longest: int = LONGEST_ID) -> str:
    """Return a text of a payload. Raises BadCall for what is none, or is too long, or cannot be kept."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise BadCall(f"{name} is not a text of up to {longest} characters.")
    return value

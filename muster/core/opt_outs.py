"""Opt-outs that hold against a file: numbers that said STOP (C8), and those of rows that are left out (C9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from muster.core.consent import OPT_OUT_KEPT, Channel, by_number, numbers_by_channel
from muster.core.fields import SYSTEM_FIELDS, Kind, position
from muster.core.known import Stops
from muster.core.problems import LEFT_OUT, Note

CHANNEL_FIELDS = tuple(
    (each.key, each.name, position(each.name)) for each in SYSTEM_FIELDS if each.kind is Kind.OPT_OUT
)
_OVERRULED = {"opted-back-in", "text-opted-out"}


def hold_stopped(
    stops: Stops, old: Mapping[str, Any], after: dict[str, Any], notes: list[Note], row: int | None
) -> None:
    """Opt out who has or gets a number that said STOP on the channel, whatever else is said of them.

    `old` is the contact as it is, `after` what changes: both by stored key.
    """
    mobile = after["mobile_number"] if "mobile_number" in after else old.get("mobile_number")
    whatsapp = after["whatsapp_number"] if "whatsapp_number" in after else old.get("whatsapp_number")
    if mobile not in stops and whatsapp not in stops:
        return
    numbers = numbers_by_channel(mobile, whatsapp)
    for key, name, _ in CHANNEL_FIELDS:
        since = stops.get(numbers[key] or "", {}).get(key)
        now: Channel | None = after.get(key, old.get(key))
        if since is None or (now and now.opted_out and now.own_out):
            continue
        after[key] = by_number(since)
        if now is None or not now.opted_out:
            notes[:] = [each for each in notes if each.field != name or each.code not in _OVERRULED]
            notes.append(Note(OPT_OUT_KEPT, row, name, {"channel": key, "stopped": True}))


def left_out(
    row: int,
    values: tuple[Any, ...],
    stored: Mapping[str, Any],
    counted: tuple[Any, ...] | None,
    number: str | None = None,
) -> Iterator[Note]:
    """Note the opt-outs of a row that changes nothing, about a contact who is opted in.

    `counted`: the values of the earlier row that counts for this contact, where there is one (R8).
    `number`: the contact's mobile number, where it tells who is meant, as nobody has the ContactId of the row.
    """
    found_by = {"number": number} if number else {}
    for key, name, place in CHANNEL_FIELDS:
        if values[place] is not True:
            continue
        now: Channel | None = stored.get(key)
        said = counted[place] if counted else None
        if (now is None and counted is None) or said is True or (now and now.opted_out and said is not False):
            continue
        yield Note(LEFT_OUT, row, name, {"channel": key, **found_by})

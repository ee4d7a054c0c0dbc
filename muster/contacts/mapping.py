"""Between a contact's row in the database, the values the core plans with, and the JSON that history keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from muster.contacts.models import Contact
from muster.core.consent import Channel
from muster.core.fields import (
    CHANNELS,
    CUSTOM,
    SYSTEM_FIELDS,
    Field,
    Kind,
)
from muster.core.known import Stored
from muster.teams.models import Membership, Team

# Keys of the values that are one text in a column of the same name: of those, the numbers, and what search looks at.
PLAIN = tuple(each.key for each in SYSTEM_FIELDS if each.is_plain)

CHANNEL_COLUMNS = {
    each.key: tuple(column.name for column in each.columns) for each in SYSTEM_FIELDS if each.kind is Kind.OPT_OUT
}
CASTS = {column.name: column.cast for each in SYSTEM_FIELDS for column in each.columns if column.cast}

# What to read of a contact, in the order that `as_stored` wants.
COLUMNS = (
    *PLAIN,
    "id",
    "mobile_inferred_at",
    *(column for columns in CHANNEL_COLUMNS.values() for column in columns),
    "assigned_id",
    "custom",
)

KEY, _INFERRED_AT, ASSIGNED = map(COLUMNS.index, ("id", "mobile_inferred_at", "assigned_id"))
CHANNEL_PLACES = slice(_INFERRED_AT + 1, ASSIGNED)
_PARTS = len(Channel._fields)
_NO_VALUES = dict.fromkeys((*PLAIN, "mobile_number_inferred", "staff_id"))
_named = partial(
    zip, PLAIN
)  # once for each contact that is read: to say "strict" there takes as long as the rest of it


def staff_ids(team: Team) -> dict[int, str]:
    """Return the Staff ID of every member by membership id; "" for a member who has none."""
    return {key: staff or "" for key, staff in Membership.everybody.filter(team=team).values_list("id", "staff_id")}


def as_stored(row: tuple[Any, ...], staff: Mapping[int, str]) -> Stored:
    """Return a contact as the core knows it, from the values of COLUMNS and the team's `staff_ids`."""
    return stored_with(row, with_channels(row[CHANNEL_PLACES]), row[-1], staff)


def with_channels(parts: tuple[Any, ...], read: Callable[[Channel], Channel] = lambda kept: kept) -> dict[str, Any]:
    """Return the values of a contact of which nothing but the channels is known, from the parts of each."""
    each = (Channel(*parts[start : start + _PARTS]) for start in range(0, len(parts), _PARTS))
    return {**_NO_VALUES, **dict(zip(CHANNELS, map(read, each), strict=True))}


def stored_with(
    row: tuple[Any, ...], channels: dict[str, Any], custom: Mapping[str, str], staff: Mapping[int, str]
) -> Stored:
    """Return a contact whose channels (`with_channels`) and custom values have been read, as `as_stored` does."""
    values = channels.copy()
    values.update(_named(row))
    values["mobile_number_inferred"] = row[_INFERRED_AT] is not None
    member = row[ASSIGNED]
    values["staff_id"] = None if member is None else staff.get(member, "")
    for key, value in custom.items():
        values[_CUSTOM_KEYS[key]] = value
    return Stored._make((row[KEY], values))


class _CustomKeys(dict[str, str]):
    """The stored keys of custom fields: one text for all contacts."""

    def __missing__(self, key: str) -> str:
        self[key] = stored = CUSTOM + key
        return stored


_CUSTOM_KEYS = _CustomKeys()


def row_of(contact: Contact) -> tuple[Any, ...]:
    """Return the values of COLUMNS of a contact that has been read already."""
    return tuple(getattr(contact, column) for column in COLUMNS)


def text_of(contact: Contact, field: Field) -> str | None:
    """Return the value of a field that is one text."""
    text: str | None
    text = contact.custom.get(field.key.removeprefix(CUSTOM)) if field.is_custom else getattr(contact, field.key)
    return text


def as_columns(
    values: Mapping[str, Any], *, custom: Mapping[str, str], members: Mapping[str, int], now: datetime
) -> dict[str, Any]:
    """Return the columns that these values, by stored key, set. `members`: membership id by Staff ID.

    `custom` is the contact's as it is; values in `values` replace theirs in it, and None removes one.
    """
    columns: dict[str, Any] = {}
    own = {}
    for key, value in values.items():
        if key in CHANNEL_COLUMNS:
            columns.update(zip(CHANNEL_COLUMNS[key], value, strict=True))
        elif key == "mobile_number_inferred":
            columns["mobile_inferred_at"] = now if value else None
        elif key == "staff_id":
            columns["assigned_id"] = members[value] if value else None
        elif key == "assigned":
            columns["assigned_id"] = value
        elif key.startswith(CUSTOM):
            own[key.removeprefix(CUSTOM)] = value
        else:
            columns[key] = value
    if own:
        columns["custom"] = {key: value for key, value in {**custom, **own}.items() if value is not None}
    return columns


def as_history(values: Mapping[str, Any], members: Mapping[str, int]) -> dict[str, Any]:
    """Return values by stored key as `Change.before` and `Change.after` keep them: "assigned" in place of staff_id."""
    kept: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Channel):
            kept[key] = [*value[:3], value.at.isoformat() if value.at else None, value.own_out]
        elif key == "staff_id":
            kept["assigned"] = members.get(value) if value else None
        else:
            kept[key] = value
    return kept


def channel_of_history(kept: list[Any]) -> Channel:
    """Return the channel that `as_history` kept."""
    opted_out, source, by, at, own_out = kept
    return Channel(opted_out, source, by, datetime.fromisoformat(at) if at else None, own_out)


def channel_of(contact: Contact, channel: str) -> Channel:
    """Return one channel of a contact."""
    return Channel(*(getattr(contact, column) for column in CHANNEL_COLUMNS[channel]))


def columns_of_channel(channel: str, value: Channel) -> dict[str, Any]:
    """Return the columns that hold a channel."""
    return dict(zip(CHANNEL_COLUMNS[channel], value, strict=True))

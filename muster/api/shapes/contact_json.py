"""A contact as the HTTP API shows and takes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from muster.contacts.mapping import PLAIN, channel_of, staff_ids
from muster.contacts.models import Contact, CustomField
from muster.contacts.schema import custom_fields
from muster.core import phones
from muster.core.fields import CHANNELS, NUMBERS
from muster.core.problems import Problem
from muster.teams.models import Team, User

OPTED = {False: "opted_in", True: "opted_out"}
WRITTEN = (*PLAIN, "staff_id")


def as_json(contact: Contact) -> dict[str, Any]:
    """Return one contact. For a list, `many_as_json` looks up names once."""
    return many_as_json(contact.team, [contact])[0]


def many_as_json(team: Team, contacts: Iterable[Contact]) -> list[dict[str, Any]]:
    """Return these contacts of one team, in their order."""
    listed = list(contacts)
    fields, staff, emails = custom_fields(team), staff_ids(team), _emails(listed)
    return [_shown(contact, fields, staff, emails) for contact in listed]


def _emails(contacts: list[Contact]) -> dict[int, str]:
    """Return the e-mail address of everybody who set a channel of these contacts, by user id."""
    ids = {channel_of(contact, channel).by for contact in contacts for channel in CHANNELS} - {None}
    return dict(User.objects.filter(id__in=ids).values_list("id", "email"))


def _shown(
    contact: Contact, fields: list[CustomField], staff: Mapping[int, str], emails: Mapping[int, str]
) -> dict[str, Any]:
    channels = {channel: channel_of(contact, channel) for channel in CHANNELS}
    numbers = {key: getattr(contact, key) for key in NUMBERS}
    return {
        **{key: getattr(contact, key) for key in PLAIN},
        **{f"{key}_display": phones.show(each) if each else None for key, each in numbers.items()},
        "mobile_number_inferred": contact.mobile_inferred_at is not None,
        **{name: OPTED[channel.opted_out] for name, channel in channels.items()},
        "consent": {
            name: {"source": channel.source, "by": emails.get(channel.by), "at": channel.at.isoformat()}
            for name, channel in channels.items()
        },
        "staff_id": staff.get(contact.assigned_id or 0) or None,
        "custom": {field.name: contact.custom.get(str(field.id)) for field in fields},
        "created_at": contact.created_at.isoformat(),
        "updated_at": contact.updated_at.isoformat(),
    }


def values_of(team: Team, body: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return what `edit.add` and `edit.update` take, from the keys of a JSON contact; unknown names are problems."""
    values: dict[str, Any] = {key: _cell(body[key]) for key in WRITTEN if key in body}
    problems = []
    for channel in CHANNELS:
        if body.get(channel) in OPTED.values():
            values[channel] = body[channel] == OPTED[True]
        elif channel in body:
            problems.append(Problem("yesno-unknown", None, channel, str(body[channel])))
    keys = {field.name: field.key for field in custom_fields(team)}
    for name, value in (body.get("custom") or {}).items():
        if name in keys:
            values[keys[name]] = _cell(value)
        else:
            problems.append(Problem("header-unknown", None, name, str(value)))
    return values, problems


def _cell(value: Any) -> str | None:
    """Return a JSON value as it would be typed: 5 as "5", true as "yes"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)

"""What changed, before → after, in the API's own words: fields by name, channels as opted in or out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.contacts.mapping import staff_ids
from muster.contacts.schema import custom_fields
from muster.core.consent import Channel
from muster.core.fields import CHANNELS
from muster.teams.models import Team

OPTED = {False: "opted_in", True: "opted_out"}


class Words:
    """The names of a team's fields and the Staff IDs of its users, looked up once for many changes."""

    def __init__(self, team: Team) -> None:
        self.custom = {field.key: field.name for field in custom_fields(team)}
        self.staff = staff_ids(team)

    def of(self, values: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Return what changed, by the keys of the API's contact; the team's own fields under "custom"."""
        if values is None:
            return None
        shown: dict[str, Any] = {}
        custom: dict[str, Any] = {}
        for key, value in values.items():
            if key in CHANNELS:
                shown[key] = self._channel(value)
            elif key == "assigned":
                shown["staff_id"] = self.staff.get(value) or None
            elif key.startswith("custom."):
                custom[self.custom.get(key, key)] = value
            else:
                shown[key] = value
        return {**shown, "custom": custom} if custom else shown

    def _channel(self, value: Channel | list[Any] | None) -> str | None:
        """A channel of a plan, or as history keeps it: a list that begins with opted_out."""
        return None if value is None else OPTED[bool(value[0])]

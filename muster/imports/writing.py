"""Contacts and their history, written in bulk: new rows, changed rows, removed rows, and what search knows of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from pydantic_core import to_json

from muster.contacts import index
from muster.contacts.schema import schema_of
from muster.contacts.stored import CHANNEL_COLUMNS, CUSTOM
from muster.core.consent import Channel
from muster.core.fields import CHANNELS
from muster.imports import bulk, facts
from muster.teams.models import Team

CONTACTS, CHANGES = "contacts_contact", "contacts_change"
_CHANNELS = frozenset(CHANNELS)
_ALWAYS = ("first_name", "last_name", "updated_at")
_CHANNEL_COLUMNS = tuple(column for channel in CHANNELS for column in CHANNEL_COLUMNS[channel])
_NEW = (
    "team_id",
    "id",
    "contact_id",
    "first_name",
    "last_name",
    "mobile_number",
    "mobile_inferred_at",
    "whatsapp_number",
    *_CHANNEL_COLUMNS,
    "assigned_id",
    "custom",
    "search_text",
    "created_at",
    "updated_at",
)
_CHANGE = ("team_id", "id", "contact", "at", "source", "by", "import_id", "row", "action", "before", "after")

# Of a changed row, what is written besides the names: an index entry is dear, and so are fifteen columns of channels.
_TOUCHED = {
    "contact_id": ("contact_id",),
    "mobile_number": ("mobile_number",),
    "mobile_number_inferred": ("mobile_inferred_at",),
    "whatsapp_number": ("whatsapp_number",),
    "assigned": ("assigned_id",),
    "search_text": ("search_text",),
    "channels": _CHANNEL_COLUMNS,
    "custom": ("custom",),
}
_SEARCHED = frozenset({"contact_id", "first_name", "last_name", "mobile_number", "whatsapp_number"})


class _Kept(NamedTuple):
    """A channel as its columns and as history keep it."""

    columns: tuple[Any, ...]
    history: list[Any]


class _Channels(dict[Channel, _Kept]):
    """Channels as they are kept, each made once: thousands of contacts have the same.

    One that does not say when it changed changes now.
    """

    def __init__(self, by: int | None, at: datetime) -> None:
        super().__init__()
        self.by, self.at = by, at

    def __missing__(self, channel: Channel) -> _Kept:
        opted_out, source, by, at, own_out = channel
        if at is None:
            by, at = self.by, self.at
        columns = (opted_out, source, by, bulk.as_time(at), own_out)
        kept = self[channel] = _Kept(columns, [opted_out, source, by, at.isoformat(), own_out])
        return kept


@dataclass(slots=True)
class Writer:
    """Gathers what a batch of contacts becomes, and writes it at once. Values are by stored key, with "assigned"."""

    team: Team
    at: datetime
    by: int | None
    import_id: UUID
    searchable: Collection[str]  # keys in Contact.custom
    new: list[tuple[Any, ...]] = field(default_factory=list)
    new_texts: list[tuple[int, str]] = field(default_factory=list)
    changed: dict[tuple[str, ...], list[tuple[Any, ...]]] = field(default_factory=dict)
    changed_texts: dict[int, str] = field(default_factory=dict)
    removed: list[int] = field(default_factory=list)
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    at_kept: str = ""
    import_kept: Any = None
    searched: frozenset[str] = frozenset()
    custom: list[tuple[str, str]] = field(default_factory=list)  # (stored key, key in Contact.custom)
    team_id: int = 0
    channels: _Channels = field(init=False)

    def __post_init__(self) -> None:
        self.at_kept = bulk.as_time(self.at)
        self.import_kept = str(self.import_id) if bulk.is_postgres() else self.import_id.hex
        self.team_id = self.team.pk
        self.custom = [(each.key, each.key.removeprefix(CUSTOM)) for each in schema_of(self.team).custom]
        self.searched = _SEARCHED | {CUSTOM + key for key in self.searchable}
        self.channels = _Channels(self.by, self.at)

    def create(self, key: int, values: dict[str, Any], *, change: int, row: int) -> None:
        """A new contact with these values, and the first entry of its history. Takes the values over."""
        get, kept = values.get, self.channels
        text, whatsapp, marketing = kept[values["text"]], kept[values["whatsapp"]], kept[values["whatsapp_marketing"]]
        custom = {key: value for name, key in self.custom if (value := get(name)) is not None}
        searched = self._text(values, custom)
        self.new.append((
            self.team_id, key, get("contact_id"), values["first_name"], values["last_name"], get("mobile_number"),
            self.at_kept if get("mobile_number_inferred") else None, get("whatsapp_number"),
            *text.columns, *whatsapp.columns, *marketing.columns,
            get("assigned"), to_json(custom).decode() if custom else "{}", searched, self.at_kept, self.at_kept,
        ))  # fmt: skip
        self.new_texts.append((key, searched))
        values["text"], values["whatsapp"], values["whatsapp_marketing"] = (
            text.history, whatsapp.history, marketing.history,
        )  # fmt: skip
        self._note(change, key, row, "created", None, to_json(values).decode())

    def change(self, key: int, old: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """A contact whose `old` values become `values` where they are named."""
        now = {**old, **values}
        made: dict[str, tuple[Any, ...]] = {}
        own = any(name.startswith(CUSTOM) for name in values)
        searched = not self.searched.isdisjoint(values)
        if own or searched:
            custom = {name[7:]: value for name, value in now.items() if value is not None and name.startswith(CUSTOM)}
        if searched:
            text = self.changed_texts[key] = self._text(now, custom)
            made["search_text"] = (text,)
        if not _CHANNELS.isdisjoint(values):
            made["channels"] = tuple(part for channel in CHANNELS for part in self.channels[now[channel]].columns)
        if own:
            made["custom"] = (to_json(custom).decode(),)
        touched = tuple(name for name in _TOUCHED if name in values or name in made)
        parts = (made[name] if name in made else (self._indexed(name, values[name]),) for name in touched)
        row = (now["first_name"], now["last_name"], self.at_kept, *chain.from_iterable(parts), key)
        self.changed.setdefault(touched, []).append(row)

    def remove(self, key: int) -> None:
        """A contact that goes."""
        self.removed.append(key)

    def note(
        self, change: int, key: int, row: int | None, action: str,
        *, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None,
    ) -> None:  # fmt: skip
        """An entry of a contact's history."""
        was = None if before is None else self._as_json(before)
        becomes = None if after is None else self._as_json(after)
        self._note(change, key, row, action, was, becomes)

    def _note(  # noqa: PLR0917  called for every imported row: positions are quick
        self, change: int, key: int, row: int | None, action: str, before: str | None, after: str | None
    ) -> None:
        self.changes.append((
            self.team_id, change, key, self.at_kept, "import", self.by, self.import_kept, row, action, before, after,
        ))  # fmt: skip

    def _as_json(self, values: Mapping[str, Any]) -> str:
        if not _CHANNELS.isdisjoint(values):
            kept = self.channels
            values = {
                key: kept[value].history if value is not None and key in _CHANNELS else value
                for key, value in values.items()
            }
        return to_json(values).decode()

    def write(self) -> None:
        """Write what was gathered, and forget it."""
        texts = self._old_texts()
        if self.removed:
            bulk.delete(CONTACTS, self.team.pk, self.removed)
        for touched, rows in self.changed.items():
            columns = (*_ALWAYS, *(column for name in touched for column in _TOUCHED[name]))
            bulk.update(CONTACTS, columns, self.team.pk, rows)
        bulk.insert(CONTACTS, _NEW, self.new)
        bulk.insert(CHANGES, _CHANGE, self.changes)
        rewritten = ((key, texts[key], text) for key, text in self.changed_texts.items())
        index.index_rows(connection, self.new_texts, rewritten, ((key, texts[key]) for key in self.removed))
        for gathered in (self.new, self.new_texts, self.changed, self.changed_texts, self.removed, self.changes):
            gathered.clear()

    def _old_texts(self) -> dict[int, str]:
        """What search knows of the contacts that change or go; PostgreSQL's index does not have to be told."""
        if bulk.is_postgres():
            return dict.fromkeys((*self.changed_texts, *self.removed), "")
        return facts.search_texts(self.team, (*self.changed_texts, *self.removed))

    def _text(self, values: Mapping[str, Any], custom: Mapping[str, str]) -> str:
        get = values.get
        return index.document(
            values["first_name"],
            values["last_name"],
            get("contact_id"),
            get("mobile_number"),
            get("whatsapp_number"),
            map(custom.get, self.searchable),
        )

    def _indexed(self, name: str, value: Any) -> Any:
        if name != "mobile_number_inferred":
            return value
        if isinstance(value, datetime):  # undone: it was inferred then
            return bulk.as_time(value)
        return self.at_kept if value else None

"""Contacts and their history, written in bulk: new rows, changed rows, removed rows, and what search knows of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from json.encoder import encode_basestring as quoted
from typing import Any
from uuid import UUID

from django.db import connection

from muster.contacts import index
from muster.contacts.schema import schema_of
from muster.contacts.stored import CHANNEL_COLUMNS, CUSTOM
from muster.core.fields import CHANNELS
from muster.imports import bulk, facts
from muster.teams.models import Team

CONTACTS, CHANGES = "contacts_contact", "contacts_change"
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

# A changed row writes all of these, and of the indexed columns only what changes: an index entry is dear.
_ALWAYS = ("first_name", "last_name", *_CHANNEL_COLUMNS, "custom", "updated_at")
_INDEXED = {
    "contact_id": "contact_id",
    "mobile_number": "mobile_number",
    "mobile_number_inferred": "mobile_inferred_at",
    "whatsapp_number": "whatsapp_number",
    "assigned": "assigned_id",
    "search_text": "search_text",
}
_SEARCHED = frozenset({"contact_id", "first_name", "last_name", "mobile_number", "whatsapp_number"})

_BOOLEAN = {False: "false", True: "true"}


class _Times(dict[datetime, str]):
    """Times as the bulk paths take them, each made once: thousands of contacts have the same."""

    def __missing__(self, at: datetime) -> str:
        kept = self[at] = bulk.as_time(at)
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
    times: _Times = field(default_factory=_Times)

    def __post_init__(self) -> None:
        self.at_kept = bulk.as_time(self.at)
        self.import_kept = self.import_id if bulk.is_postgres() else self.import_id.hex
        self.team_id = self.team.pk
        self.custom = [(each.key, each.key.removeprefix(CUSTOM)) for each in schema_of(self.team).custom]
        self.searched = _SEARCHED | {CUSTOM + key for key in self.searchable}

    def add(self, key: int, values: Mapping[str, Any]) -> None:
        """A new contact with these values."""
        get = values.get
        custom = {key: value for name, key in self.custom if (value := get(name)) is not None}
        text = self._text(values, custom)
        channels: list[Any] = []
        for channel in CHANNELS:
            opted_out, source, by, _, own_out = values[channel]
            channels += opted_out, source, by, self.at_kept, own_out
        self.new.append((
            self.team_id, key, get("contact_id"), values["first_name"], values["last_name"], get("mobile_number"),
            self.at_kept if get("mobile_number_inferred") else None, get("whatsapp_number"), *channels,
            get("assigned"), as_json(custom) if custom else "{}", text, self.at_kept, self.at_kept,
        ))  # fmt: skip
        self.new_texts.append((key, text))

    def change(self, key: int, old: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """A contact whose `old` values become `values` where they are named."""
        now = {**old, **values}
        custom = {name[7:]: value for name, value in now.items() if value is not None and name.startswith(CUSTOM)}
        if not self.searched.isdisjoint(values):
            values = {**values, "search_text": self._text(now, custom)}
            self.changed_texts[key] = values["search_text"]
        row: list[Any] = [now["first_name"], now["last_name"]]
        for channel in CHANNELS:
            opted_out, source, by, at, own_out = now[channel]
            row += opted_out, source, by, self.times[at], own_out
        row += as_json(custom), self.at_kept
        touched = tuple(name for name in _INDEXED if name in values)
        row += (self._indexed(name, values[name]) for name in touched)
        self.changed.setdefault(touched, []).append((*row, key))

    def remove(self, key: int) -> None:
        """A contact that goes."""
        self.removed.append(key)

    def note(
        self, change: int, key: int, row: int | None, action: str, *, before: str | None, after: str | None
    ) -> None:
        """An entry of a contact's history; `before` and `after` are JSON."""
        self.changes.append((
            self.team_id, change, key, self.at_kept, "import", self.by, self.import_kept, row, action, before, after,
        ))  # fmt: skip

    def write(self) -> None:
        """Write what was gathered, and forget it."""
        texts = self._old_texts()
        if self.removed:
            bulk.delete(CONTACTS, self.team.pk, self.removed)
        for touched, rows in self.changed.items():
            columns = (*_ALWAYS, *(_INDEXED[name] for name in touched))
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
        searched = [custom[key] for key in self.searchable if key in custom] if custom else ()
        return index.document(
            values["first_name"],
            values["last_name"],
            get("contact_id"),
            get("mobile_number"),
            get("whatsapp_number"),
            searched,
        )

    def _indexed(self, name: str, value: Any) -> Any:
        if name != "mobile_number_inferred":
            return value
        if isinstance(value, datetime):  # undone: it was inferred then
            return bulk.as_time(value)
        return self.at_kept if value else None


def as_history(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as history keeps them, and as they come back from it."""
    kept = dict(values)
    for channel in CHANNELS:
        if channel in kept and kept[channel] is not None:
            opted_out, source, by, at, own_out = kept[channel]
            kept[channel] = [opted_out, source, by, at and at.isoformat(), own_out]
    return kept


def as_json(values: Mapping[str, Any], at: datetime | None = None, iso: str = "") -> str:
    """Return values as the JSON of their history, several times as quick as by way of `as_history`.

    `iso` is `at` written out: of an import, most channels changed just then.
    """
    parts = []
    for key, value in values.items():
        if value.__class__ is str:
            parts.append(f'"{key}":{quoted(value)}')
        elif isinstance(value, tuple):
            opted_out, source, by, when, own_out = value
            said = iso if when is at else when.isoformat()
            who = "null" if by is None else by
            parts.append(f'"{key}":[{_BOOLEAN[opted_out]},"{source}",{who},"{said}",{_BOOLEAN[own_out]}]')
        elif value is None:
            parts.append(f'"{key}":null')
        else:
            parts.append(f'"{key}":{_BOOLEAN[value] if isinstance(value, bool) else value}')
    return f"{{{','.join(parts)}}}"

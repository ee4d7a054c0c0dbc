"""Contacts and their history, written in bulk: new rows, changed rows, removed rows, and what search knows of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from orjson import dumps

from muster.contacts.mapping import CHANNEL_COLUMNS, CHANNEL_PARTS, CUSTOM
from muster.contacts.schema import schema_of
from muster.contacts.search import index
from muster.core.consent import NEW_IN, Channel
from muster.core.fields import CHANNELS
from muster.imports.store import bulk_sql, facts
from muster.teams.models import Team

CONTACTS, CHANGES = "contacts_contact", "contacts_change"
_CHANNELS = frozenset(CHANNELS)
_CHANNEL_COLUMNS = tuple(column for channel in CHANNELS for column in CHANNEL_COLUMNS[channel])
_NEW = (
    "id",
    "contact_id",
    "first_name",
    "last_name",
    "mobile_number",
    "mobile_inferred_at",
    "whatsapp_number",
    "text_out",
    "whatsapp_out",
    "whatsapp_marketing_out",
    "assigned_id",
    "custom",
    "search_text",
)
_CHANGE = ("id", "contact", "row", "action", "before", "after")
_NAMES = ("first_name", "last_name")

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
        columns = (int(opted_out), source, by, bulk_sql.as_time(at), int(own_out))  # SQLite takes an int at once
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
    changed: dict[tuple[str, ...], list[tuple[Any, ...]]] = field(default_factory=dict)
    changed_texts: dict[int, str] = field(default_factory=dict)
    removed: list[int] = field(default_factory=list)
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    at_kept: str = ""
    searched: frozenset[str] = frozenset()
    custom: list[tuple[str, str]] = field(default_factory=list)  # (stored key, key in Contact.custom)
    all_searched: bool = False
    channels: _Channels = field(init=False)

    def __post_init__(self) -> None:
        self.at_kept = bulk_sql.as_time(self.at)
        own = [(each.key, each.key.removeprefix(CUSTOM)) for each in schema_of(self.team).custom]
        self.custom = sorted(own, key=lambda keys: int(keys[1]))  # as `searchable` is
        self.searched = _SEARCHED | {CUSTOM + key for key in self.searchable}
        self.all_searched = [key for _, key in self.custom] == [*self.searchable]
        self.channels = _Channels(self.by, self.at)

    def create(self, key: int, values: dict[str, Any], *, change: int, row: int) -> None:
        """A new contact with these values, and the first entry of its history. Takes the values over.

        Its channels are in or out since now, by this import, and nothing else about them differs: see `_same_new`.
        """
        kept, mobile, whatsapp_number = self.channels, values["mobile_number"], values.get("whatsapp_number")
        contact_id, first_name, last_name = values["contact_id"], values["first_name"], values["last_name"]
        text, whatsapp, marketing = kept[values["text"]], kept[values["whatsapp"]], kept[values["whatsapp_marketing"]]
        custom = {key: values[name] for name, key in self.custom if name in values}
        searched = custom.values() if self.all_searched else map(custom.get, self.searchable)
        self.new.append((
            key, contact_id, first_name, last_name,
            mobile, self.at_kept if "mobile_number_inferred" in values else None, whatsapp_number,
            text.columns[0], whatsapp.columns[0], marketing.columns[0],
            values.get("assigned"), dumps(custom).decode(),
            index.document(first_name, last_name, contact_id, mobile, whatsapp_number, searched),
        ))  # fmt: skip
        values["text"], values["whatsapp"], values["whatsapp_marketing"] = (
            text.history, whatsapp.history, marketing.history,
        )  # fmt: skip
        self.changes.append((change, key, row, "created", None, dumps(values).decode()))

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
            made["custom"] = (dumps(custom).decode(),)
        touched = tuple(name for name in _TOUCHED if name in values or name in made)
        parts = (made[name] if name in made else (self._indexed(name, values[name]),) for name in touched)
        row = (now["first_name"], now["last_name"], *chain.from_iterable(parts), key)
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
        self.changes.append((change, key, row, action, was, becomes))

    def _as_json(self, values: Mapping[str, Any]) -> str:
        if not _CHANNELS.isdisjoint(values):
            kept = self.channels
            values = {
                key: kept[value].history if value is not None and key in _CHANNELS else value
                for key, value in values.items()
            }
        return dumps(values).decode()

    def write(self) -> None:
        """Write what was gathered, and forget it."""
        texts = self._old_texts()
        if self.removed:
            bulk_sql.delete(CONTACTS, self.team.pk, self.removed)
        for touched, rows in self.changed.items():
            columns = (*_NAMES, *(column for name in touched for column in _TOUCHED[name]))
            bulk_sql.update(CONTACTS, columns, self.team.pk, rows, {"updated_at": self.at_kept})
        bulk_sql.insert(CONTACTS, _NEW, self.new, self._same_new())
        bulk_sql.insert(CHANGES, _CHANGE, self.changes, self._same_history())
        added = ((row[0], row[-1]) for row in self.new)
        rewritten = ((key, texts[key], text) for key, text in self.changed_texts.items())
        index.index_rows(connection, added, rewritten, ((key, texts[key]) for key in self.removed))
        for gathered in (self.new, self.changed, self.changed_texts, self.removed, self.changes):
            gathered.clear()

    def _same_new(self) -> dict[str, Any]:
        """The columns that are the same in every new contact."""
        kept = dict(zip(CHANNEL_PARTS[1:], self.channels[NEW_IN].columns[1:], strict=True))
        channels = {f"{channel}_{part}": value for channel in CHANNELS for part, value in kept.items()}
        return {"team_id": self.team.pk, **channels, "created_at": self.at_kept, "updated_at": self.at_kept}

    def _same_history(self) -> dict[str, Any]:
        """The columns of history that are the same in every entry."""
        import_id = str(self.import_id) if bulk_sql.is_postgres() else self.import_id.hex
        return {
            "team_id": self.team.pk,
            "at": self.at_kept,
            "source": "import",
            "by": self.by,
            "import_id": import_id,
        }

    def _old_texts(self) -> dict[int, str]:
        """What search knows of the contacts that change or go; PostgreSQL's index does not have to be told."""
        if bulk_sql.is_postgres():
            return dict.fromkeys((*self.changed_texts, *self.removed), "")
        return facts.search_texts(self.team, (*self.changed_texts, *self.removed))

    def _text(self, values: Mapping[str, Any], custom: Mapping[str, str]) -> str:
        names = values["first_name"], values["last_name"], values.get("contact_id")
        numbers = values.get("mobile_number"), values.get("whatsapp_number")
        return index.document(*names, *numbers, map(custom.get, self.searchable))

    def _indexed(self, name: str, value: Any) -> Any:
        if name != "mobile_number_inferred":
            return value
        if isinstance(value, datetime):  # undone: it was inferred then
            return bulk_sql.as_time(value)
        return self.at_kept if value else None

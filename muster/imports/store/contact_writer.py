"""Contacts and their history, written in bulk: new rows, changed rows, removed rows, and what search knows of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from orjson import dumps

from muster.contacts import counts
from muster.contacts.mapping import CHANNEL_COLUMNS, PLAIN
from muster.contacts.models import Source
from muster.contacts.schema import schema_of
from muster.contacts.search import index
from muster.core.consent import NEW_IN, Channel
from muster.core.fields import CHANNELS, CUSTOM, SEARCHED, SEARCHED_NUMBERS, SEARCHED_TEXTS
from muster.imports.store import bulk_sql
from muster.teams.lock import version_in_hand
from muster.teams.models import Team

CONTACTS, CHANGES = "contacts_contact", "contacts_change"
_CHANNELS = frozenset(CHANNELS)
_OUT_COLUMNS = tuple(columns[0] for columns in CHANNEL_COLUMNS.values())  # all that differs in a new contact
_NEW_COLUMNS = ("id", *PLAIN, "mobile_inferred_at", *_OUT_COLUMNS, "assigned_id", "custom")
_ALL_PARTS = tuple(column for columns in CHANNEL_COLUMNS.values() for column in columns)
_STOPPED_COLUMNS = ("id", *PLAIN, "mobile_inferred_at", *_ALL_PARTS, "assigned_id", "custom")
_CHANGE = ("id", "contact", "row", "action", "before", "after")
_NAMES = ("first_name", "last_name")
_channels_of = itemgetter(*CHANNELS)
_MOST_KINDS = 1_000

# Of a changed row, what is written besides the names, by what it is. Only what changes: to write an index entry again,
# or fifteen columns of channels, takes longer than all the rest of the row.
_COLUMNS = {
    **{key: (key,) for key in PLAIN if key not in _NAMES},
    "mobile_number_inferred": ("mobile_inferred_at",),
    "assigned": ("assigned_id",),
    "search_text": ("search_text",),
    "channels": tuple(column for columns in CHANNEL_COLUMNS.values() for column in columns),
    "custom": ("custom",),
}
_ONE_VALUE = tuple(key for key in _COLUMNS if key not in ("search_text", "channels", "custom"))  # they come first

_TEXTS = f"SELECT c.id, c.search_text FROM {{keys}} {CONTACTS} c WHERE c.team_id = %s AND c.id {{wanted}}"  # noqa: S608


class ChannelColumns(NamedTuple):
    """A channel as its columns and as history keep it."""

    columns: tuple[Any, ...]
    history: list[Any]


class _Channels(dict[Channel, ChannelColumns]):
    """Channels as they are kept, each made once: thousands of contacts have the same.

    One that does not say when it changed changes now.
    """

    def __init__(self, by: int | None, at: datetime) -> None:
        super().__init__()
        self.by, self.at = by, at

    def __missing__(self, channel: Channel) -> ChannelColumns:
        opted_out, source, by, at, own_out = channel
        if at is None:
            by, at = self.by, self.at
        columns = (int(opted_out), source, by, bulk_sql.as_time(at), int(own_out))  # SQLite takes an int at once
        kept = self[channel] = ChannelColumns(columns, [opted_out, source, by, at.isoformat(), own_out])
        return kept


class NewChannels(NamedTuple):
    """The channels of a new contact as their columns and as history keep them.

    `columns`: whether each is out, as nothing else differs; all of each, where the number has said STOP.
    """

    columns: tuple[Any, ...]
    history: dict[str, list[Any]]
    is_stopped: bool


class _NewChannels(dict[tuple[Channel, ...], NewChannels]):
    """The same for all channels of a new contact at once."""

    def __init__(self, channels: _Channels) -> None:
        super().__init__()
        self.channels = channels

    def __missing__(self, new: tuple[Channel, ...]) -> NewChannels:
        each = [self.channels[channel] for channel in new]
        history = dict(zip(CHANNELS, [channel.history for channel in each], strict=True))
        is_stopped = any(channel.columns[-1] for channel in each)
        parts = slice(None) if is_stopped else slice(1)
        columns = tuple(part for channel in each for part in channel.columns[parts])
        kept = self[new] = NewChannels(columns, history, is_stopped)
        return kept


@dataclass(slots=True)
class _New:
    """New contacts of a batch, but for what search looks at: their columns, their rows, and their custom values."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    custom: list[dict[str, str]] = field(default_factory=list)

    def column(self, name: str) -> list[Any]:
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def documents(self, searchable: Iterable[str], folds: index.Folds) -> list[str]:
        """Return what search looks at of each, as `index.document` does of one; column by column, which is quicker."""
        texts = map(self.column, SEARCHED_TEXTS)
        numbers = map(self.column, SEARCHED_NUMBERS)
        custom = [[values.get(key) for values in self.custom] for key in searchable]
        return index.documents(texts, numbers, custom, folds)


class _Change(NamedTuple):
    """What a change of certain stored keys comes to, told once for all contacts of which just these change.

    `one_value`: those that are one column; `rows`: where what is written of each contact is gathered.
    """

    is_counted: bool
    one_value: tuple[str, ...]
    is_searched: bool
    is_channels: bool
    is_custom: bool
    rows: list[tuple[Any, ...]]


class _OwnKeys(dict[str, str | None]):
    """The keys in Contact.custom by stored key; None for what is no custom field."""

    def __missing__(self, key: str) -> str | None:
        own = self[key] = key.removeprefix(CUSTOM) if key.startswith(CUSTOM) else None
        return own


@dataclass(slots=True)
class Writer:
    """Gathers what a batch of contacts becomes, and writes it at once. Values are by stored key, with "assigned"."""

    team: Team
    at: datetime
    by: int | None
    import_id: UUID
    searchable: Collection[str]  # keys in Contact.custom
    new: _New = field(default_factory=lambda: _New(_NEW_COLUMNS))
    new_stopped: _New = field(default_factory=lambda: _New(_STOPPED_COLUMNS))
    changed: dict[tuple[str, ...], list[tuple[Any, ...]]] = field(default_factory=dict)
    changed_texts: dict[int, str] = field(default_factory=dict)
    removed: list[int] = field(default_factory=list)
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    at_kept: str = ""
    searched: frozenset[str] = frozenset()  # stored keys that search looks at
    custom: list[tuple[str, str]] = field(default_factory=list)  # (stored key, key in Contact.custom)
    own_keys: _OwnKeys = field(default_factory=_OwnKeys)
    channels: _Channels = field(init=False)
    tally: counts.Tally = field(default_factory=counts.Tally)
    folds: index.Folds = field(default_factory=index.Folds)
    new_channels: _NewChannels = field(init=False)
    kinds: dict[tuple[str, ...], _Change] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.at_kept = bulk_sql.as_time(self.at)
        own = [(each.key, each.key.removeprefix(CUSTOM)) for each in schema_of(self.team).custom]
        self.custom = sorted(own, key=lambda keys: int(keys[1]))  # as `searchable` is
        self.searched = frozenset((*SEARCHED, *(CUSTOM + key for key in self.searchable)))
        self.channels = _Channels(self.by, self.at)
        self.new_channels = _NewChannels(self.channels)

    def create(self, key: int, values: Mapping[str, Any], assigned: int | None, *, change: int, row: int) -> None:
        """A new contact with these values, assigned to this membership, and the first entry of its history.

        Its channels are in or out since now, by this import, and nothing else about them differs (see `_same_new`),
        unless its number has said STOP.
        """
        channels = self.new_channels[_channels_of(values)]
        custom = {own: values[name] for name, own in self.custom if name in values}
        plain = tuple(map(values.get, PLAIN))
        new = self.new_stopped if channels.is_stopped else self.new
        new.custom.append(custom)
        new.rows.append((
            key,
            *plain,
            self.at_kept if "mobile_number_inferred" in values else None,
            *channels.columns,
            assigned,
            dumps(custom).decode(),
        ))  # fmt: skip
        kept = {**values, **channels.history}
        if assigned is not None:
            kept["assigned"] = assigned
            del kept["staff_id"]
        self.changes.append((change, key, row, "created", None, dumps(kept).decode()))

    def change(self, key: int, old: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """A contact whose `old` values become `values` where they are named."""
        now = {**old, **values}
        kind = self.kinds.get(tuple(values)) or self._kind(tuple(values))
        if kind.is_counted:
            self.tally.add(old, now, source=Source.IMPORT, at=self.at)
        written = [now["first_name"], now["last_name"], *[self._column(name, values[name]) for name in kind.one_value]]
        if kind.is_custom or kind.is_searched:
            own_keys = self.own_keys
            given = {own_keys[name]: value for name, value in now.items() if value is not None}
            custom = {own: value for own, value in given.items() if own is not None}
        if kind.is_searched:
            text = self.changed_texts[key] = index.document_of(now, custom, self.searchable, self.folds)
            written.append(text)
        if kind.is_channels:
            for channel in CHANNELS:
                written += self.channels[now[channel]].columns
        if kind.is_custom:
            written.append(dumps(custom).decode())
        kind.rows.append((*written, key))

    def _kind(self, keys: tuple[str, ...]) -> _Change:
        """Tell what a change of these keys comes to. Files whose every row changes other fields have many kinds."""
        if len(self.kinds) >= _MOST_KINDS:
            self.kinds.clear()
        is_custom = any(name.startswith(CUSTOM) for name in keys)
        is_searched, is_channels = not self.searched.isdisjoint(keys), not _CHANNELS.isdisjoint(keys)
        one_value = tuple(name for name in _ONE_VALUE if name in keys)
        parts = {"search_text": is_searched, "channels": is_channels, "custom": is_custom}
        touched = (*one_value, *(name for name, is_written in parts.items() if is_written))
        rows = self.changed.setdefault(touched, [])
        made = self.kinds[keys] = _Change(
            not counts.COUNTED.isdisjoint(keys), one_value, is_searched, is_channels, is_custom, rows
        )
        return made

    def remove(self, key: int, old: Mapping[str, Any]) -> None:
        """A contact that goes, with the values it had."""
        self.tally.add(old, None, source=Source.IMPORT, at=self.at)
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
            if not rows:
                continue
            columns = (*_NAMES, *(column for name in touched for column in _COLUMNS[name]))
            bulk_sql.update(CONTACTS, columns, self.team.pk, rows, {"updated_at": self.at_kept})
        added: list[tuple[int, str]] = []
        for new, same in ((self.new, self._same_new()), (self.new_stopped, self._same())):
            if new.rows:
                documents = new.documents(self.searchable, self.folds)
                rows = [(*row, text) for row, text in zip(new.rows, documents, strict=True)]
                bulk_sql.insert(CONTACTS, (*new.columns, "search_text"), rows, same)
                added += zip(new.column("id"), documents, strict=True)
                self.tally.add_new(new.column, len(rows), source=Source.IMPORT, at=self.at)
        bulk_sql.insert(CHANGES, _CHANGE, self.changes, self._same_history())
        rewritten = ((key, texts[key], text) for key, text in self.changed_texts.items())
        index.index_rows(connection, added, rewritten, ((key, texts[key]) for key in self.removed))
        self.tally.keep(self.team)
        for new in (self.new, self.new_stopped):
            new.rows.clear()
            new.custom.clear()
        for changed in (*self.changed.values(), self.changes):
            changed.clear()
        self.removed.clear()
        self.changed_texts.clear()

    def _same_new(self) -> dict[str, Any]:
        """The columns that are the same in every new contact."""
        parts = self.channels[NEW_IN].columns[1:]
        channels = {
            column: part
            for columns in CHANNEL_COLUMNS.values()
            for column, part in zip(columns[1:], parts, strict=True)
        }
        return {**self._same(), **channels}

    def _same(self) -> dict[str, Any]:
        """The columns that are the same in every contact that is new, whatever its channels are."""
        return {"team_id": self.team.pk, "created_at": self.at_kept, "updated_at": self.at_kept}

    def _same_history(self) -> dict[str, Any]:
        """The columns of history that are the same in every entry."""
        import_id = str(self.import_id) if bulk_sql.is_postgres() else self.import_id.hex
        return {
            "team_id": self.team.pk,
            "version": version_in_hand(),
            "at": self.at_kept,
            "source": "import",
            "by": self.by,
            "import_id": import_id,
        }

    def _old_texts(self) -> dict[int, str]:
        """What search knows of the contacts that change or go; PostgreSQL's index does not have to be told."""
        if bulk_sql.is_postgres():
            return dict.fromkeys((*self.changed_texts, *self.removed), "")
        return _search_texts(self.team, (*self.changed_texts, *self.removed))

    def _column(self, name: str, value: Any) -> Any:
        """Return a value as its column holds it."""
        if name != "mobile_number_inferred":
            return value
        if isinstance(value, datetime):  # undone: it was inferred then
            return bulk_sql.as_time(value)
        return self.at_kept if value else None


def _search_texts(team: Team, keys: Iterable[int]) -> dict[int, str]:
    """Return what the search index holds of the contacts with these keys."""
    return dict(bulk_sql.select_by(sorted(keys), _TEXTS, (team.pk,)))

"""The history of a contact: one entry for every change, never edited, gone only when the person is erased."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from muster.contacts import counts
from muster.contacts.models import Change, Contact, Source
from muster.contacts.schema import schema_of
from muster.core import phones
from muster.core.fields import CHANNELS, CUSTOM, SYSTEM_FIELDS, Field, Kind
from muster.core.sentences.language import Words, gettext_noop, pgettext
from muster.core.sentences.language import gettext as _
from muster.teams.models import Membership, Team, User

MOST = 500
SAID, REASON = "said", "reason"  # beside a channel, in what a change became: no values of the contact
ACTIONS = Words(
    {
        "created": gettext_noop("Added"),
        "updated": gettext_noop("Updated"),
        "consent": gettext_noop("Consent"),
        "adopted": gettext_noop("Got its Contact ID"),
        "undone": gettext_noop("Put back by an undo"),
    }
)
UNDOES = {"undone", "removed"}
YES_NO = Words({"yes": gettext_noop("Yes"), "no": gettext_noop("No")})


def key_in_history(field: Field) -> str:
    """Return the key by which history keeps a field's value: of StaffId it keeps the membership."""
    return "assigned" if field.kind is Kind.STAFF else field.key


def _labels() -> Iterator[tuple[str, str]]:
    for field in SYSTEM_FIELDS:
        yield key_in_history(field), field.label
        if field.name == "MobileNumber":
            yield "mobile_number_inferred", gettext_noop("Mobile number inferred from WhatsApp")


NAMES = {key_in_history(field): field.name for field in SYSTEM_FIELDS}
LABELS = Words({**dict(_labels()), SAID: gettext_noop("Said"), REASON: gettext_noop("Reason")})


@dataclass(frozen=True, slots=True)
class Part:
    """One value that an entry changed, as text for people; None for a value that is not set."""

    key: str
    field: str
    label: str
    before: str | None
    after: str | None

    @property
    def is_channel(self) -> bool:
        """Whether it is about consent."""
        return self.key in CHANNELS


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: who, when, from where, and what became of what. `by` is None when nobody signed in did it."""

    id: int
    at: datetime
    action: str
    source: str
    by: User | None
    import_id: UUID | None
    row: int | None
    parts: tuple[Part, ...]

    @property
    def words(self) -> str:
        """The action, for people."""
        return ACTIONS.get(self.action, self.action.capitalize())

    @property
    def way(self) -> str:
        """What the import was, for people: an import, or the undo of one."""
        return pgettext("noun", "Undo") if self.action in UNDOES else pgettext("noun", "Import")

    @property
    def said(self) -> str:
        """The keyword that the contact said, where it is known."""
        return next((part.after or "" for part in self.parts if part.key == SAID), "")

    @property
    def reason(self) -> str:
        """Why a user opted somebody in who had said STOP."""
        return next((part.after or "" for part in self.parts if part.key == REASON), "")

    @property
    def about_consent(self) -> list[Part]:
        """The parts about consent."""
        return [part for part in self.parts if part.is_channel]


def record(
    contact: Contact,
    action: str,
    *,
    source: str = Source.USER,
    by: int | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    import_id: UUID | None = None,
    tally: counts.Tally | None = None,
) -> Change:
    """Write one entry, where the contact has been saved, and count it.

    `before` and `after` are what `mapping.as_history` returns; `before` is None for a contact that is new. `tally`:
    where it is counted, by who writes several entries and keeps the counts after the last.
    """
    counted = counts.Tally() if tally is None else tally
    change = entry(
        contact, action, source=source, by=by, before=before, after=after, import_id=import_id, tally=counted
    )
    change.save(force_insert=True)
    if tally is None:
        counted.keep(contact.team)
    return change


def entry(
    contact: Contact,
    action: str,
    *,
    source: str,
    by: int | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    tally: counts.Tally,
    import_id: UUID | None = None,
) -> Change:
    """Return one entry as `record` writes it, and count it: for who writes many, and the counts, at once."""
    at, state = timezone.now(), counts.state_of(contact)
    tally.add(None if before is None else {**state, **before}, state, source=source, at=at)
    return Change(
        team_id=contact.team_id,
        contact=contact.id,
        at=at,
        source=source,
        by=by,
        import_id=import_id,
        action=action,
        before=before,
        after=after,
    )


def entries(contact: Contact, *, before: int | None = None, limit: int = MOST) -> list[Entry]:
    """Return the history of a contact, newest first; `before` is the id of the entry to go on below."""
    changes = Change.objects.filter(team=contact.team, contact=contact.id)
    if before is not None:
        changes = changes.filter(id__lt=before)
    return _read(contact.team, changes.order_by("-id")[:limit])


def consent(contact: Contact) -> list[Entry]:
    """Return what changed the contact's channels, newest first: the proof of consent."""
    about = Q()
    for channel in CHANNELS:
        about |= Q(after__has_key=channel) | Q(before__has_key=channel)
    changes = Change.objects.filter(about, team=contact.team, contact=contact.id)
    return _read(contact.team, changes.order_by("-id")[:MOST])


def as_json(entry: Entry) -> dict[str, Any]:
    """Return an entry as the API shows it."""
    return {
        "at": entry.at.isoformat(),
        "action": entry.action,
        "source": entry.source,
        "by": entry.by.email if entry.by else None,
        "import": str(entry.import_id) if entry.import_id else None,
        "row": entry.row,
        "changes": [{"field": part.field, "before": part.before, "after": part.after} for part in entry.parts],
    }


def _read(team: Team, changes: Iterable[Change]) -> list[Entry]:
    listed = list(changes)
    users = User.objects.in_bulk({change.by for change in listed if change.by})
    words = _Words(team)
    return [
        Entry(
            change.id,
            change.at,
            change.action,
            change.source,
            users.get(change.by or 0),
            change.import_id,
            change.row,
            tuple(words.parts(change)),
        )
        for change in listed
    ]


class _Words:
    """How a team's values are said to people."""

    def __init__(self, team: Team) -> None:
        fields = schema_of(team).fields
        self.kinds = {field.key: field.kind for field in fields}
        self.custom = {field.key: field.name for field in fields if field.is_custom}
        members = Membership.everybody.filter(team=team).select_related("user")
        self.members = {member.id: member.name for member in members}
        self.order = [*LABELS, *self.custom]

    def parts(self, change: Change) -> list[Part]:
        """Return what a change changed, in the order of the fields; values that were and are not set say nothing."""
        before, after = change.before or {}, change.after or {}
        keys = sorted(
            {*before, *after}, key=lambda key: self.order.index(key) if key in self.order else len(self.order)
        )
        parts = [self._part(key, before.get(key), after.get(key)) for key in keys]
        return [part for part in parts if part.before != part.after or part.is_channel]

    def _part(self, key: str, before: Any, after: Any) -> Part:
        own = self.custom.get(key, _("A deleted field")) if key.startswith(CUSTOM) else key
        return Part(key, NAMES.get(key, own), LABELS.get(key, own), self._said(key, before), self._said(key, after))

    def _said(self, key: str, value: Any) -> str | None:
        if value is None or value is False:
            return None
        if key in CHANNELS:
            return _("Opted out") if value[0] else _("Opted in")
        if key == "assigned":
            return self.members.get(value, _("Somebody who has left"))
        if self.kinds.get(key) is Kind.PHONE:
            return phones.show(value)
        if self.kinds.get(key) is Kind.YES_NO:
            return YES_NO.get(value, str(value))
        return _("Yes") if value is True else str(value)

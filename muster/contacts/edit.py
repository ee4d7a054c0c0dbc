"""Adding and changing a contact by hand: the cell rules of the import, the same codes, and all of it in the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from muster.contacts import history
from muster.contacts.consent import stop_list
from muster.contacts.consent.channels import own_word, set_consent, set_consent_of_number
from muster.contacts.consent.words import OwnWord
from muster.contacts.mapping import as_columns, as_history, as_stored, row_of, staff_ids
from muster.contacts.models import Contact, Source
from muster.contacts.schema import schema_of, searchable_keys
from muster.contacts.search.index import document_of, index_rows
from muster.contacts.tombstones import erased_ids
from muster.core import by_hand, opt_outs
from muster.core.cells.dress import EDGES
from muster.core.cells.formulas import export_safe
from muster.core.consent import Channel
from muster.core.fields import CHANNELS, SEARCHED, Kind, Schema
from muster.core.known import Known, Stored
from muster.core.phones import spellings
from muster.core.problems import Note, Problem
from muster.teams.lock import locked
from muster.teams.models import Membership, Team, User

__all__ = ["Rejected", "Saved", "add", "save", "set_consent", "set_consent_of_number", "update"]


class Rejected(Exception):  # noqa: N818  says what happened, like BadFile
    """What was typed cannot be saved as it stands: all its problems at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


class Saved(NamedTuple):
    """The contact as it is now, and what a person should know about it."""

    contact: Contact
    notes: tuple[Note, ...]


def add(team: Team, by: User, values: Mapping[str, Any]) -> Contact:
    """Add a contact. `values` by field key: text as typed; channels True for opted out; see `save`."""
    return save(team, by, values).contact


def update(contact: Contact, by: User, values: Mapping[str, Any]) -> Contact:
    """Change a contact. Keys that are not in `values` keep what is stored; a blank value clears."""
    return save(contact.team, by, values, contact).contact


def save(team: Team, by: User, values: Mapping[str, Any], contact: Contact | None = None) -> Saved:
    """Add a contact, or change `contact`. Raises Rejected with every problem, OwnWord (`consent.py`).

    Besides the cells of the fields, `values` may hold `staff_id`, or `assigned`: the id of a membership, which may
    have no Staff ID.
    """
    with locked(team) as current:
        schema = schema_of(current)
        old = Contact.objects.get(team=current, id=contact.id) if contact else None
        entry = _ByHand(current, schema, old, by)
        wanted = entry.read(values)
        if entry.problems:
            raise Rejected(*entry.problems)
        return Saved(entry.write(wanted), tuple(entry.notes))


class _ByHand:
    """A contact as typed, on its way into the database."""

    def __init__(self, team: Team, schema: Schema, old: Contact | None, by: User) -> None:
        self.team, self.schema, self.old, self.by = team, schema, old, by
        self.now = timezone.now()
        self.texts = {field.key for field in schema.fields if field.kind in (Kind.TEXT, Kind.ID, Kind.CHOICE)}
        self.stored: dict[str, Any] = dict(as_stored(row_of(old), {}).values) if old else {}
        self.stored["assigned"] = old.assigned_id if old else None
        self.stored.pop("staff_id", None)
        self.problems: list[Problem] = []
        self.notes: list[Note] = []

    def read(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Read everything that was typed; return what the contact is to have, by stored key."""
        cells = {key: self._cell(key, value) for key, value in values.items() if key not in CHANNELS}
        if self.old is None:
            cells = {**dict.fromkeys(("first_name", "last_name")), **cells}
        stored = Stored(self.old.id, self.stored) if self.old else None
        found = by_hand.with_inferred(by_hand.read(cells, self.schema), stored)
        if values.get("staff_id"):
            found.values["staff_id"] = str(values["staff_id"]).strip()
        wanted, problems, notes = by_hand.judge(found, self._known(found.values), stored)
        self.problems, self.notes = list(problems), list(notes)
        if "staff_id" in values or "assigned" in values:
            wanted["assigned"] = self._assigned(wanted.pop("staff_id", None), values.get("assigned"))
        wanted.update(self._channels(values, wanted["mobile_number"] if "mobile_number_inferred" in wanted else None))
        wanted.update(self._stopped({**self.stored, **wanted}))
        return wanted

    def _cell(self, key: str, value: Any) -> Any:
        """Return the cell of a file that is read as what was typed: an apostrophe in front is a part of it here."""
        is_text = key in self.texts and isinstance(value, str)
        return export_safe(value.strip(EDGES)) if is_text else value

    def _known(self, values: Mapping[str, Any]) -> Known:
        """Look up who has this ContactId and these numbers."""
        contacts = Contact.objects.filter(team=self.team).exclude(id=self.old.id if self.old else 0)
        contact_id, mobile, whatsapp = (values.get(key) for key in ("contact_id", "mobile_number", "whatsapp_number"))
        with_id = contacts.filter(contact_id=contact_id) if contact_id else ()
        with_mobile = contacts.filter(mobile_number__in=spellings.of(mobile)) if mobile else ()
        sharing = contacts.filter(whatsapp_number__in=spellings.of(whatsapp)) if whatsapp else contacts.none()
        with_whatsapp = list(sharing.values_list("id", flat=True)[:2])
        return Known(
            contacts={str(each.contact_id): as_stored(row_of(each), {}) for each in with_id},
            holders={spellings.key(str(each.mobile_number)): as_stored(row_of(each), {}) for each in with_mobile},
            whatsapp={spellings.key(whatsapp): with_whatsapp[0] if len(with_whatsapp) == 1 else None}
            if whatsapp and with_whatsapp
            else {},
            spelled={number: spellings.key(number) for number in (mobile, whatsapp) if number},
            staff=frozenset(staff_ids(self.team).values()),
            erased=erased_ids(self.team, [contact_id]) if contact_id else frozenset(),
        )

    def _assigned(self, staff_id: str | None, key: int | None) -> int | None:
        """Return the membership to assign to, by Staff ID or by its own id, which may belong to another team."""
        if not (staff_id or key):
            return None
        members = Membership.everybody.filter(team=self.team)
        found = members.filter(staff_id=staff_id) if staff_id else members.filter(id=int(key or 0))
        member = found.values_list("id", flat=True).first()
        if member is None and not staff_id:
            self.problems.append(Problem("staff-unknown", None, "StaffId", str(key)))
        return member

    def _channels(self, values: Mapping[str, Any], inferred: str | None) -> Iterator[tuple[str, Channel]]:
        """Return the channels that change; every one of a new contact."""
        for name in CHANNELS:
            old: Channel | None = self.stored.get(name)
            new = Channel(bool(values.get(name, old.opted_out if old else False)))
            if name == "text" and inferred:
                new, note = by_hand.text_channel(inferred, old, self.schema, says=values.get(name))
                self.notes += [note] if note else []
            if old is None or old.opted_out != new.opted_out:
                if self.old and not new.opted_out and own_word(self.old, name):
                    raise OwnWord
                own_out = old.own_out if old else False
                yield name, Channel(new.opted_out, Source.USER.value, self.by.id, self.now, own_out)

    def _stopped(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the channels that are out because the number they are reached at said STOP (C8)."""
        numbers = [number for key in ("mobile_number", "whatsapp_number") if (number := values.get(key))]
        after: dict[str, Any] = {}
        opt_outs.hold_stopped(stop_list.of_numbers(self.team, numbers), values, after, self.notes, None)
        return after

    def write(self, wanted: dict[str, Any]) -> Contact:
        """Save what changes, with its history and its place in the search index."""
        if "mobile_number" in wanted and wanted["mobile_number"] != self.stored.get("mobile_number"):
            wanted.setdefault("mobile_number_inferred", False)
        after = {key: value for key, value in wanted.items() if value != self.stored.get(key)}
        if self.old is not None and not after:
            return self.old
        contact = self.old or Contact(team=self.team, contact_id=None, created_at=self.now)
        old_text = contact.search_text
        self._fill(contact, after)
        contact.save(force_insert=self.old is None)
        text = contact.search_text
        if self.old is None:
            index_rows(connection, added=[(contact.id, text)])
        else:
            index_rows(connection, changed=[(contact.id, old_text, text)])
        before = {key: self.stored.get(key) for key in after} if self.old else None
        history.record(
            contact,
            "updated" if self.old else "created",
            by=self.by.id,
            before=as_history(before, {}) if before is not None else None,
            after=as_history(after, {}),
        )
        return contact

    def _fill(self, contact: Contact, after: Mapping[str, Any]) -> None:
        columns = as_columns(after, custom=contact.custom, members={}, now=self.now)
        for column, value in columns.items():
            setattr(contact, column, value)
        contact.updated_at = self.now
        contact.search_text = search_text(contact, searchable_keys(self.team))


def search_text(contact: Contact, searchable: list[str]) -> str:
    """Return the text that search is to find this contact by."""
    values = {key: getattr(contact, key) for key in SEARCHED}
    return document_of(values, contact.custom, searchable)

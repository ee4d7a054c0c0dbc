"""What happens to each row, given what the team already has: created, updated, unchanged or failed, and why.

The same function answers "what would happen" and "what happens": the preview is the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, NamedTuple

from muster.core import phones
from muster.core.check import Checked, Record
from muster.core.consent import Channel, Says, settle, settle_inferred
from muster.core.errors import Note, Problem
from muster.core.fields import Options, Schema
from muster.core.values import ABSENT, UNREAD


class Stored(NamedTuple):
    """A contact as the team has it: the store's own key, and its values by field key (none: no entry, or None)."""

    key: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """The facts a plan needs, and no more: who has these ids and these numbers, and which Staff IDs exist.

    `contacts` by ContactId; `holders` by mobile number; `whatsapp`: the key of who has a WhatsApp number, None when
    several have it; `erased`: ContactIds whose contact was erased on request; `zeros`: an id of the file → a stored
    id that differs by leading zeros only.
    """

    contacts: Mapping[str, Stored] = field(default_factory=dict)
    holders: Mapping[str, Stored] = field(default_factory=dict)
    whatsapp: Mapping[str, int | None] = field(default_factory=dict)
    staff: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()
    zeros: Mapping[str, str] = field(default_factory=dict)


class Verdict(NamedTuple):
    """What happens to one row. `before` and `after` hold what changes, by field key; a new contact has no `before`."""

    row: int
    outcome: str  # created, updated, unchanged, failed
    contact_id: str | None
    key: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()


_verdict: Callable[[tuple[Any, ...]], Verdict] = partial(tuple.__new__, Verdict)  # twice as quick as Verdict(…)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every row's verdict, in the order of the file, and what there is to say of the file itself."""

    verdicts: list[Verdict]
    notes: tuple[Note, ...] = ()


def make_plan(checked: Checked, known: Known, schema: Schema, options: Options) -> Plan:
    """Decide every row. Pure: the same facts give the same plan."""
    return Plan(list(verdicts(checked, known, schema, options)), checked.notes)


def verdicts(checked: Checked, known: Known, schema: Schema, options: Options) -> Iterator[Verdict]:
    """Decide row after row, for a file too long to keep a plan of."""
    planner = _Planner(checked, known, schema, options)
    return map(planner.decide, checked.records)


_CHANNELS = (
    ("text", "OptedOut", 5),
    ("whatsapp", "WhatsAppOptedOut", 6),
    ("whatsapp_marketing", "WhatsAppMarketingOptedOut", 7),
)
_NOBODY = Stored(0, {})


class _Planner:
    """Goes down the file once, remembering which ids and numbers the rows that did not fail have taken."""

    def __init__(self, checked: Checked, known: Known, schema: Schema, options: Options) -> None:
        self.known, self.options = known, options
        self.keep = options.blank_opt_out == "keep"
        self.home_code = "+" + phones.calling_code(schema.home_region)
        self.custom = [(index, each.key, each.name) for index, each in enumerate(checked.custom, start=9)]
        self.doubtful = {*known.erased, *known.zeros}
        self.rows_by_id: dict[str | None, Record] = {}
        self.held: dict[str, Record] = {}  # mobile number → the row that took it
        self.whatsapp: dict[str, str] = {}  # WhatsApp number → ContactId of the first row that has it

    def decide(self, record: Record) -> Verdict:
        row, values, found, noted = record
        problems, notes = [*found], [*noted]
        contact_id = values[0] if values[0] is not UNREAD else None
        staff = values[8]
        if staff is not None and staff not in self.known.staff and staff is not ABSENT and staff is not UNREAD:
            problems.append(Problem("staff-unknown", row, "StaffId", staff))
        first = self.rows_by_id.get(contact_id)
        if first:
            return self._repeated(record, first, problems)
        stored = self.known.contacts.get(contact_id or "", _NOBODY)
        stored, number, inferred = self._mobile(record, contact_id, stored, problems, notes)
        if problems or contact_id is None:
            return Verdict(row, "failed", contact_id, stored.key or None, None, None, tuple(problems))
        self.rows_by_id[contact_id] = record
        if number:
            self.held[number] = record
        if stored is _NOBODY:
            after = self._as_new(record, number if inferred else None, notes)
            return _verdict((row, "created", contact_id, None, None, after, (), tuple(notes)))
        after = self._changes(record, stored, number, notes, inferred=inferred)
        if not after:
            return _verdict((row, "unchanged", contact_id, stored.key, None, None, (), tuple(notes)))
        before = {name: stored.values.get(name) for name in after}
        return _verdict((row, "updated", contact_id, stored.key, before, after, (), tuple(notes)))

    def _repeated(self, record: Record, first: Record, problems: list[Problem]) -> Verdict:
        """Judge a later row with the ContactId of a row that did not fail (R8)."""
        contact_id = record.values[0]
        if record.values != first.values:
            problems.append(Problem("id-twice", record.number, "ContactId", contact_id, {"first": first.number}))
        if problems:
            return Verdict(record.number, "failed", contact_id, None, None, None, tuple(problems))
        note = Note("row-repeated", record.number, "ContactId", {"first": first.number})
        return Verdict(record.number, "unchanged", contact_id, None, None, None, (), (note,))

    def _mobile(
        self, record: Record, contact_id: str | None, stored: Stored, problems: list[Problem], notes: list[Note]
    ) -> tuple[Stored, str | None, bool]:
        """Return the contact (perhaps an adopted one), its new mobile number if any, and whether that is inferred."""
        row, mobile, whatsapp = record.number, record.values[3], record.values[4]
        has = stored.values.get("mobile_number")
        inferred = mobile is None
        if inferred and has is None:  # and Infer was chosen: with Fail, the check has refused the row
            mobile = whatsapp
            if mobile is None:
                problems.append(Problem("number-none", row, "MobileNumber"))
        if mobile is None or mobile is UNREAD or mobile == has:
            return stored, None, False
        if has is not None and not self.options.allow_mobile_updates:
            facts = {"number": phones.show(mobile), "kept": phones.show(has)}
            notes.append(Note("number-kept", row, "MobileNumber", facts))
            return stored, None, False
        holder = self.known.holders.get(mobile)
        if mobile in self.held or (holder and (stored is not _NOBODY or holder.values.get("contact_id"))):
            facts = {"number": phones.show(mobile), "holder": self._holder(mobile)}
            problems.append(Problem("number-taken", row, "MobileNumber", mobile, facts))
            return stored, None, False
        if holder and contact_id:
            notes.append(Note("contact-adopted", row, "ContactId", {"name": _name(holder)}))
            if not problems:  # a failed row holds nothing
                self.held[mobile] = record
            return holder, None, False
        if has is not None:
            facts = {"before": phones.show(has), "after": phones.show(mobile)}
            notes.append(Note("number-changed", row, "MobileNumber", facts))
        if inferred:
            notes.append(Note("number-inferred", row, "MobileNumber", {"number": mobile}))
        return stored, mobile, inferred

    def _holder(self, number: str) -> str:
        """Name who has a mobile number: an earlier row, or a contact of the team."""
        if number in self.held:
            record = self.held[number]
            return f"{record.values[0]} (row {record.number})"
        holder = self.known.holders[number]
        return f"{_name(holder)} ({holder.values.get('contact_id') or 'added by hand'})"

    def _as_new(self, record: Record, inferred: str | None, notes: list[Note]) -> dict[str, Any]:
        """Return all that the row says, by field key, for a contact that the team does not have."""
        values = record.values
        text, whatsapp, marketing = _first_settled(values[5:8])
        after: dict[str, Any] = {
            "contact_id": values[0],
            "first_name": values[1],
            "last_name": values[2],
            "mobile_number": inferred or values[3],
            "text": text,
            "whatsapp": whatsapp,
            "whatsapp_marketing": marketing,
        }
        if values[0] in self.doubtful:
            self._note_new(record, notes)
        if values[4] is not None:
            after["whatsapp_number"] = values[4]
            self._note_shared(record, _NOBODY, notes)
        if inferred:
            after["mobile_number_inferred"] = True
            after["text"] = self._settle_inferred(record, None, inferred, notes)
        if values[8] is not None and values[8] is not ABSENT:
            after["staff_id"] = values[8]
        for index, key, _ in self.custom:
            if values[index] is not None:
                after[key] = values[index]
        return after

    def _changes(
        self, record: Record, stored: Stored, number: str | None, notes: list[Note], *, inferred: bool
    ) -> dict[str, Any]:
        """Return what the row changes, by field key. Rule by rule in the order of the fields."""
        old, new = stored.values, record.values
        after: dict[str, Any] = {}
        if old.get("contact_id") != new[0]:
            after["contact_id"] = new[0]
            self._note_new(record, notes)
        if old.get("first_name") != new[1]:
            after["first_name"] = new[1]
        if old.get("last_name") != new[2]:
            after["last_name"] = new[2]
        if number:
            after["mobile_number"] = number
            if inferred or old.get("mobile_number_inferred"):
                after["mobile_number_inferred"] = inferred
        if new[4] is not None:
            if old.get("whatsapp_number") != new[4]:
                after["whatsapp_number"] = new[4]
            self._note_shared(record, stored, notes)
        self._settle(record, stored, number if inferred else None, after, notes)
        self._assign(record, stored, after, notes)
        return after

    def _assign(self, record: Record, stored: Stored, after: dict[str, Any], notes: list[Note]) -> None:
        """Set the assigned user and the custom values, noting what is cleared."""
        old, new, row = stored.values, record.values, record.number
        staff = new[8] if new[8] is not ABSENT else None
        if old.get("staff_id") != staff:
            after["staff_id"] = staff
            if staff is None:
                notes.append(Note("staff-cleared", row, "StaffId", {"staff_id": old["staff_id"]}))
        for index, key, name in self.custom:
            if old.get(key) != new[index]:
                after[key] = new[index]
                if new[index] is None:
                    notes.append(Note("value-cleared", row, name, {"before": old[key]}))

    def _settle(
        self, record: Record, stored: Stored, inferred: str | None, after: dict[str, Any], notes: list[Note]
    ) -> None:
        """Settle the three channels by the rules of `consent.py`."""
        old, new = stored.values, record.values
        if inferred:
            channel = self._settle_inferred(record, old.get("text"), inferred, notes)
            if channel is not old.get("text"):
                after["text"] = channel
        for key, name, index in _CHANNELS[1:] if inferred else _CHANNELS:
            was: Channel | None = old.get(key)
            channel, code = settle(was, new[index], blank_opts_in=key != "text", keep=self.keep)
            if channel is not was:
                after[key] = channel
            if code:
                notes.append(Note(code, record.number, name, {"channel": key}))

    def _settle_inferred(self, record: Record, was: Channel | None, number: str, notes: list[Note]) -> Channel:
        """Settle the text channel of a contact whose mobile number is inferred."""
        at_home = number.startswith(self.home_code)
        channel, code = settle_inferred(was, record.values[5], at_home=at_home, keep=self.keep)
        if code:
            notes.append(Note(code, record.number, "OptedOut", {"channel": "text"}))
        return channel

    def _note_shared(self, record: Record, stored: Stored, notes: list[Note]) -> None:
        """Note a WhatsApp number that another contact has too, in the team or in an earlier row (R9)."""
        contact_id, whatsapp = record.values[0], record.values[4]
        has_it = self.known.whatsapp.get(whatsapp, stored.key)
        if has_it != stored.key or self.whatsapp.setdefault(whatsapp, contact_id) != contact_id:
            notes.append(
                Note("whatsapp-shared", record.number, "WhatsAppMobileNumber", {"number": phones.show(whatsapp)})
            )

    def _note_new(self, record: Record, notes: list[Note]) -> None:
        """Note what a person should look at twice about an id that the team does not have."""
        contact_id = record.values[0]
        if contact_id in self.known.erased:
            notes.append(Note("contact-erased-before", record.number, "ContactId", {"contact_id": contact_id}))
        if contact_id in self.known.zeros:
            facts = {"contact_id": contact_id, "other": self.known.zeros[contact_id]}
            notes.append(Note("id-zeros-lost", record.number, "ContactId", facts))


@cache
def _first_settled(says: tuple[Says, ...]) -> Iterable[Channel]:
    """Return the three channels of a new contact, for which a blank cell is no opt-out anywhere."""
    return [settle(None, each, blank_opts_in=True, keep=False)[0] for each in says]


def _name(stored: Stored) -> str:
    return f"{stored.values.get('first_name', '')} {stored.values.get('last_name', '')}".strip()

"""What happens to each row, given what the team already has: created, updated, unchanged or failed, and why.

The same function answers "what would happen" and "what happens": the preview is the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from operator import itemgetter
from typing import Any

from muster.core import opt_outs
from muster.core.cells.names import have_a_word_in_common
from muster.core.consent import Channel, Says, settle, settle_inferred
from muster.core.fields import CHANNELS, NAMED, NUMBERS, Blank, Options, Schema, position
from muster.core.known import ABSENT, UNREAD, Known, Stored
from muster.core.phones.cells import calling_code, show
from muster.core.problems import Note, Problem
from muster.core.records import Checked, Record
from muster.core.verdicts import ERASED_SINCE, Plan, Verdict


def make_plan(checked: Checked, known: Known, schema: Schema, options: Options) -> Plan:
    """Decide every row. Pure: the same facts give the same plan."""
    return Plan(list(verdicts(checked, known, schema, options)), checked.notes)


def verdicts(checked: Checked, known: Known, schema: Schema, options: Options) -> Iterator[Verdict]:
    """Decide row after row, for a file too long to keep a plan of."""
    planner = _Planner(checked, known, schema, options)
    return map(planner.decide, checked.records)


def number_taken(row: int | None, number: str, holder: str, holder_row: int | None = None) -> Problem:
    """Return the problem of a mobile number that is somebody else's, of a contact or of an earlier row."""
    facts = {"number": show(number), "holder": holder, **({"holder_row": holder_row} if holder_row else {})}
    return Problem("number-taken", row, "MobileNumber", number, facts)


def whatsapp_shared(row: int | None, number: str) -> Note:
    """Return the note on a WhatsApp number that another contact has too."""
    return Note("whatsapp-shared", row, "WhatsAppMobileNumber", {"number": show(number)})


_ID, _FIRST, _LAST = map(position, ("ContactId", "FirstName", "LastName"))
_MOBILE, _WHATSAPP = map(position, ("MobileNumber", "WhatsAppMobileNumber"))
_TEXT, _STAFF = map(position, ("OptedOut", "StaffId"))
_CHANNELS = opt_outs.CHANNEL_FIELDS
_channels_of = itemgetter(*(place for _, _, place in _CHANNELS))
_numbers_of = itemgetter(_MOBILE, _WHATSAPP)
_NOBODY = Stored(0, {})


class _Planner:
    """Goes down the file once, remembering which ids and numbers the rows that did not fail have taken.

    `others`: the fields without a rule of their own, which become what the row says: their place in a record, their
    key and name, and whether a blank cell keeps what is stored.
    """

    def __init__(self, checked: Checked, known: Known, schema: Schema, options: Options) -> None:
        self.known, self.options = known, options
        self.spelled = known.spelled.get
        self.keep_said = options.opt_back_in == "keep"
        self.keep = self.keep_said or options.blank_opt_out == "keep"
        self.home_code = "+" + calling_code(schema.home_region)
        self.others = [
            (place, each.key, each.name, each.blank is Blank.KEPT)
            for place, each in enumerate(checked.fields)
            if each.name not in NAMED and checked.says(each)
        ]
        self.doubtful = {*known.erased, *known.zeros}
        self.stopped = frozenset(known.stops)
        self.rows_by_id: dict[str | None, Record] = {}
        self.held: dict[str, Record] = {}  # mobile number → the row that took it
        self.whatsapp: dict[str, str] = {}  # WhatsApp number → ContactId of the first row that has it

    def decide(self, record: Record) -> Verdict:
        """Decide a row: what is wrong with it, whose it is, and what it changes."""
        row, values, found, noted = record
        problems, notes = [*found], [*noted]
        contact_id = values[_ID] if values[_ID] is not UNREAD else None
        staff = values[_STAFF]
        if staff is not None and staff not in self.known.staff and staff is not ABSENT and staff is not UNREAD:
            problems.append(Problem("staff-unknown", row, "StaffId", staff))
        first = self.rows_by_id.get(contact_id)
        if first:
            return self._repeated(record, first, problems)
        stored = self.known.contacts.get(contact_id or "", _NOBODY)
        if stored is _NOBODY and contact_id in self.known.erased_since:
            return Verdict(row, "failed", None, None, None, None, (Problem(ERASED_SINCE, row, "ContactId"),))
        stored, number, inferred = self._mobile(record, stored, problems, notes)
        if problems or contact_id is None:
            lost = tuple(self._left_out(record))
            return Verdict(row, "failed", contact_id, stored.key or None, None, None, tuple(problems), lost)
        self.rows_by_id[contact_id] = record
        if number:
            self.held[self.spelled(number, number)] = record
        old = stored.values
        if stored is _NOBODY:
            after = self._as_new(record, number if inferred else None, notes)
        else:
            after = self._changes(record, stored, number, notes, inferred=inferred)
        if self.stopped and not self.stopped.isdisjoint((*_numbers_of(values), *map(old.get, NUMBERS))):
            opt_outs.hold_stopped(self.known.stops, old, after, notes, row)
        if stored is _NOBODY:
            return Verdict._make((row, "created", contact_id, None, None, after, (), tuple(notes)))
        if not after:
            return Verdict._make((row, "unchanged", contact_id, stored.key, None, None, (), tuple(notes)))
        before = {name: old.get(name) for name in after}
        return Verdict._make((row, "updated", contact_id, stored.key, before, after, (), tuple(notes)))

    def _repeated(self, record: Record, first: Record, problems: list[Problem]) -> Verdict:
        """Judge a later row with the ContactId of a row that did not fail (R8)."""
        contact_id = record.values[_ID]
        if record.values != first.values:
            problems.append(Problem("id-twice", record.number, "ContactId", contact_id, {"first": first.number}))
        if problems:
            stored = self.known.contacts.get(contact_id, _NOBODY)
            lost = tuple(opt_outs.left_out(record.number, record.values, stored.values, first.values))
            return Verdict(record.number, "failed", contact_id, None, None, None, tuple(problems), lost)
        note = Note("row-repeated", record.number, "ContactId", {"first": first.number})
        return Verdict(record.number, "unchanged", contact_id, None, None, None, (), (note,))

    def _left_out(self, record: Record) -> Iterator[Note]:
        """Note the opt-outs of a row that fails: about who has its ContactId, else about who has its number."""
        row, values = record.number, record.values
        stored = self.known.contacts.get(values[_ID])
        if stored:
            return opt_outs.left_out(row, values, stored.values, None)
        number = values[_WHATSAPP] if values[_MOBILE] is None else values[_MOBILE]
        same = self.known.spelled.get(number, number)
        earlier = self.held.get(same)
        if earlier:
            stored = self.known.contacts.get(earlier.values[_ID], _NOBODY)
            return opt_outs.left_out(row, values, stored.values, earlier.values, number)
        return opt_outs.left_out(row, values, self.known.holders.get(same, _NOBODY).values, None, number)

    def _mobile(
        self, record: Record, stored: Stored, problems: list[Problem], notes: list[Note]
    ) -> tuple[Stored, str | None, bool]:
        """Return the contact (perhaps an adopted one), its new mobile number if any, and whether that is inferred."""
        has, number, inferred = stored.values.get("mobile_number"), record.values[_MOBILE], False
        if number is None and has is None:
            number, inferred = self._inferred(record, problems), True
        if number is None or number is UNREAD or (has is not None and self.known.is_same(number, has)):
            return stored, None, False
        if has is not None and not self.options.allow_mobile_updates:
            facts = {"number": show(number), "kept": show(has)}
            notes.append(Note("number-kept", record.number, "MobileNumber", facts))
            return stored, None, False
        same = self.spelled(number, number)
        holder = self.known.holders.get(same)
        if holder is not None and holder.key == stored.key:
            holder = None
        if same in self.held or (holder and not _may_adopt(stored, holder)):
            problems.append(number_taken(record.number, number, *self._holder(number)))
            return stored, None, False
        if holder and record.values[_ID] is not UNREAD:
            self._adopt(record, holder, same, problems, notes)
            return holder, None, False
        if has is not None or inferred:
            self._note_number(record, has, number, notes, inferred=inferred)
        return stored, number, inferred

    @staticmethod
    def _inferred(record: Record, problems: list[Problem]) -> str | None:
        """Return the WhatsApp number as the mobile number (R4). With Fail, the check has refused the row already."""
        number: str | None = record.values[_WHATSAPP]
        if number is None:
            problems.append(Problem("number-none", record.number, "MobileNumber"))
        return number

    def _adopt(self, record: Record, holder: Stored, number: str, problems: list[Problem], notes: list[Note]) -> None:
        """Give a ContactId to the contact without one that has the number of this row."""
        notes.append(Note("contact-adopted", record.number, "ContactId", {"name": holder.name}))
        if not problems:  # a failed row holds nothing
            self.held[number] = record

    @staticmethod
    def _note_number(record: Record, has: str | None, number: str, notes: list[Note], *, inferred: bool) -> None:
        """Note that a stored mobile number changes, and that the new one is inferred."""
        if has is not None:
            facts = {"before": show(has), "after": show(number)}
            notes.append(Note("number-changed", record.number, "MobileNumber", facts))
        if inferred:
            notes.append(Note("number-inferred", record.number, "MobileNumber", {"number": number}))

    def _holder(self, number: str) -> tuple[str, int | None]:
        """Name who has a mobile number: the id and the number of an earlier row, or a contact of the team."""
        number = self.known.spelled.get(number, number)
        if number in self.held:
            record = self.held[number]
            return str(record.values[_ID]), record.number
        return self.known.holders[number].named, None

    def _as_new(self, record: Record, inferred: str | None, notes: list[Note]) -> dict[str, Any]:
        """Return all that the row says, by field key, for a contact that the team does not have."""
        values = record.values
        contact_id, whatsapp, staff = values[_ID], values[_WHATSAPP], values[_STAFF]
        after: dict[str, Any] = {
            "contact_id": contact_id,
            "first_name": values[_FIRST],
            "last_name": values[_LAST],
            "mobile_number": inferred or values[_MOBILE],
            **_first_settled(_channels_of(values)),
        }
        if contact_id in self.doubtful:
            self._note_new(record, notes)
        if whatsapp is not None:
            after["whatsapp_number"] = whatsapp
            self._note_shared(record, _NOBODY, notes)
        if inferred:
            after["mobile_number_inferred"] = True
            after["text"] = self._settle_inferred(record, None, inferred, notes)
        if staff is not None and staff is not ABSENT:
            after["staff_id"] = staff
        for place, key, _, _ in self.others:
            if values[place] is not None and values[place] is not ABSENT:
                after[key] = values[place]
        return after

    @staticmethod
    def _note_name(record: Record, stored: Stored, after: Mapping[str, Any], notes: list[Note]) -> None:
        """Note that both names change so that no word of the old ones is left: the id may be another person's now."""
        if "first_name" in after and "last_name" in after:
            name = f"{after['first_name']} {after['last_name']}"
            if not have_a_word_in_common(stored.name, name):
                notes.append(Note("name-changed", record.number, "FirstName", {"before": stored.name, "after": name}))

    def _changes(
        self, record: Record, stored: Stored, number: str | None, notes: list[Note], *, inferred: bool
    ) -> dict[str, Any]:
        """Return what the row changes, by field key. Rule by rule in the order of the fields."""
        old, new = stored.values, record.values
        after: dict[str, Any] = {}
        if old.get("contact_id") != new[_ID]:
            after["contact_id"] = new[_ID]
            self._note_new(record, notes)
        if old.get("first_name") != new[_FIRST]:
            after["first_name"] = new[_FIRST]
        if old.get("last_name") != new[_LAST]:
            after["last_name"] = new[_LAST]
        if len(after) > 1:
            self._note_name(record, stored, after, notes)
        if number:
            after["mobile_number"] = number
            if inferred or old.get("mobile_number_inferred"):
                after["mobile_number_inferred"] = inferred
        whatsapp, had = new[_WHATSAPP], old.get("whatsapp_number")
        if whatsapp is not None:
            if whatsapp != had and not self.known.is_same(whatsapp, had):
                after["whatsapp_number"] = whatsapp
            self._note_shared(record, stored, notes)
        self._settle(record, stored, number if inferred else None, after, notes)
        self._assign(record, stored, after, notes)
        return after

    def _assign(self, record: Record, stored: Stored, after: dict[str, Any], notes: list[Note]) -> None:
        """Set the assigned user and the fields without a rule of their own, noting what is cleared."""
        old, new, row = stored.values, record.values, record.number
        staff = new[_STAFF] if new[_STAFF] is not ABSENT else None
        if old.get("staff_id") != staff:
            after["staff_id"] = staff
            if staff is None:
                notes.append(Note("staff-cleared", row, "StaffId", {"staff_id": old["staff_id"]}))
        for place, key, name, keeps in self.others:
            if old.get(key) != new[place]:
                value = new[place] if new[place] is not ABSENT else None
                if value is not None:
                    after[key] = value
                elif not keeps and old.get(key) is not None:
                    after[key] = None
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
            says, opts_in = new[index], key != "text"
            channel, code = settle(was, says, blank_opts_in=opts_in, keep=self.keep, keep_said=self.keep_said)
            if channel is not was:
                after[key] = channel
            if code:
                notes.append(Note(code, record.number, name, {"channel": key, "said": says is False}))

    def _settle_inferred(self, record: Record, was: Channel | None, number: str, notes: list[Note]) -> Channel:
        """Settle the text channel of a contact whose mobile number is inferred."""
        at_home = number.startswith(self.home_code)
        says = record.values[_TEXT]
        channel, code = settle_inferred(was, says, at_home=at_home, keep=self.keep, keep_said=self.keep_said)
        if code:
            notes.append(Note(code, record.number, "OptedOut", {"channel": "text", "said": says is False}))
        return channel

    def _note_shared(self, record: Record, stored: Stored, notes: list[Note]) -> None:
        """Note a WhatsApp number that another contact has too, in the team or in an earlier row (R9)."""
        contact_id, whatsapp, key = record.values[_ID], record.values[_WHATSAPP], stored.key
        same = self.spelled(whatsapp, whatsapp)
        if self.known.whatsapp.get(same, key) != key or self.whatsapp.setdefault(same, contact_id) != contact_id:
            notes.append(whatsapp_shared(record.number, whatsapp))

    def _note_new(self, record: Record, notes: list[Note]) -> None:
        """Note what a person should look at twice about an id that the team does not have."""
        contact_id = record.values[_ID]
        if contact_id in self.known.erased:
            notes.append(Note("contact-erased-before", record.number, "ContactId", {"contact_id": contact_id}))
        if contact_id in self.known.zeros:
            facts = {"contact_id": contact_id, "other": self.known.zeros[contact_id]}
            notes.append(Note("id-zeros-lost", record.number, "ContactId", facts))


def _may_adopt(stored: Stored, holder: Stored) -> bool:
    """Whether a row may take over the contact that has its number: one without a ContactId, for an id that is new."""
    return stored is _NOBODY and not holder.values.get("contact_id")


@cache
def _first_settled(says: tuple[Says, ...]) -> Mapping[str, Channel]:
    """Return the channels of a new contact, for which a blank cell is no opt-out anywhere."""
    settled = (settle(None, each, blank_opts_in=True, keep=False)[0] for each in says)
    return dict(zip(CHANNELS, settled, strict=True))

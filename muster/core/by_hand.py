"""One contact as typed on a page: the cell rules of the import, and what another contact may not hold already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from muster.core.checking import check
from muster.core.consent import Channel, settle_inferred
from muster.core.fields import Kind, Options, Schema
from muster.core.known import UNREAD, Known, Stored
from muster.core.phones.cells import calling_code
from muster.core.plan import number_taken, whatsapp_shared
from muster.core.problems import Note, Problem
from muster.core.table.table import Row, Table

_OPTIONS = Options(blank_mobile="infer")  # a blank mobile number is no problem of its own
_MAY_BE_BLANK = ("value-blank", "ContactId")  # nor is a blank ContactId
_NO_CELLS = {Kind.OPT_OUT, Kind.STAFF}  # ticked, or chosen from a list
_NUMBERS = {"MobileNumber", "WhatsAppMobileNumber"}


class Read(NamedTuple):
    """What was typed, by field key, and what there is to say of it."""

    values: dict[str, Any]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]


def read(cells: Mapping[str, str | None], schema: Schema) -> Read:
    """Read the given cells, by field key. A blank one gives None; one that cannot be read gives a problem."""
    fields = [field for field in schema.fields if field.kind not in _NO_CELLS]
    row = Row(1, tuple(cells.get(field.key) or "" for field in fields))
    checked = check(Table(tuple(field.name for field in fields), [row]), schema, _OPTIONS)
    record = checked.records[0]
    keys = [field.key for field in checked.fields]
    values = dict(zip(keys, record.values, strict=True))
    given = {field.key: field.name for field in fields if field.key in cells}
    names = set(given.values())
    problems = (each for each in record.problems if (each.code, each.field) != _MAY_BE_BLANK and each.field in names)
    return Read(
        {key: values[key] for key in given if values[key] is not UNREAD},
        tuple(problem._replace(row=None) for problem in problems),
        tuple(note._replace(row=None) for note in record.notes if note.field in names),
    )


def with_inferred(found: Read, stored: Stored | None) -> Read:
    """Let a contact without a mobile number take its WhatsApp number, as with Infer Mobile Number (R4)."""
    after = {**(stored.values if stored else {}), **found.values}
    whatsapp = after.get("whatsapp_number")
    if after.get("mobile_number") or not whatsapp or any(problem.field in _NUMBERS for problem in found.problems):
        return found
    note = Note("number-inferred", None, "MobileNumber", {"number": whatsapp})
    values = {**found.values, "mobile_number": whatsapp, "mobile_number_inferred": True}
    return Read(values, found.problems, (*found.notes, note))


def judge(found: Read, known: Known, stored: Stored | None) -> Read:
    """Add what follows from the rest of the team. `stored` is the contact as it is; None for a new one."""
    key = stored.key if stored else None
    problems = (*found.problems, *_taken(found.values, known, key), *_missing(found, stored))
    return Read(found.values, problems, (*found.notes, *_noted(found.values, known, key)))


def text_channel(
    inferred: str, stored: Channel | None, schema: Schema, *, says: bool | None
) -> tuple[Channel, Note | None]:
    """Return the text channel of a contact whose mobile number is inferred (C5): out when it cannot be texted."""
    at_home = inferred.startswith("+" + calling_code(schema.home_region))
    channel, code = settle_inferred(stored, says, at_home=at_home, keep=True)
    return channel, Note(code, None, "OptedOut", {"channel": "text"}) if code else None


def _taken(values: Mapping[str, Any], known: Known, key: int | None) -> Iterator[Problem]:
    """Yield what another contact has already, and a Staff ID that nobody has."""
    contact_id, mobile, staff_id = (values.get(each) for each in ("contact_id", "mobile_number", "staff_id"))
    if contact_id and (holder := known.contacts.get(contact_id)) and holder.key != key:
        yield Problem("id-taken", None, "ContactId", contact_id, {"holder": holder.name})
    if mobile and (holder := known.other_holder(mobile, key)):
        yield number_taken(None, mobile, holder.named)
    if staff_id and staff_id not in known.staff:
        yield Problem("staff-unknown", None, "StaffId", staff_id)


def _missing(found: Read, stored: Stored | None) -> Iterator[Problem]:
    """Yield that there is no mobile number, unless one was typed that could not be read."""
    has = found.values if "mobile_number" in found.values or not stored else stored.values
    if not has.get("mobile_number") and not any(problem.field in _NUMBERS for problem in found.problems):
        yield Problem("number-none", None, "MobileNumber")


def _noted(values: Mapping[str, Any], known: Known, key: int | None) -> Iterator[Note]:
    contact_id, whatsapp = values.get("contact_id"), values.get("whatsapp_number")
    if whatsapp and known.is_shared(whatsapp, key or 0):
        yield whatsapp_shared(None, whatsapp)
    if contact_id in known.erased:
        yield Note("contact-erased-before", None, "ContactId", {"contact_id": contact_id})

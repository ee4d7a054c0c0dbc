"""A file after reading: every row as values of fields, and the columns that they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from muster.core.fields import SYSTEM_FIELDS, Absent, Field, position
from muster.core.known import ABSENT, UNREAD, Lookup, Stored
from muster.core.problems import Note, Problem

_ID, _MOBILE, _WHATSAPP = map(position, ("ContactId", "MobileNumber", "WhatsAppMobileNumber"))
_NO_NUMBER = {None, ABSENT, UNREAD}
_numbers_of = itemgetter(_MOBILE, _WHATSAPP)


class Record(NamedTuple):
    """A row whose every cell has been read.

    `values`: one for each system field, in the order of SYSTEM_FIELDS, then one for each of `Checked.custom`.
    None is a blank cell, ABSENT an absent column, UNREAD a cell with a problem. Channels are True for opted out.
    """

    number: int
    values: tuple[Any, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """A table after reading. `columns`: for each header, its field, or None for a column that is not imported."""

    columns: tuple[Field | None, ...]
    custom: tuple[Field, ...]
    records: list[Record]
    notes: tuple[Note, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of `Record.values`, in their order."""
        return SYSTEM_FIELDS + self.custom

    def says(self, field: Field) -> bool:
        """Whether the file says anything about a field: by a column, or by its absence."""
        return field in self.columns or field.absent is Absent.CLEARED

    def asked(self) -> Lookup:
        """Return what must be known of the team to plan these rows."""
        values = [record.values for record in self.records]
        inferred = (each[_WHATSAPP] for each in values if each[_MOBILE] is None)
        return Lookup(
            [each for each in dict.fromkeys(map(itemgetter(_ID), values)) if isinstance(each, str)],
            {*map(itemgetter(_MOBILE), values), *inferred} - _NO_NUMBER,
            set(map(itemgetter(_WHATSAPP), values)) - _NO_NUMBER,
        )

    def given(self, contacts: Mapping[str, Stored]) -> Iterator[str]:
        """Yield the numbers that these rows may give to somebody who does not have them; `contacts` by ContactId."""
        for record in self.records:
            mobile, whatsapp = _numbers_of(record.values)
            stored = contacts.get(record.values[_ID])
            had = stored.values.get("mobile_number") if stored else None
            if (
                stored is None
                or had is None
                or (mobile != had and mobile not in _NO_NUMBER)
                or (whatsapp not in _NO_NUMBER and whatsapp != stored.values.get("whatsapp_number"))
            ):
                yield from (each for each in (mobile, whatsapp) if each not in _NO_NUMBER)

"""What a team already has of a file's contacts: the facts that a plan rests on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, TypeAlias


class Missing(Enum):
    """Why a record has no value for a field. A blank cell is None instead: blank has a meaning of its own."""

    ABSENT = "the file has no such column"
    UNREAD = "the cell could not be read; the row has a problem that says why"


ABSENT, UNREAD = Missing.ABSENT, Missing.UNREAD

Stops: TypeAlias = Mapping[str, Mapping[str, Any]]  # number → channel → since when


class Stored(NamedTuple):
    """A contact as the team has it: the store's own key, and its values by field key (none: no entry, or None)."""

    key: int
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.values.get('first_name', '')} {self.values.get('last_name', '')}".strip()

    @property
    def named(self) -> str:
        """The name and the ContactId, as messages say who somebody is."""
        return f"{self.name} ({self.values.get('contact_id') or 'added by hand'})"


@dataclass(frozen=True, slots=True)
class Known:
    """The facts a plan needs, and no more: who has these ids and these numbers, and which Staff IDs exist.

    `contacts` by ContactId; `holders` by mobile number; `whatsapp`: the key of who has a WhatsApp number, None when
    several have it; `erased`: ContactIds whose contact was erased on request, `erased_since`: since the file came;
    `zeros`: an id of the file → a stored id that differs by leading zeros only; `stops`: what numbers said STOP on.

    Numbers are those of the file, in its spelling. `spelled` has the key of those that may be spelled otherwise:
    holders and WhatsApp numbers are by that key, which for any other number is the number itself.
    """

    contacts: Mapping[str, Stored] = field(default_factory=dict)
    holders: Mapping[str, Stored] = field(default_factory=dict)
    whatsapp: Mapping[str, int | None] = field(default_factory=dict)
    staff: frozenset[str] = frozenset()
    erased: frozenset[str] = frozenset()
    erased_since: frozenset[str] = frozenset()
    zeros: Mapping[str, str] = field(default_factory=dict)
    stops: Stops = field(default_factory=dict)
    spelled: Mapping[str, str] = field(default_factory=dict)

    def is_same(self, number: str | None, other: str | None) -> bool:
        """Whether two numbers are one person's, however they are spelled."""
        return number == other or (
            number is not None and self.spelled.get(number, number) == self.spelled.get(other or "", other)
        )

    def other_holder(self, number: str, key: int | None) -> Stored | None:
        """Return who has a mobile number, unless it is the contact with this key: only one contact may have it."""
        holder = self.holders.get(self.spelled.get(number, number))
        return None if holder is None or holder.key == key else holder

    def is_shared(self, whatsapp: str, key: int | None) -> bool:
        """Whether a WhatsApp number is had by another contact than the one with this key, which is worth a note."""
        return self.whatsapp.get(self.spelled.get(whatsapp, whatsapp), key) != key


class Lookup(NamedTuple):
    """Whom a plan must know: by ContactId (in the order of the file), by mobile number, and by WhatsApp number.

    A WhatsApp number without a mobile number beside it may become the mobile number.
    """

    contact_ids: Collection[str]
    mobiles: Set[str]
    whatsapps: Set[str]

"""A file under edit, with its plan kept true: an edit reads its rows again and replans only what they can change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from muster.core.fields import Options, Schema, position
from muster.core.known import Known, Lookup
from muster.core.phones.spellings import key as key_of
from muster.core.plan import verdicts
from muster.core.records import Checked, Record
from muster.core.table.table import Table
from muster.core.verdicts import Plan

T = TypeVar("T")
_STRETCH = 500
_CONTACT_ID = position("ContactId")
_NUMBERS = tuple(map(position, ("MobileNumber", "WhatsAppMobileNumber")))
_ID = "id "  # before an id, so that it is no number
Load = Callable[[Lookup], Known]


class Sheet:
    """What a file says of whom, and its plan; `follow` makes the plan of the next version of the same file.

    Rows touch each other only by an id or a number they share, so an edit reaches no further than those.
    `load` gives the facts about ids and numbers that an edit brings in.
    """

    def __init__(
        self, checked: Checked, known: Known, plan: Plan, *, schema: Schema, options: Options, load: Load
    ) -> None:
        self.checked, self.known, self.plan = checked, known, plan
        self.schema, self.options, self._load = schema, options, load
        self._sharing = _Sharing(checked.records)
        self._asked = [set(each) for each in checked.asked()]

    def follow(self, checked: Checked) -> Plan:
        """Return the plan of the rows as they are now. Verdicts that stay are the same objects as before."""
        touched = moved(self.checked.records, checked.records)
        self._learn(replace(checked, records=[checked.records[place] for place in touched]))
        reached = self._sharing.reached(touched, self.checked.records)
        for place in touched:
            self._sharing.forget(place, self.checked.records[place])
            self._sharing.remember(place, checked.records[place])
        self.checked = checked
        self.plan = self._replanned(sorted(reached | self._sharing.reached(touched, checked.records)))
        return self.plan

    def _replanned(self, places: list[int]) -> Plan:
        part = replace(self.checked, records=[self.checked.records[place] for place in places])
        decided = list(self.plan.verdicts)
        for place, verdict in zip(places, verdicts(part, self.known, self.schema, self.options), strict=True):
            if verdict != decided[place]:
                decided[place] = verdict
        return replace(self.plan, verdicts=decided)

    def _learn(self, edited: Checked) -> None:
        """Load what is known of ids and numbers that nothing was asked about until now."""
        new = [set(now) - before for now, before in zip(edited.asked(), self._asked, strict=True)]
        if not any(new):
            return
        more, known = self._load(Lookup(*new)), self.known
        for before, now in zip(self._asked, new, strict=True):
            before.update(now)
        self.known = Known(
            contacts={**known.contacts, **more.contacts},
            holders={**known.holders, **more.holders},
            whatsapp={**known.whatsapp, **more.whatsapp},
            staff=more.staff,
            erased=known.erased | more.erased,
            erased_since=known.erased_since | more.erased_since,
            zeros={**known.zeros, **more.zeros},
            stops={**known.stops, **more.stops},
            spelled={**known.spelled, **more.spelled},
        )


class _Sharing:
    """Which rows have an id or a number, by where they are. Most are had by one row: then it is just its place."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._places: dict[str, int | set[int]] = {}
        for place, record in enumerate(records):
            self.remember(place, record)

    def remember(self, place: int, record: Record) -> None:
        for key in _keys(record):
            held = self._places.setdefault(key, place)
            if isinstance(held, set):
                held.add(place)
            elif held != place:
                self._places[key] = {held, place}

    def forget(self, place: int, record: Record) -> None:
        for key in _keys(record):
            held = self._places.get(key)
            if held == place:
                del self._places[key]
            elif isinstance(held, set):
                held.discard(place)

    def reached(self, places: Iterable[int], records: Sequence[Record]) -> set[int]:
        """Return the rows that share an id or a number with these, and with those, and so on."""
        reached, edge = set(places), list(places)
        while edge:
            for key in _keys(records[edge.pop()]):
                held = self._places.get(key, ())
                more = {held} - reached if isinstance(held, int) else set(held) - reached
                reached |= more
                edge += more
        return reached


def moved(old: Sequence[T], new: Sequence[T]) -> list[int]:
    """Return the places where two versions of a list differ. Long stretches hold the same objects: those are quick."""
    if old is new:
        return []
    places: list[int] = []
    for start in range(0, len(new), _STRETCH):
        was, now = old[start : start + _STRETCH], new[start : start + _STRETCH]
        if was != now:
            pairs = enumerate(zip(was, now, strict=True), start)
            places += [place for place, (one, other) in pairs if one is not other and one != other]
    return places


def _keys(record: Record) -> Iterator[str]:
    """What a row may share with another: its id, and its numbers (a WhatsApp number may become the mobile number)."""
    contact_id = record.values[_CONTACT_ID]
    if isinstance(contact_id, str):
        yield _ID + contact_id
    yield from {key_of(number) for place in _NUMBERS if isinstance(number := record.values[place], str)}


@dataclass(frozen=True, slots=True)
class Edited:
    """A file as it was parsed, with the fixes that are repeated (`base`), and the table that the edits made of that."""

    schema: Schema
    options: Options
    file: Table
    base: Table
    table: Table
    steps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading(Edited):
    """The same, and what its cells say."""

    checked: Checked = field(kw_only=True)

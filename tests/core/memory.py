"""A team in memory: enough of a store to plan against, and to plan again after the plan was carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from muster.core import (
    Known,
    Lookup,
    Options,
    Outcome,
    Plan,
    Schema,
    Stored,
    check,
    custom_field,
    make_plan,
    parse,
)
from muster.core.consent import Channel
from muster.core.fields import CHANNELS, Kind
from muster.core.phones import spellings

HEAD = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber"

FIELDS = (
    custom_field("Major", "custom.1", max_length=20),
    custom_field("Term", "custom.2", Kind.CHOICE, choices=("Fall", "Spring")),
    custom_field("GPA", "custom.3", Kind.NUMBER),
    custom_field("Applied", "custom.4", Kind.DATE),
    custom_field("Housing", "custom.5", Kind.YES_NO),
)


@dataclass
class Team:
    """Contacts by key, with the schema, the Staff IDs and the erased ids of a team."""

    schema: Schema = field(default_factory=lambda: Schema(FIELDS))
    staff: frozenset[str] = frozenset({"u-uma", "007"})
    erased: frozenset[str] = frozenset()
    erased_since: frozenset[str] = frozenset()
    contacts: dict[int, dict[str, Any]] = field(default_factory=dict)
    stops: dict[str, dict[str, Any]] = field(default_factory=dict)  # number → channel → since when

    def add(self, **values: Any) -> int:
        """Store a contact as somebody would by hand."""
        channels = dict.fromkeys(CHANNELS, Channel(opted_out=False, source="user"))
        key = len(self.contacts) + 1
        self.contacts[key] = {"first_name": "Bo", "last_name": "Kay", **channels, **values}
        return key

    def by_id(self, contact_id: str) -> Mapping[str, Any]:
        """The values of the contact with this ContactId."""
        return next(values for values in self.contacts.values() if values.get("contact_id") == contact_id)

    def known(self, asked: Lookup) -> Known:
        """The facts about these ids and numbers, and no others."""
        ids = asked.contact_ids
        stored = [Stored(key, values) for key, values in self.contacts.items()]
        whatsapp: dict[str, int | None] = {}
        mobiles = set(map(spellings.key, asked.mobiles))
        for each in stored:
            number = spellings.key(each.values.get("whatsapp_number") or "")
            if number in set(map(spellings.key, asked.whatsapps)):
                whatsapp[number] = None if number in whatsapp else each.key
        zeros = {new: old for old in self._ids() for new in set(ids) - self._ids() if new == old.lstrip("0")}
        return Known(
            contacts={each.values["contact_id"]: each for each in stored if each.values.get("contact_id") in ids},
            holders={
                number: each
                for each in stored
                if (number := spellings.key(each.values.get("mobile_number") or ""))
                and (number in mobiles or each.values.get("contact_id") in ids)
            },
            whatsapp=whatsapp,
            staff=self.staff,
            erased=self.erased & set(ids),
            erased_since=self.erased_since & set(ids),
            zeros=zeros,
            stops={
                number: stopped
                for number in {*asked.mobiles, *asked.whatsapps}
                for each, stopped in self.stops.items()
                if spellings.key(number) == spellings.key(each)
            },
            spelled={number: spellings.key(number) for number in {*asked.mobiles, *asked.whatsapps}},
        )

    def _ids(self) -> set[str]:
        return {values["contact_id"] for values in self.contacts.values() if values.get("contact_id")}

    def plan(self, data: str | bytes, left_out: frozenset[int] = frozenset(), **options: Any) -> Plan:
        """Plan an import of a file, given as text, and change nothing."""
        chosen = Options(**options)
        table = parse(data.encode() if isinstance(data, str) else data, self.schema, chosen)
        checked = check(replace(table, left_out=left_out), self.schema, chosen)
        known = self.known(checked.asked())
        return make_plan(checked, known, self.schema, chosen)

    def carry_out(self, plan: Plan) -> None:
        """Do what the plan says."""
        for verdict in plan.verdicts:
            if verdict.outcome == "created":
                assert verdict.after is not None
                self.contacts[len(self.contacts) + 1] = dict(verdict.after)
            elif verdict.outcome == "updated":
                assert verdict.after is not None
                assert verdict.key is not None
                self.contacts[verdict.key].update(verdict.after)

    def run(self, data: str | bytes, **options: Any) -> Outcome:
        """Import a file, given as text."""
        plan = self.plan(data, **options)
        self.carry_out(plan)
        return Outcome.of(plan)


def file(*rows: str, more: str = "") -> str:
    """A file with the five required columns, and `more` of them."""
    return "\n".join([HEAD + more, *rows]) + "\n"


def problems(plan: Plan) -> list[tuple[int | None, str | None, str]]:
    """Every problem as row, field and code."""
    return [(each.row, each.field, each.code) for verdict in plan.verdicts for each in verdict.problems]


def notes(plan: Plan) -> list[tuple[int | None, str | None, str]]:
    """Every note of a row as row, field and code."""
    return [(each.row, each.field, each.code) for verdict in plan.verdicts for each in verdict.notes]


def outcomes(plan: Plan) -> list[str]:
    """What happens to each row, in order."""
    return [verdict.outcome for verdict in plan.verdicts]

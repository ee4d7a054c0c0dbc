"""Filters by any field, read from an address: `where=custom.12:is:Biology`."""

from __future__ import annotations

from collections.abc import Iterable

from muster.contacts.search.conditions import OPERATORS, WITHOUT_VALUE, BadFilter, Condition
from muster.core import phones
from muster.core.fields import Field, Kind, Schema

MOST = 10
LONGEST_VALUE = 255


def filterable(schema: Schema) -> list[Field]:
    """Return the fields that can be asked for: those that are one text, and the team's own."""
    return [each for each in schema.fields if each.is_plain or each.is_custom]


def conditions(where: Iterable[str], schema: Schema) -> tuple[Condition, ...]:
    """Read the conditions of an address. Raises BadFilter."""
    fields = {each.key: each for each in filterable(schema)}
    found: list[Condition] = []
    for text in where:
        key, _, rest = text.partition(":")
        operator, _, value = rest.partition(":")
        is_asked = operator in WITHOUT_VALUE or (operator in OPERATORS and 0 < len(value) <= LONGEST_VALUE)
        if key not in fields or not is_asked or "\0" in value or len(found) == MOST:
            raise BadFilter("where", text)
        value = "" if operator in WITHOUT_VALUE else value
        found.append(Condition(fields[key], operator, value, _as_stored(value, fields[key], schema)))
    return tuple(found)


def _as_stored(value: str, its: Field, schema: Schema) -> str:
    if its.kind is Kind.PHONE:
        return phones.read(value, schema.home_region).e164 or value.strip()
    return value.strip()

"""The fields of a team, as the core wants them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from muster.contacts.models import CustomField
from muster.core.fields import Field, Kind, Schema, custom_field
from muster.teams.models import Team


def schema_of(team: Team) -> Schema:
    """Return the team's schema: its own fields in its order, its home region, and how strict it is with numbers."""
    own = CustomField.objects.filter(team=team).order_by("position", "id").values_list(*_PARTS)
    parts = tuple((*part, tuple(choices)) for *part, choices in own)
    return _schema(parts, team.home_region, strict_numbers=team.strict_numbers)


_PARTS = ("id", "name", "kind", "required", "max_length", "searchable", "choices")


@lru_cache(maxsize=256)
def _schema(parts: tuple[tuple[Any, ...], ...], home_region: str, *, strict_numbers: bool) -> Schema:
    """Make a schema once for each set of fields: it is asked for several times in every request."""
    own = (CustomField(**dict(zip(_PARTS, part, strict=True))) for part in parts)
    return Schema(tuple(map(as_field, own)), home_region, strict_numbers)


def custom_fields(team: Team) -> list[CustomField]:
    """Return the team's own fields, in its order."""
    return list(CustomField.objects.filter(team=team).order_by("position", "id"))


def as_field(field: CustomField) -> Field:
    """Return a custom field as the core describes it."""
    return custom_field(
        field.name,
        field.key,
        Kind(field.kind),
        required=field.required,
        max_length=field.max_length,
        choices=field.choices,
        searched=field.searchable,
    )


def searchable_keys(team: Team) -> list[str]:
    """Return the keys in `Contact.custom` whose values search looks at, in a fixed order."""
    found = CustomField.objects.filter(team=team, searchable=True).order_by("id").values_list("id", flat=True)
    return [str(each) for each in found]

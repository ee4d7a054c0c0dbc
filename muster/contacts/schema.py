"""The fields of a team, as the core wants them."""

from __future__ import annotations

from muster.contacts.models import CustomField
from muster.core.fields import Field, Kind, Schema, custom_field
from muster.teams.models import Team


def schema_of(team: Team) -> Schema:
    """Return the team's schema: its own fields in its order, its home region, and how strict it is with numbers."""
    custom = tuple(as_field(each) for each in custom_fields(team))
    return Schema(custom, team.home_region, team.strict_numbers)


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
    )


def searchable_keys(team: Team) -> list[str]:
    """Return the keys in `Contact.custom` whose values search looks at, in a fixed order."""
    found = CustomField.objects.filter(team=team, searchable=True).order_by("id").values_list("id", flat=True)
    return [str(each) for each in found]

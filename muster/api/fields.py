"""A team's fields, and the template that follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from django.http import FileResponse, Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from muster.api.auth import Admins, Members, who
from muster.api.description.openapi import says
from muster.api.paging import Page, by_position
from muster.contacts import custom_fields as fields
from muster.contacts.models import CustomField
from muster.contacts.schema import custom_fields, schema_of
from muster.core.fields import SYSTEM_FIELDS, template_headers
from muster.core.table.csv_text import csv_text
from muster.teams.models import Team
from muster.teams.whole_file import whole_file, whole_workbook
from muster.workbooks.template import write_template

router = Router(tags=["Fields"])
KindName = Literal["text", "number", "date", "yes_no", "choice"]
Which = Annotated[Literal["all", "required"], Query(description="All fields, or only the required ones.")]
Choices = Annotated[list[Annotated[str, Field(max_length=255)]], Field(max_length=500)]
Length = Annotated[int, Field(ge=1, le=10_000, description="Of a text, in characters.")]
Required = Annotated[bool, Field(description="The column must be in the file; cells may be blank.")]
FIELD: dict[str, Any] = {
    "name": "Program",
    "kind": "choice",
    "required": False,
    "choices": ["Biology", "History"],
    "max_length": 255,
    "searchable": True,
}
FIELDS: list[Any] = [{**FIELD, "system": False}]


class NewField(Schema):
    """A field to add. A team can have 25."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": FIELD})
    name: Annotated[str, Field(min_length=1, max_length=100)]
    kind: KindName
    required: Required = False
    choices: Choices = []
    max_length: Length = 255
    searchable: bool = True


class FieldChange(Schema):
    """What to change of a field: only the keys that are sent. Renaming keeps the values."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Major"}})
    name: Annotated[str, Field(min_length=1, max_length=100, default_factory=str)]
    kind: KindName = "text"
    required: Required = False
    choices: Choices = []
    max_length: Length = 255
    searchable: bool = True


class FieldOut(Schema):
    """A field. `system`: the product's own, which cannot be changed."""

    model_config = ConfigDict(json_schema_extra={"example": {**FIELD, "system": False}})
    name: str
    kind: str
    required: bool
    choices: list[str]
    max_length: int
    searchable: bool
    system: bool


class Fields(Schema):
    """A page of fields: the product's own first, then the team's, in its order."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": FIELDS, "next": None}})
    items: list[FieldOut]
    next: str | None


class Deleted(Schema):
    """A field that is gone."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Program", "contacts": 912}})
    name: str
    contacts: Annotated[int, Field(description="How many contacts had a value.")]


def field_json(field: CustomField) -> dict[str, Any]:
    """A team's own field as the API shows it."""
    return {**{name: getattr(field, name) for name in FIELD}, "system": False}


def all_fields(team: Team) -> Iterator[dict[str, Any]]:
    """The product's own fields, then the team's."""
    for each in SYSTEM_FIELDS:
        yield {
            "name": each.name,
            "kind": each.kind.value,
            "required": each.required,
            "choices": [],
            "max_length": each.max_length,
            "searchable": each.searched,
            "system": True,
        }
    yield from map(field_json, custom_fields(team))


def find(team: Team, name: str) -> CustomField:
    """The team's own field with this name, without regard to case. Raises Http404."""
    found = CustomField.objects.filter(team=team, name_folded=fields.folded(name)).select_related("team").first()
    if found is None:
        raise Http404
    return found


@router.get("/teams/{team}/fields", auth=Members(), response=Fields)
def list_fields(request: HttpRequest, team: str, page: Query[Page]) -> dict[str, Any]:
    """List the fields that a file for this team may have."""
    items, following = by_position(all_fields(who(request).team), page)
    return {"items": items, "next": following}


@router.post("/teams/{team}/fields", auth=Admins(), response={201: FieldOut})
def add_field(request: HttpRequest, team: str, body: NewField) -> Status[dict[str, Any]]:
    """Add a field at the end."""
    asker = who(request)
    return Status(201, field_json(fields.add(asker.team, asker.user, **body.dict())))


@router.patch("/teams/{team}/fields/{path:name}", auth=Admins(), response=FieldOut)
def change_field(request: HttpRequest, team: str, name: str, body: FieldChange) -> dict[str, Any]:
    """Change a field."""
    asker = who(request)
    return field_json(fields.change(find(asker.team, name), asker.user, **body.dict(exclude_unset=True)))


@router.delete("/teams/{team}/fields/{path:name}", auth=Admins(), response=Deleted)
def delete_field(request: HttpRequest, team: str, name: str) -> dict[str, Any]:
    """Delete a field and every value of it."""
    asker = who(request)
    field = find(asker.team, name)
    return {"name": field.name, "contacts": fields.delete(field, asker.user)}


@router.get(
    "/teams/{team}/template.csv",
    auth=Admins(),
    response={200: None},
    openapi_extra=says(csv=("The header row", "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber\n")),
)
def template(request: HttpRequest, team: str, columns: Which = "all") -> FileResponse:
    """Download a CSV with the header row, to fill in: UTF-8 with a byte-order mark, for Excel's sake."""
    headers = template_headers(schema_of(who(request).team), only_required=columns == "required")
    return whole_file(csv_text([headers]), f"{columns}-fields.csv")


@router.get(
    "/teams/{team}/template.xlsx",
    auth=Admins(),
    response={200: None},
    openapi_extra=says(workbook="A sheet to fill in, and one that explains its columns"),
)
def template_workbook(request: HttpRequest, team: str, columns: Which = "all") -> FileResponse:
    """Download a workbook to fill in: ids and numbers stay as typed, yes/no and choices are offered as lists."""
    schema, only_required = schema_of(who(request).team), columns == "required"
    return whole_workbook(
        lambda file: write_template(file, schema, only_required=only_required), f"{columns}-fields.xlsx"
    )

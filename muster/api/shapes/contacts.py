"""Contacts as the API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar, cast
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, create_model

from muster.core.fields import CHANNELS, OTHER_FIELDS

Opted = Literal["opted_in", "opted_out"]
ChannelName = Annotated[
    Literal["text", "whatsapp", "whatsapp_marketing"],
    Field(description="What it is about.", json_schema_extra={"example": "text"}),
]
ChannelsNamed = Annotated[
    Literal["text", "whatsapp", "whatsapp_marketing", "all"],
    Field(description='What it is about; "all" channels in one call, or none of them.'),
]
Text = Annotated[str, Field(max_length=10_000)]
BY = "What `contact_id` in the address is: a ContactId, or the `id` of a contact that may have none."

CONSENT = {"source": "import", "by": "ana@example.edu", "at": "2026-09-01T09:30:04Z"}
EXAMPLE: dict[str, Any] = {
    "id": "113246208921600001",
    "contact_id": "S1000452",
    "first_name": "Amara",
    "last_name": "Okafor",
    "mobile_number": "+441753495000",
    "mobile_number_display": "+44 1753 495000",
    "mobile_number_inferred": True,
    "whatsapp_number": "+441753495000",
    "whatsapp_number_display": "+44 1753 495000",
    "text": "opted_out",
    "whatsapp": "opted_in",
    "whatsapp_marketing": "opted_in",
    "consent": {"text": CONSENT, "whatsapp": CONSENT, "whatsapp_marketing": CONSENT},
    "staff_id": "u-uma",
    "custom": {"Program": "Biology"},
    "created_at": "2026-09-01T09:30:04Z",
    "updated_at": "2026-09-01T09:30:04Z",
}


Shape = TypeVar("Shape", bound=type[Schema])


def with_other_fields(shape: Shape) -> Shape:
    """Add the system fields that the shape does not spell out: a text or null, and never required."""
    others: dict[str, Any] = {field.key: (Text | None, None) for field in OTHER_FIELDS}
    if not others:
        return shape
    return cast("Shape", create_model(shape.__name__, __base__=shape, __doc__=shape.__doc__, **others))


class Consent(Schema):
    """Where the state of a channel comes from."""

    source: Literal["import", "user", "contact"]
    by: str | None
    at: datetime


@with_other_fields
class ContactOut(Schema):
    """A contact."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})
    id: str
    contact_id: str | None
    first_name: str
    last_name: str
    mobile_number: str | None
    mobile_number_display: str | None
    mobile_number_inferred: bool
    whatsapp_number: str | None
    whatsapp_number_display: str | None
    text: Opted
    whatsapp: Opted
    whatsapp_marketing: Opted
    consent: dict[str, Consent]
    staff_id: str | None
    custom: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class Contacts(Schema):
    """A page of contacts, newest first. It may be short, even empty, and still have a `next`."""

    items: list[ContactOut]
    next: str | None


@with_other_fields
class ContactIn(Schema):
    """A contact to add, or what to change of one: only the keys that are sent; null or blank clears.

    Cells are read by the rules of the import: `mobile_number` may be "716-555-1234".
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"first_name": "Amara", "last_name": "Okafor", "mobile_number": "716-555-1234"},
        },
    )
    contact_id: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    mobile_number: Text | None = None
    whatsapp_number: Text | None = None
    text: Opted = "opted_in"
    whatsapp: Opted = "opted_in"
    whatsapp_marketing: Opted = "opted_in"
    staff_id: Text | None = None
    custom: dict[Text, Text | None] = {}


class ConsentIn(Schema):
    """A contact opted in or out. `source` contact: their own word, STOP or START, which no import undoes."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"channel": "text", "opted_out": True, "source": "contact", "message_id": "SM7f1c"}
        },
    )
    channel: ChannelsNamed
    opted_out: bool
    source: Literal["user", "contact"] = "user"
    message_id: (
        Annotated[
            str, Field(min_length=1, max_length=255, description="The gateway's own: said twice, it counts once.")
        ]
        | None
    ) = None

    @property
    def channels(self) -> tuple[str, ...]:
        """Which channels it is about."""
        return CHANNELS if self.channel == "all" else (self.channel,)


class ConsentOfNumber(ConsentIn):
    """The same for whoever has a number: everybody, where several share a WhatsApp number."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"number": "+17165551234", "channel": "text", "opted_out": True, "source": "contact"}
        },
    )
    number: Annotated[str, Field(max_length=100, description="E.164, or as the team's home region writes it.")]


class Heard(Schema):
    """Everybody the word was about: nobody, where no contact has the number. `kept`: it is on the stop list."""

    items: list[ContactOut]
    kept: bool


class LookedThrough(Schema):
    """How many past imports were looked through, of how many."""

    done: int
    of: int


class ErasureOut(Schema):
    """The contact is gone; workers still black it out in past imports."""

    model_config = ConfigDict(json_schema_extra={"example": {"past_imports": {"done": 12, "of": 330}}})

    past_imports: LookedThrough


class ChangeOut(Schema):
    """One entry of a contact's history. `before` and `after` hold what changed; `before` is null for a new contact."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "at": "2026-09-01T09:30:04Z",
                "source": "import",
                "by": "ana@example.edu",
                "import": "5f0c9a4e-0a63-4a6e-9f0b-6f4a2b1f2a10",
                "row": 17,
                "action": "updated",
                "before": {"last_name": "Obi"},
                "after": {"last_name": "Okafor"},
            }
        }
    )
    at: datetime
    source: Literal["import", "user", "contact"]
    by: str | None
    import_: Annotated[UUID | None, Field(alias="import")]
    row: int | None
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class History(Schema):
    """A page of history, newest first."""

    items: list[ChangeOut]
    next: str | None

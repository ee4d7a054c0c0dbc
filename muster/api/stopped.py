"""The stop list: numbers that said STOP, whether or not a contact has them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from muster.api.auth import Admins, who
from muster.api.paging import Page, decode, encode
from muster.api.shapes.contacts import ChannelName
from muster.contacts.consent import stopped

router = Router(tags=["Contacts"])


class Which(Page):
    """Which numbers."""

    channel: ChannelName | None = None
    q: Annotated[str, Field(max_length=100, description="A number in any spelling, or some of its digits.")] = ""


class StoppedOut(Schema):
    """A number that said STOP on a channel. `number`: null once the person was erased; it still stops."""

    number: str | None
    channel: ChannelName
    since: datetime
    through: Annotated[str, Field(description='"api", or the name of a connection.')]
    contacts: Annotated[int, Field(description="How many contacts have the number on the channel now.")]


class StoppedList(Schema):
    """A page of the stop list, newest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    {
                        "number": "+17165550177",
                        "channel": "text",
                        "since": "2026-09-04T10:12:00Z",
                        "through": "api",
                        "contacts": 0,
                    }
                ],
                "next": None,
            }
        }
    )
    items: list[StoppedOut]
    next: str | None


@router.get("/teams/{team}/stopped", auth=Admins(), response=StoppedList)
def list_stopped(request: HttpRequest, team: str, which: Query[Which]) -> dict[str, Any]:
    """List the numbers that said STOP. START from a number takes it off, and so does a user, with a reason."""
    asker = who(request)
    found = stopped.words(asker.team, channel=which.channel or "", typed=which.q)
    key = decode(which.cursor, int)
    some = list((found.filter(id__lt=key[0]) if key else found)[: which.limit + 1])
    listed = stopped.listed(asker.team, some[: which.limit])
    items = [
        {
            "number": each.number,
            "channel": each.channel,
            "since": each.since,
            "through": each.through,
            "contacts": len(each.contacts),
        }
        for each in listed
    ]
    return {"items": items, "next": encode(listed[-1].id) if len(some) > which.limit else None}

"""Who can be reached on a channel, and contacts as a file: what leaves the product."""

from __future__ import annotations

from dataclasses import astuple
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from muster.api.auth import Admins, Members, who
from muster.api.contacts import Wanted
from muster.api.description.openapi import says
from muster.api.paging import decode, encode
from muster.api.shapes.contacts import ChannelName
from muster.contacts import audience as audiences
from muster.contacts import export
from muster.contacts.pages.downloads import csv_response, workbook_response
from muster.teams import audit
from muster.teams.access import Access, require_admin
from muster.teams.models import Membership

router = Router(tags=["Audience and export"])


class Send(Wanted):
    """To whom, and as whom: the filters of the list of contacts, and how to send."""

    channel: ChannelName
    assigned: Annotated[
        str, Field(max_length=4, description='"mine": only contacts assigned to the caller.', pattern="^(mine|none)?$")
    ] = ""
    send_as: Annotated[
        Literal["", "assigned"], Field(description='"assigned": each contact\'s own user, Admins only.')
    ] = ""


class MemberOut(Schema):
    """One contact to send to. `send_as`: the user to send as, null for whoever sends."""

    contact_id: str | None
    number: str
    send_as: str | None


class Excluded(Schema):
    """How many of the selection are left out; each is counted once, by the first reason that holds."""

    opted_out: int
    no_number: int
    unassigned: int


class AudienceOut(Schema):
    """A page of those who can be reached, how many there are in all, and how many are left out."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [{"contact_id": "S1000452", "number": "+17165551234", "send_as": "uma@example.edu"}],
                "count": 1,
                "excluded": {"opted_out": 17, "no_number": 2, "unassigned": 40},
                "next": None,
            }
        }
    )
    items: list[MemberOut]
    count: int
    excluded: Excluded
    next: str | None


@router.get("/teams/{team}/audience", auth=Members(), response=AudienceOut, openapi_extra=says(403))
def read_audience(request: HttpRequest, team: str, send: Query[Send]) -> dict[str, Any]:
    """List who can be reached: opted in, with a number. `assigned=mine` and `send_as` cannot be used together.

    The counts are those of when the first page was asked for; each page says who can be reached at its own moment.
    """
    asker = who(request)
    key = decode(send.cursor, int, int, int, int, int)
    found = _audience(asker, send, is_begun=key is not None)
    members, following = found.page(before=key[0] if key else None, limit=send.limit)
    counts = audiences.Counts(*key[1:]) if key else found.counts()  # counting looks at everybody: once is enough
    if key is None:
        audit.record(asker.team, asker.user, "exported", audience=send.channel, contacts=counts.count)
    return {
        "items": [audiences.as_json(each) for each in members],
        "count": counts.count,
        "excluded": counts.excluded,
        "next": None if following is None else encode(following, *astuple(counts)),
    }


def _audience(asker: Access, send: Send, *, is_begun: bool) -> audiences.Audience:
    if send.send_as:
        require_admin(asker)
    mine = None
    if send.assigned == "mine":  # an Owner who is not in the team has no contacts of their own
        mine = asker.membership or Membership(id=0, team=asker.team, user=asker.user)
    filters = send.filters(asker)
    return audiences.audience(
        asker.team,
        send.channel,
        typed=send.q,
        filters=filters,
        mine=mine,
        send_as=bool(send.send_as),
        is_begun=is_begun,
    )


@router.get(
    "/teams/{team}/contacts.csv",
    auth=Admins(),
    response={200: None},
    openapi_extra=says(
        csv=(
            "Contacts in the template's columns",
            "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber\nS1,Amara,Okafor,+17165551234,\n",
        )
    ),
)
def export_contacts(request: HttpRequest, team: str, wanted: Query[Wanted]) -> HttpResponseBase:
    """Download every contact that matches and has a ContactId; imported again, every row is unchanged."""
    asker = who(request)
    chosen = export.contacts(asker.team, wanted.q, wanted.filters(asker))
    audit.record(asker.team, asker.user, "exported", contacts=chosen.count())
    return csv_response(export.as_csv(asker.team, chosen), f"{asker.team.slug}-contacts")


@router.get(
    "/teams/{team}/contacts.xlsx",
    auth=Admins(),
    response={200: None},
    openapi_extra=says(413, workbook="Contacts in the template's columns"),
)
def export_workbook(request: HttpRequest, team: str, wanted: Query[Wanted]) -> HttpResponseBase:
    """Download the same contacts as a workbook, every cell a text. 413 for more than a workbook takes."""
    asker = who(request)
    chosen = export.contacts(asker.team, wanted.q, wanted.filters(asker))
    audit.record(asker.team, asker.user, "exported", contacts=chosen.count())
    return workbook_response(asker.team, chosen)

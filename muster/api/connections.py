"""Connections: the gateways whose STOP and START come in by themselves, and their last calls."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from muster.api.auth import Admins, of_team, who
from muster.api.paging import Page, listed
from muster.api.webhooks import Gone
from muster.connect import connections
from muster.connect.incoming import calls
from muster.connect.incoming.hook import address
from muster.connect.models import Call, Connection

router = Router(tags=["Connections"])
Kind = Literal["twilio", "whatsapp_cloud", "other"]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Secret = Annotated[str, Field(max_length=500, description="What the provider signs with. Never shown again.")]
VerifyToken = Annotated[str, Field(max_length=500, description="Of whatsapp_cloud: what Meta shows in its first call.")]
OUT: dict[str, Any] = {
    "id": 3,
    "kind": "twilio",
    "name": "Texting",
    "address": "https://contacts.example.edu/hooks/kJ2v0n1uQ4yX7s9wB3aC5dE6fG8hI0jK",
    "refused": 0,
    "created_at": "2026-09-01T09:30:04Z",
}
CALL: dict[str, Any] = {
    "id": 91,
    "at": "2026-09-01T09:30:04Z",
    "number": "+17165551234",
    "contact_id": None,
    "channel": "text",
    "heard": "STOP",
    "opted_out": True,
    "state": "done",
    "outcome": "Opted out: 1 contact",
}


class NewConnection(Schema):
    """A gateway, and the secret it signs with: Twilio's auth token, the app secret of Meta, or whsec_…"""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"kind": "twilio", "name": "Texting", "secret": "5f1d0c9a4e"}}
    )
    kind: Kind
    name: Name
    secret: Secret
    verify_token: VerifyToken = ""


class ConnectionChange(Schema):
    """What to change: only the keys that are sent."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Texting"}})
    name: Annotated[str, Field(min_length=1, max_length=100, default_factory=str)]
    secret: Secret = ""
    verify_token: VerifyToken = ""


class ConnectionOut(Schema):
    """A connection: `address` is what to give to the provider, `refused` how many calls it had not signed."""

    model_config = ConfigDict(json_schema_extra={"example": OUT})
    id: int
    kind: Kind
    name: str
    address: str
    refused: int
    created_at: datetime


class Connections(Schema):
    """A page of connections."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [OUT], "next": None}})
    items: list[ConnectionOut]
    next: str | None


class CallOut(Schema):
    """What a gateway passed on: from whom, the word that was heard (never the message), and what came of it."""

    model_config = ConfigDict(json_schema_extra={"example": CALL})
    id: int
    at: datetime
    number: str | None
    contact_id: str | None
    channel: str
    heard: str | None
    opted_out: bool | None
    state: Literal["waiting", "done", "left", "failed"]
    outcome: str


class Calls(Schema):
    """A page of calls, newest first, of the last 1,000."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [CALL], "next": None}})
    items: list[CallOut]
    next: str | None


def connection_json(connection: Connection) -> dict[str, Any]:
    """A connection as the API shows it."""
    refused = calls.refused(connection)
    kept = {name: getattr(connection, name) for name in ("id", "kind", "name", "created_at")}
    return {**kept, "address": address(connection), "refused": refused.count if refused else 0}


def call_json(call: Call) -> dict[str, Any]:
    """A call as the API shows it."""
    blank = ("number", "contact_id", "heard")
    return {**{name: getattr(call, name) for name in CALL}, **{name: getattr(call, name) or None for name in blank}}


@router.get("/teams/{team}/connections", auth=Admins(), response=Connections)
def list_connections(request: HttpRequest, team: str, page: Query[Page]) -> dict[str, Any]:
    """List the connections of a team."""
    return listed(Connection.objects.filter(team=who(request).team).order_by("pk"), page, connection_json)


@router.post("/teams/{team}/connections", auth=Admins(), response={201: ConnectionOut})
def add_connection(request: HttpRequest, team: str, body: NewConnection) -> Status[dict[str, Any]]:
    """Add a connection. Give its `address` to the provider."""
    asker = who(request)
    return Status(201, connection_json(connections.add(asker.team, asker.user, **body.dict())))


@router.patch("/teams/{team}/connections/{int:connection_id}", auth=Admins(), response=ConnectionOut)
def change_connection(request: HttpRequest, team: str, connection_id: int, body: ConnectionChange) -> dict[str, Any]:
    """Change a connection. A new secret takes the place of the one before at once."""
    connection = of_team(Connection, request, connection_id)
    return connection_json(connections.change(connection, who(request).user, **body.dict(exclude_unset=True)))


@router.delete("/teams/{team}/connections/{int:connection_id}", auth=Admins(), response=Gone)
def delete_connection(request: HttpRequest, team: str, connection_id: int) -> dict[str, Any]:
    """Delete a connection, its address and its log. What was heard through it stays."""
    connections.delete(of_team(Connection, request, connection_id), who(request).user)
    return {"id": connection_id}


@router.get("/teams/{team}/connections/{int:connection_id}/calls", auth=Admins(), response=Calls)
def list_calls(request: HttpRequest, team: str, connection_id: int, page: Query[Page]) -> dict[str, Any]:
    """List the last calls of a connection."""
    return listed(calls.log_of(of_team(Connection, request, connection_id)), page, call_json)

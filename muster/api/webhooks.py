"""Webhooks: who is told of a team's events, and what came of telling them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from muster.api.auth import Admins, of_team, who
from muster.api.description.openapi import says
from muster.api.paging import Page, listed, newest_first
from muster.api.problems import Refused
from muster.connect.models import Delivery, Webhook
from muster.connect.webhooks import manage
from muster.core.sentences.language import gettext as _

router = Router(tags=["Webhooks"])
Event = Literal["contacts.changed", "consent.changed", "import.finished", "import.undone", "import.failed"]
Events = Annotated[list[Event], Field(min_length=1, max_length=5, description="What it is told of.")]
Url = Annotated[str, Field(max_length=2000, description="Where to send: https:, and on the internet.")]
WEBHOOK: dict[str, Any] = {
    "url": "https://sender.example.edu/muster",
    "events": ["contacts.changed", "consent.changed"],
    "enabled": True,
}
STATE: dict[str, Any] = {
    "id": 7,
    **WEBHOOK,
    "failing_since": None,
    "off_because": "",
    "created_at": "2026-09-01T09:30:04Z",
}
DELIVERY: dict[str, Any] = {
    "id": "113246208921600001",
    "event": "contacts.changed",
    "at": "2026-09-01T09:30:04Z",
    "state": "done",
    "messages": 1,
    "attempts": 2,
    "ended_at": "2026-09-01T09:30:10Z",
    "answer": "200 ok",
}


class NewWebhook(Schema):
    """An address to send to."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": WEBHOOK})
    url: Url
    events: Events
    enabled: bool = True


class WebhookChange(Schema):
    """What to change: only the keys that are sent."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"enabled": False}})
    url: Url = ""
    events: Events = ["contacts.changed"]
    enabled: bool = True


class WebhookOut(Schema):
    """A webhook. `off_because`: why it was switched off without anybody asking for it."""

    model_config = ConfigDict(json_schema_extra={"example": STATE})
    id: int
    url: str
    events: list[str]
    enabled: bool
    failing_since: datetime | None
    off_because: str
    created_at: datetime


class WebhookWithSecret(WebhookOut):
    """A webhook with its secret, which signs by Standard Webhooks and is never shown again."""

    model_config = ConfigDict(
        json_schema_extra={"example": {**STATE, "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}}
    )
    secret: str


class Webhooks(Schema):
    """A page of webhooks."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [STATE], "next": None}})
    items: list[WebhookOut]
    next: str | None


class DeliveryOut(Schema):
    """An event on its way to a webhook: waiting, done, merged (told with the one before) or dropped."""

    model_config = ConfigDict(json_schema_extra={"example": DELIVERY})
    id: str
    event: str
    at: datetime
    state: Literal["waiting", "done", "merged", "dropped"]
    messages: Annotated[int, Field(description="How many arrived; consent.changed has one for each change.")]
    attempts: int
    ended_at: datetime | None
    answer: Annotated[str, Field(description="The last answer: its status and a line.")]


class Deliveries(Schema):
    """A page of deliveries, newest first."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [DELIVERY], "next": None}})
    items: list[DeliveryOut]
    next: str | None


class Gone(Schema):
    """What is gone."""

    model_config = ConfigDict(json_schema_extra={"example": {"id": 7}})
    id: int


def webhook_json(webhook: Webhook) -> dict[str, Any]:
    """A webhook as the API shows it."""
    return {name: getattr(webhook, name) for name in STATE}


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    """A delivery as the API shows it."""
    return {**{name: getattr(delivery, name) for name in DELIVERY}, "id": str(delivery.id)}


@router.get("/teams/{team}/webhooks", auth=Admins(), response=Webhooks)
def list_webhooks(request: HttpRequest, team: str, page: Query[Page]) -> dict[str, Any]:
    """List the webhooks of a team."""
    return listed(Webhook.objects.filter(team=who(request).team).order_by("pk"), page, webhook_json)


@router.post("/teams/{team}/webhooks", auth=Admins(), response={201: WebhookWithSecret})
def add_webhook(request: HttpRequest, team: str, body: NewWebhook) -> Status[dict[str, Any]]:
    """Add a webhook. The answer has its secret, this once."""
    asker = who(request)
    webhook, secret = manage.add(asker.team, asker.user, **body.dict())
    return Status(201, {**webhook_json(webhook), "secret": secret})


@router.patch("/teams/{team}/webhooks/{int:webhook_id}", auth=Admins(), response=WebhookOut)
def change_webhook(request: HttpRequest, team: str, webhook_id: int, body: WebhookChange) -> dict[str, Any]:
    """Change a webhook. Switched on again, it is told of what happens from then on."""
    webhook = of_team(Webhook, request, webhook_id)
    return webhook_json(manage.change(webhook, who(request).user, **body.dict(exclude_unset=True)))


@router.delete("/teams/{team}/webhooks/{int:webhook_id}", auth=Admins(), response=Gone)
def delete_webhook(request: HttpRequest, team: str, webhook_id: int) -> dict[str, Any]:
    """Delete a webhook, and what was in line for it."""
    manage.delete(of_team(Webhook, request, webhook_id), who(request).user)
    return {"id": webhook_id}


@router.post("/teams/{team}/webhooks/{int:webhook_id}/secret", auth=Admins(), response=WebhookWithSecret)
def renew_webhook_secret(request: HttpRequest, team: str, webhook_id: int) -> dict[str, Any]:
    """Make a new secret. For a day, messages are signed by the old one as well."""
    webhook = of_team(Webhook, request, webhook_id)
    secret = manage.renew_secret(webhook, who(request).user)
    return {**webhook_json(webhook), "secret": secret}


@router.get("/teams/{team}/webhooks/{int:webhook_id}/deliveries", auth=Admins(), response=Deliveries)
def list_deliveries(request: HttpRequest, team: str, webhook_id: int, page: Query[Page]) -> dict[str, Any]:
    """List what was sent to a webhook, or waits to be."""
    webhook = of_team(Webhook, request, webhook_id)
    deliveries = Delivery.objects.filter(team=webhook.team_id, webhook=webhook.pk)
    return newest_first(deliveries, page, delivery_json)


@router.post(
    "/teams/{team}/webhooks/{int:webhook_id}/test", auth=Admins(), response={202: DeliveryOut}, openapi_extra=says(409)
)
def test_webhook(request: HttpRequest, team: str, webhook_id: int) -> Status[dict[str, Any]]:
    """Send a test. 409 when the webhook is off."""
    return Status(202, delivery_json(_on(manage.send_test, of_team(Webhook, request, webhook_id))))


@router.post(
    "/teams/{team}/webhooks/deliveries/{int:delivery_id}/again",
    auth=Admins(),
    response={202: DeliveryOut},
    openapi_extra=says(409),
)
def send_again(request: HttpRequest, team: str, delivery_id: int) -> Status[dict[str, Any]]:
    """Send a delivery once more, as a new one. 409 when the webhook is off."""
    team_id = who(request).team.pk
    delivery = Delivery.objects.filter(team=team_id, id=delivery_id).first() if delivery_id < 2**63 else None
    if delivery is None:
        raise Http404
    webhook = of_team(Webhook, request, delivery.webhook)
    return Status(202, delivery_json(_on(manage.send_again, webhook, delivery)))


def _on(send: Any, webhook: Webhook, *what: Delivery) -> Delivery:
    try:
        sent: Delivery = send(webhook, *what)
    except manage.IsOff:
        raise Refused(409, _("This webhook is off. Switch it on first.")) from None
    return sent

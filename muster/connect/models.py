"""Connections and the calls they got; webhooks and what is to be delivered to them. No behaviour beyond their state."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy

from muster.contacts.time_ids import next_id
from muster.core.fields import CHANNELS
from muster.core.sentences.language import gettext as _
from muster.teams.models import Team

NO_CONNECTION = 0  # in place of a connection: a word by API or page
CHANNEL_CHOICES = [(channel, channel) for channel in CHANNELS]


def new_key() -> str:
    """An address that nobody guesses: 192 random bits."""
    return secrets.token_urlsafe(24)


class Kind(models.TextChoices):
    """Whose calls a connection takes."""

    TWILIO = "twilio", gettext_lazy("Twilio")
    WHATSAPP_CLOUD = "whatsapp_cloud", gettext_lazy("WhatsApp Cloud API")
    OTHER = "other", gettext_lazy("Another gateway")


class Connection(models.Model):
    """A gateway of a team: its address here, and the secret that it signs with, encrypted."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="connections")
    kind = models.CharField(max_length=14, choices=Kind)
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=64, unique=True, default=new_key)  # the last part of its address
    secret = models.TextField()  # sealed
    verify_token = models.TextField(blank=True)  # sealed; of the WhatsApp Cloud API only
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class CallState(models.TextChoices):
    """What has come of a call."""

    WAITING = "waiting", gettext_lazy("Waiting")
    DONE = "done", gettext_lazy("Done")
    LEFT = "left", gettext_lazy("Nothing to do")
    FAILED = "failed", gettext_lazy("Failed")


class Call(models.Model):
    """One message that a gateway passed on, kept before it is answered and applied by the worker after that.

    Or a word by API or page, of connection 0, that could not be applied at once since the team's contacts were being
    written. It lives on the "calls" connection: see `db_router`. Of what was said only the keyword is kept.
    """

    id = models.BigAutoField(primary_key=True)
    team_id = models.BigIntegerField()
    connection_id = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    said_at = models.DateTimeField(null=True)  # where the provider says it
    source = models.CharField(max_length=7, default="contact")  # user: somebody here opted a contact out, `by`
    by = models.BigIntegerField(null=True)  # User.id
    contact = models.BigIntegerField(null=True)  # Contact.id, where it is known whom it is about
    number = models.CharField(max_length=32, blank=True)  # E.164
    contact_id = models.CharField(max_length=255, blank=True)
    channel = models.CharField(max_length=18, choices=CHANNEL_CHOICES)
    opted_out = models.BooleanField(null=True)  # null: nothing that opts anybody in or out
    if_out = models.BooleanField(default=False)  # YES counts only for who is out
    heard = models.CharField(max_length=100, blank=True)  # the keyword
    message_id = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=7, choices=CallState, default=CallState.WAITING)
    outcome = models.CharField(max_length=200, blank=True)  # whom it changed, or why nothing
    changed = models.JSONField(default=list)  # Contact.id of everybody it changed
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(fields=("connection_id", "-id"), name="call_log"),
            models.Index(fields=("team_id", "id"), name="call_waiting", condition=models.Q(state="waiting")),
        )

    def __str__(self) -> str:
        return f"{self.heard or 'nothing'} from {self.number or self.contact_id or 'nobody'}"


class Refusals(models.Model):
    """How many calls to a connection were not signed by its provider. Lives beside the calls."""

    connection_id = models.BigIntegerField(primary_key=True)
    count = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return _("{count} refused", count=self.count)


class FeedUse(models.Model):
    """What one web process has counted of the feed of changes; of process "", all that have ended. Beside the calls."""

    process = models.CharField(primary_key=True, max_length=32)
    at = models.DateTimeField()
    reads = models.BigIntegerField(default=0)
    items = models.BigIntegerField(default=0)
    turned_away = models.BigIntegerField(default=0)
    waiting = models.IntegerField(default=0)
    changes = models.BigIntegerField(default=0)  # of the items; and how long ago they were made, together
    lag_ms = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.process


class Webhook(models.Model):
    """An address that wants to hear of a team's events. A worker that sends to it holds it until `claimed_until`."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=2000)
    events = models.JSONField(default=list)
    enabled = models.BooleanField(default=True)
    secret = models.TextField()  # sealed
    old_secret = models.TextField(blank=True)  # sealed; signs as well, until:
    old_secret_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(auto_now_add=True)  # not before
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)  # of what is first in line
    failing_since = models.DateTimeField(null=True)
    changes_told_at = models.DateTimeField(null=True)  # when contacts.changed was last delivered
    off_because = models.CharField(max_length=200, blank=True)  # why it was switched off by us
    off_at = models.DateTimeField(null=True)  # and when

    def __str__(self) -> str:
        return self.url


class DeliveryState(models.TextChoices):
    """What has come of a delivery."""

    WAITING = "waiting", gettext_lazy("Waiting")
    DONE = "done", gettext_lazy("Delivered")
    MERGED = "merged", gettext_lazy("Told with the one before")
    DROPPED = "dropped", gettext_lazy("Given up")


class Delivery(models.Model):
    """One event for one webhook. In line by the team's version at which it happened, which is the order of commits."""

    pk = models.CompositePrimaryKey("team_id", "id")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    id = models.BigIntegerField(default=next_id)
    webhook = models.BigIntegerField()  # Webhook.id
    version = models.BigIntegerField()
    event = models.CharField(max_length=20)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=DeliveryState, default=DeliveryState.WAITING)
    progress = models.CharField(max_length=60, blank=True)  # of several messages, the last that arrived
    messages = models.PositiveIntegerField(default=0)  # how many arrived
    attempts = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, blank=True)  # the last answer: its status and a line

    class Meta:
        indexes = (
            models.Index(
                fields=("team", "webhook", "version", "id"),
                name="delivery_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=("team", "webhook", "-id"), name="delivery_log"),
        )

    def __str__(self) -> str:
        return self.event

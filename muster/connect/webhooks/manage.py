"""A team's webhooks: add, change, a new secret, a test, send again, switch off."""

from __future__ import annotations

import base64
import logging
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from muster.connect import outbox
from muster.connect.models import Delivery, DeliveryState, Webhook
from muster.connect.sealed import seal
from muster.connect.webhooks.reach import OutOfBounds, parts_of
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import listed
from muster.teams import audit
from muster.teams.models import Team, User

log = logging.getLogger(__name__)

BOTH_VALID = timedelta(days=1)
MOST = 20

# Sent with `webhook`, in the transaction that switches it off because nothing arrived for three days.
switched_off = Signal()


class IsOff(Exception):  # noqa: N818  says what it is
    """The webhook is off: nothing is sent to it."""


def add(team: Team, by: User, *, url: str, events: Iterable[str], enabled: bool = True) -> tuple[Webhook, str]:
    """Add a webhook; return it and its secret, which is never shown again. Raises ValidationError."""
    if Webhook.objects.filter(team=team).count() >= MOST:
        raise ValidationError(
            {"url": _("A team has up to {most} webhooks. Delete one that is not needed any more.", most=MOST)}
        )
    secret = new_secret()
    webhook = Webhook(team=team, url=checked_url(url), events=checked_events(events), enabled=enabled)
    webhook.secret = seal(secret)
    with transaction.atomic():
        webhook.save()
        audit.record(team, by, "webhook-added", url=webhook.url, events=", ".join(webhook.events))
    return webhook, secret


def change(
    webhook: Webhook,
    by: User,
    *,
    url: str | None = None,
    events: Iterable[str] | None = None,
    enabled: bool | None = None,
) -> Webhook:
    """Change what is given. Switched on again, it begins with what happens from now on. Raises ValidationError."""
    before = _as_logged(webhook)
    webhook.url = webhook.url if url is None else checked_url(url)
    webhook.events = webhook.events if events is None else checked_events(events)
    webhook.enabled = webhook.enabled if enabled is None else enabled
    now = _as_logged(webhook)
    changed = {key: [before[key], value] for key, value in now.items() if before[key] != value}
    with transaction.atomic():
        if "enabled" in changed:
            _begin_anew(webhook)
        webhook.save()
        if changed:
            audit.record(webhook.team, by, "webhook-changed", id=webhook.pk, **changed)
    return webhook


def _as_logged(webhook: Webhook) -> dict[str, Any]:
    return {"url": webhook.url, "events": ", ".join(webhook.events), "enabled": webhook.enabled}


def _begin_anew(webhook: Webhook) -> None:
    webhook.attempts, webhook.failing_since, webhook.off_because = 0, None, ""
    webhook.off_at = None
    webhook.due_at = timezone.now()
    if not webhook.enabled:
        _drop_waiting(webhook)


def renew_secret(webhook: Webhook, by: User) -> str:
    """Make a new secret; for a day, messages are signed by the old one as well. Return it, shown this once."""
    secret = new_secret()
    webhook.old_secret, webhook.old_secret_until = webhook.secret, timezone.now() + BOTH_VALID
    webhook.secret = seal(secret)
    with transaction.atomic():
        webhook.save(update_fields=["secret", "old_secret", "old_secret_until"])
        audit.record(webhook.team, by, "webhook-secret-renewed", url=webhook.url)
    return secret


def delete(webhook: Webhook, by: User) -> None:
    """Delete a webhook and what was in line for it."""
    with transaction.atomic():
        audit.record(webhook.team, by, "webhook-deleted", url=webhook.url)
        Delivery.objects.filter(team=webhook.team_id, webhook=webhook.pk).delete()
        webhook.delete()


def send_test(webhook: Webhook) -> Delivery:
    """Put a test in line. Raises IsOff."""
    _must_be_on(webhook)
    return outbox.put_one(webhook, outbox.TEST, {"message": "This is a test. Nothing has changed."})


def send_again(webhook: Webhook, delivery: Delivery) -> Delivery:
    """Put what was delivered, or given up, in line once more. Raises IsOff."""
    _must_be_on(webhook)
    return outbox.put_one(webhook, delivery.event, delivery.data)


def _must_be_on(webhook: Webhook) -> None:
    """Sending by hand does not wait for a back-off to end."""
    if not webhook.enabled:
        raise IsOff
    Webhook.objects.filter(pk=webhook.pk).update(due_at=timezone.now())


def switch_off(webhook: Webhook, reason: str) -> None:
    """Give up on a webhook that took nothing for three days: its line goes, and its Admins are told."""
    line = f"Nothing arrived for three days. The last answer was: {reason}"[:200]
    off = {"enabled": False, "off_because": line, "off_at": timezone.now()}
    if Webhook.objects.filter(pk=webhook.pk, enabled=True).update(**off):
        log.warning("webhook %s is switched off: %s", webhook.pk, line)
        _drop_waiting(webhook)
        webhook.off_because = line
        audit.record(webhook.team, None, "webhook-switched-off", url=webhook.url)
        switched_off.send(Webhook, webhook=webhook)


def _drop_waiting(webhook: Webhook) -> None:
    waiting = Delivery.objects.filter(team=webhook.team_id, webhook=webhook.pk, state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.DROPPED, ended_at=timezone.now())


def new_secret() -> str:
    """A secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def checked_url(url: str) -> str:
    """Return an address that may be one of a webhook. Raises ValidationError."""
    try:
        parts_of(url.strip())
    except OutOfBounds as error:
        raise ValidationError({"url": str(error)}) from None
    return url.strip()


def checked_events(events: Iterable[str]) -> list[str]:
    """Return the events that there are, in their order. Raises ValidationError."""
    wanted = set(events)
    if not wanted or wanted - outbox.EVENTS.keys():
        raise ValidationError({"events": _("Choose at least one of {listed}.", listed=listed(outbox.EVENTS))})
    return [each for each in outbox.EVENTS if each in wanted]

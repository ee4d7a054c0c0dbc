"""The mail that says that a webhook was switched off."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone

from muster.connect.models import Webhook
from muster.connect.webhooks.manage import switched_off
from muster.imports.models import Mail
from muster.settings import settings
from muster.teams.models import Role, Team, User

TEXT = """\
{url}

has taken no message of {team} for three days, so Muster has stopped sending to it. What was in line for it is gone.

The last answer: {reason}

When it works again, switch it on, and let what reads there catch up by the feed of changes:
{link}
"""


@receiver(switched_off, sender=Webhook)
def tell_admins(webhook: Webhook, **_: Any) -> None:
    """Put a mail to every Admin of the team into the outbox, in the transaction that switches it off."""
    team, now = webhook.team, timezone.now()
    link = settings().url.rstrip("/") + reverse("webhooks:list", args=[team.slug])
    text = TEXT.format(url=webhook.url, team=team.name, reason=webhook.off_because, link=link)
    mails = [
        Mail(about="webhook", to=address, subject=f"A webhook was switched off ({team.name})", text=text, due_at=now)
        for address in _admins(team)
    ]
    Mail.objects.bulk_create(mails)


def _admins(team: Team) -> list[str]:
    admins = User.objects.filter(memberships__team=team, memberships__role=Role.ADMIN, is_active=True)
    return list(admins.values_list("email", flat=True))

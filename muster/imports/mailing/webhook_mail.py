"""The mail that says that a webhook was switched off."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone, translation

from muster.connect.models import Webhook
from muster.connect.webhooks.manage import switched_off
from muster.core.sentences.language import gettext, gettext_noop
from muster.imports.models import Mail
from muster.settings import settings
from muster.teams.languages.choice import of_user
from muster.teams.models import Membership, Role

TEXT = gettext_noop("""\
{url}

has taken no message of {team} for three days, so Muster has stopped sending to it. What was in line for it is gone.

The last answer: {reason}

When it works again, switch it on, and let what reads there catch up by the feed of changes:
{link}
""")


@receiver(switched_off, sender=Webhook)
def tell_admins(webhook: Webhook, **_: Any) -> None:
    """Put a mail to every Admin of the team into the outbox, in the transaction that switches it off."""
    team, now = webhook.team, timezone.now()
    link = settings().url.rstrip("/") + reverse("webhooks:list", args=[team.slug])
    mails = []
    admins = Membership.objects.filter(team=team, role=Role.ADMIN, user__is_active=True).select_related("user")
    for admin in (each.user for each in admins):
        with translation.override(of_user(admin)):
            text = gettext(TEXT, url=webhook.url, team=team.name, reason=gettext(webhook.off_because), link=link)
            subject = gettext("A webhook was switched off ({team})", team=team.name)
        mails.append(Mail(about="webhook", to=admin.email, subject=subject, text=text, due_at=now))
    Mail.objects.bulk_create(mails)

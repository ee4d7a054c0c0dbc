"""The mail for a forgotten password, in the outbox: the page waits for no mail server."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from muster.imports.models import Mail
from muster.teams.sign_in.adapters import Accounts, mail_waits

ABOUT = "account"


@receiver(mail_waits, sender=Accounts)
def put_in_line(to: str, subject: str, text: str, **_: Any) -> None:
    """Put a mail into the outbox; one to nobody counts as sent."""
    now = timezone.now()
    Mail.objects.create(about=ABOUT, to=to, subject=subject, text=text, due_at=now, sent_at=None if to else now)

"""What is not kept for ever about contacts: the message ids of gateways. History stays for as long as its contact."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from muster.contacts.models import ConsentMessage
from muster.settings import settings


def prune() -> None:
    """Remove what is past its time."""
    ConsentMessage.objects.filter(at__lt=timezone.now() - timedelta(days=settings().message_days)).delete()

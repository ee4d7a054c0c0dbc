"""Covering the number of an erased person in the log of calls. What is delivered to webhooks holds nobody's name."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from muster.connect.models import Call, CallState
from muster.contacts.erase import Person, erasing
from muster.contacts.models import Contact
from muster.core.phones import spellings
from muster.core.sentences.language import gettext_noop


@receiver(erasing, sender=Contact)
def forget_calls(person: Person, **_: Any) -> None:
    """Take number and ContactId out of every call of the person. What waits to be heard is heard first."""
    numbers = {each for number in person.numbers for each in spellings.of(number)}
    ended = Call.objects.filter(team_id=person.team.pk).exclude(state=CallState.WAITING)
    nothing = {"number": "", "contact_id": "", "changed": [], "outcome": gettext_noop("Erased")}
    ended.filter(number__in=numbers).update(**nothing)
    ended.filter(contact_id__in=person.contact_ids).exclude(contact_id="").update(**nothing)

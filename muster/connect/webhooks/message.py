"""The messages of a delivery: what is sent, in which words, under which id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from orjson import dumps
from standardwebhooks import Webhook as Signer

from muster.connect import outbox
from muster.connect.feed import Cursor
from muster.connect.models import Delivery, Webhook
from muster.connect.sealed import unseal
from muster.contacts.models import Change, Contact
from muster.core.consent import numbers_by_channel
from muster.core.fields import CHANNELS
from muster.teams.models import Team, User

AT_A_TIME = 200


class Message(NamedTuple):
    """One thing to send. `id` is the same however often it is tried; `place` is where it stands in its delivery."""

    id: str
    body: bytes
    place: str = ""


def messages(delivery: Delivery) -> Iterator[Message]:
    """Yield what is still to be sent of a delivery, in order."""
    if delivery.event == outbox.CONSENT and "version" in delivery.data:
        yield from _consents(delivery)
    else:
        yield Message(f"msg_{delivery.id}", _body(delivery.event, delivery.at, delivery.team, delivery.data))


def headers(webhook: Webhook, message: Message) -> dict[str, str]:
    """Return the signed headers: by the secret, and for a day after a new one by the old one too."""
    now = timezone.now()
    old = webhook.old_secret if webhook.old_secret_until and webhook.old_secret_until > now else ""
    signers = [Signer(unseal(each)) for each in (webhook.secret, old) if each]
    return {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(each.sign(message.id, now, message.body.decode()) for each in signers),
    }


def _body(event: str, at: datetime, team: Team, data: dict[str, Any]) -> bytes:
    return dumps({"type": event, "timestamp": at.isoformat(), "data": {"team": team.slug, **data}})


def _consents(delivery: Delivery) -> Iterator[Message]:
    """Yield a message for every channel of every change of the version, behind the last that arrived."""
    after, channel = _read_place(delivery.progress)
    changes = outbox.about_consent(Change.objects.filter(team=delivery.team, version=delivery.data["version"]))
    while some := list(changes.filter(id__gte=after).order_by("id")[:AT_A_TIME]):
        for each in _of_changes(delivery, some):
            if _read_place(each.place) > (after, channel):
                yield each
        if len(some) < AT_A_TIME:
            return
        after, channel = some[-1].id + 1, -1


def _read_place(place: str) -> tuple[int, int]:
    """The change and the channel at which a message stands; before all of them at first."""
    change, _, channel = place.partition(".")
    return (int(change), int(channel)) if place else (0, -1)


def _of_changes(delivery: Delivery, changes: list[Change]) -> Iterator[Message]:
    keys = {each.contact for each in changes}
    contacts = {each.id: each for each in Contact.objects.filter(team=delivery.team, id__in=keys)}
    emails = dict(User.objects.filter(id__in={each.by for each in changes}).values_list("id", "email"))
    for change in changes:
        for number, channel in enumerate(CHANNELS):
            state = (change.after or {}).get(channel)
            if state is None or (change.before is None and not state[0]):
                continue
            data = {
                **_who(contacts.get(change.contact), change.contact, channel),
                "channel": channel,
                "opted_out": bool(state[0]),
                "source": state[1],
                "by": emails.get(change.by or 0),
                "import": str(change.import_id) if change.import_id else None,
                "row": change.row,
                "cursor": str(Cursor(change.version, change.id)),
            }
            body = _body(delivery.event, change.at, delivery.team, data)
            yield Message(f"msg_{delivery.id}_{change.id}_{channel}", body, f"{change.id}.{number}")


def _who(contact: Contact | None, key: int, channel: str) -> dict[str, Any]:
    """Whom it is about; of somebody who is gone by now, nothing but that."""
    if contact is None:
        return {"id": str(key), "contact_id": None, "number": None}
    number = numbers_by_channel(contact.mobile_number, contact.whatsapp_number)[channel]
    return {"id": str(key), "contact_id": contact.contact_id, "number": number}

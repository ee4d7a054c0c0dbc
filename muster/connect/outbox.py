"""What other systems are to be told: written in the transaction that changes something, delivered after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.dispatch import receiver
from django.utils import timezone

from muster.connect.feed import Cursor
from muster.connect.models import Delivery, Webhook
from muster.contacts.models import Change
from muster.core.fields import CHANNELS
from muster.core.sentences.language import Words, gettext_noop
from muster.teams.lock import changing
from muster.teams.models import Team

CONTACTS, CONSENT = "contacts.changed", "consent.changed"
FINISHED, UNDONE, FAILED = "import.finished", "import.undone", "import.failed"
TEST = "test"
EVENTS = Words(
    {
        CONTACTS: gettext_noop("Contacts changed: how many, and from where in the feed. At most one a second."),
        CONSENT: gettext_noop("Somebody opted in or out: each, with channel, number and source."),
        FINISHED: gettext_noop("An import is finished."),
        UNDONE: gettext_noop("An import was undone."),
        FAILED: gettext_noop("An import failed, and nothing was saved."),
    }
)
FEW = 1_000  # so many changes are looked through for consent at once; of more, the sender does


def write(team: Team, event: str, data: Mapping[str, Any]) -> None:
    """Put an event in line for every webhook of the team that wants it. `team` is as the transaction sees it."""
    write_each(team, event, [data])


def write_each(team: Team, event: str, many: Sequence[Mapping[str, Any]]) -> None:
    """Put several events of one name in line, in their order."""
    if many:
        _put(_listening(team, event), team, event, *many)


def _put(webhooks: list[Webhook], team: Team, event: str, *many: Mapping[str, Any]) -> list[Delivery]:
    now = timezone.now()
    lines = [
        Delivery(team=team, webhook=each.pk, version=team.version, event=event, data=dict(data), at=now)
        for data in many
        for each in webhooks
    ]
    return Delivery.objects.bulk_create(lines)


def put_one(webhook: Webhook, event: str, data: Mapping[str, Any]) -> Delivery:
    """Put an event in line for one webhook: a test, or one that is to be sent again."""
    return _put([webhook], Team.objects.get(pk=webhook.team_id), event, data)[0]


def _listening(team: Team, *events: str) -> list[Webhook]:
    webhooks = Webhook.objects.filter(team=team, enabled=True)
    return [each for each in webhooks if set(events) & set(each.events)]


@receiver(changing, sender=Team)
def tell_of_changes(team: Team, **_: Any) -> None:
    """Put in line what a change of the team's contacts comes to: a line an event, however many contacts."""
    webhooks = _listening(team, CONTACTS, CONSENT)
    if not webhooks:
        return
    changes = Change.objects.filter(team=team, version=team.version)
    found = changes.aggregate(count=Count("id"), last=Max("id"))
    if not found["count"]:
        return
    told = {
        "after": str(Cursor(team.version, 0)),
        "cursor": str(Cursor(team.version, found["last"])),
        "count": found["count"],
        "sources": sorted(set(changes.order_by().values_list("source", flat=True).distinct())),
        "imports": sorted(str(each) for each in _imports(changes)),
    }
    _put([each for each in webhooks if CONTACTS in each.events], team, CONTACTS, told)
    listening = [each for each in webhooks if CONSENT in each.events]
    if listening and (found["count"] > FEW or about_consent(changes).exists()):
        _put(listening, team, CONSENT, {"version": team.version})


def _imports(changes: QuerySet[Change]) -> QuerySet[Change, Any]:
    return changes.order_by().exclude(import_id=None).values_list("import_id", flat=True).distinct()


def about_consent(changes: QuerySet[Change]) -> QuerySet[Change]:
    """Return those that opted somebody in or out: of new contacts, only those who are out."""
    changed, came_out = Q(), Q()
    for channel in CHANNELS:
        changed |= Q(after__has_key=channel)
        came_out |= Q(**{f"after__{channel}__0": True})
    return changes.filter(Q(before__isnull=False) & changed | Q(before__isnull=True) & came_out)

"""Sends what is in line: for each webhook in order, again and again until it arrives, for three days.

It runs in threads of the worker beside the imports: a slow address holds up itself and nothing else.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from muster.connect import outbox
from muster.connect.bell import BELL, let_go
from muster.connect.models import Delivery, DeliveryState, Webhook
from muster.connect.sealed import Unreadable
from muster.connect.webhooks import manage, message
from muster.connect.webhooks.post import SECONDS, Answer, post
from muster.connect.webhooks.reach import Resolver, look_up

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 2  # where nothing is written: what was put off comes due
AT_ONCE = 8  # webhooks
TURN_SECONDS = 30  # after which a webhook with a long line lets others go first
CLAIM = timedelta(seconds=SECONDS + 5)  # a worker that dies while sending leaves it to another, no sooner than this
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=0.25), timedelta(hours=4)
GIVEN_UP_AFTER = timedelta(days=3)
BETWEEN_CHANGES = timedelta(seconds=1)  # contacts.changed comes no more often


def run(stop: threading.Event, resolve: Resolver = look_up) -> None:
    """Send what is due until told to stop."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="muster-webhooks") as pool:
        while not stop.is_set():
            seen = BELL.count()
            try:
                served = [pool.submit(_serve_and_close, pk, resolve) for pk in list(_due())]
                sent = sum(each.result() for each in served)
            except (OperationalError, InterfaceError) as error:
                log.warning("the database did not answer, webhooks wait: %s", error)
                sent = 0
                connections.close_all()
            let_go()
            if not sent:
                BELL.wait(seen, stop, SECONDS_BETWEEN_LOOKS)


def send_due(resolve: Resolver = look_up) -> int:
    """Send everything that is due now, one webhook after the other; return how many messages arrived."""
    return sum(serve(pk, resolve) for pk in list(_due()))


def _due() -> QuerySet[Webhook, int]:
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    waiting = Delivery.objects.filter(team=OuterRef("team"), webhook=OuterRef("pk"), state=DeliveryState.WAITING)
    return Webhook.objects.filter(free, Exists(waiting), enabled=True, due_at__lte=now).values_list("pk", flat=True)


def _serve_and_close(pk: int, resolve: Resolver) -> int:
    try:
        return serve(pk, resolve)
    finally:
        connections.close_all()


def serve(pk: int, resolve: Resolver = look_up) -> int:
    """Send to one webhook what is in line, for a while; return how many messages arrived."""
    claimed_until = _claim(pk)
    if claimed_until is None:
        return 0
    turn, arrived = _Turn(pk, claimed_until), 0
    ends = time.monotonic() + TURN_SECONDS
    while time.monotonic() < ends and turn.send_next(resolve):
        arrived += 1
    turn.let_go()
    return arrived


def _claim(pk: int) -> datetime | None:
    """Until when the webhook is ours; None when another worker has it."""
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    mine = Webhook.objects.filter(free, pk=pk, enabled=True, due_at__lte=now)
    return now + CLAIM if mine.update(claimed_until=now + CLAIM) else None


class _Turn:
    """One worker's turn at one webhook: it is ours as long as nobody else has moved `claimed_until`."""

    def __init__(self, pk: int, claimed_until: datetime) -> None:
        self.pk, self.claimed_until = pk, claimed_until

    def _mine(self) -> QuerySet[Webhook]:
        return Webhook.objects.filter(pk=self.pk, claimed_until=self.claimed_until)

    def let_go(self) -> None:
        self._mine().update(claimed_until=None)

    def send_next(self, resolve: Resolver) -> bool:
        """Send what is first in line; return whether it arrived."""
        webhook = self._mine().select_related("team").filter(enabled=True).first()
        delivery = webhook and _first(webhook)
        if not webhook or not delivery or self._is_too_soon(webhook, delivery):
            return False
        following = message.messages(delivery)
        now = next(following, None)
        if now is None:
            delivery.delete()  # nobody was opted in or out after all
            return True
        try:
            answer = post(webhook.url, now.body, message.headers(webhook, now), resolve)
        except Unreadable:
            answer = Answer(ok=False, line="its secret cannot be read: make a new one")
        is_last = next(following, None) is None
        return (
            self._arrived(webhook, delivery, now, answer, is_last=is_last)
            if answer.ok
            else self._failed(webhook, delivery, answer)
        )

    def _is_too_soon(self, webhook: Webhook, delivery: Delivery) -> bool:
        """contacts.changed waits for its second, and then speaks for all that were in line by then."""
        if delivery.event != outbox.CONTACTS or delivery.attempts:
            return False
        due = (webhook.changes_told_at or webhook.created_at) + BETWEEN_CHANGES
        if webhook.changes_told_at and due > timezone.now():
            self._mine().update(due_at=due)
            return True
        merge(delivery)
        return False

    def _arrived(
        self, webhook: Webhook, delivery: Delivery, sent: message.Message, answer: Answer, *, is_last: bool
    ) -> bool:
        now = timezone.now()
        ended = {"state": DeliveryState.DONE, "ended_at": now} if is_last else {}
        told = {"changes_told_at": now} if delivery.event == outbox.CONTACTS else {}
        log.info("webhook %s: %s arrived: %s", webhook.pk, delivery.event, answer.line)
        with transaction.atomic():
            is_ours = self._mine().update(
                claimed_until=now + CLAIM, due_at=now, attempts=0, failing_since=None, off_because="", **told
            )
            self.claimed_until = now + CLAIM
            _same(delivery).update(
                progress=sent.place, messages=F("messages") + 1, attempts=F("attempts") + 1, answer=answer.line, **ended
            )
        return bool(is_ours)

    def _failed(self, webhook: Webhook, delivery: Delivery, answer: Answer) -> bool:
        now, attempts = timezone.now(), webhook.attempts + 1
        since = webhook.failing_since or now
        wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)
        log.info("webhook %s: %s, again in %s", webhook.pk, answer.line, wait)
        with transaction.atomic():
            _same(delivery).update(attempts=F("attempts") + 1, answer=answer.line)
            self._mine().update(due_at=now + wait, attempts=attempts, failing_since=since)
            if now - since >= GIVEN_UP_AFTER:
                manage.switch_off(webhook, answer.line)
        return False


def _first(webhook: Webhook) -> Delivery | None:
    waiting = Delivery.objects.filter(team=webhook.team_id, webhook=webhook.pk, state=DeliveryState.WAITING)
    first = waiting.order_by("version", "id").first()
    if first:
        first.team = webhook.team
    return first


def _same(delivery: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.filter(team=delivery.team_id, id=delivery.id)


def merge(first: Delivery) -> None:
    """Let the first contacts.changed in line, which was never sent, speak for the others."""
    waiting = Delivery.objects.filter(
        team=first.team_id, webhook=first.webhook, state=DeliveryState.WAITING, event=outbox.CONTACTS, attempts=0
    )
    others = list(waiting.exclude(id=first.id).order_by("version", "id"))
    if not others:
        return
    for each in others:
        first.data["cursor"] = each.data["cursor"]
        first.data["count"] += each.data["count"]
        for key in ("sources", "imports"):
            first.data[key] = sorted({*first.data[key], *each.data[key]})
    with transaction.atomic():
        _same(first).update(data=first.data)
        waiting.filter(id__in=[each.id for each in others]).update(state=DeliveryState.MERGED, ended_at=timezone.now())

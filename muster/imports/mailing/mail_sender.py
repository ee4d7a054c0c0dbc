"""Sends the mails of the outbox, in a thread of the worker beside its imports: a slow mail server holds up mails alone.

A mail that is refused is tried again later, ever less often. A server that does not answer is left alone for a while,
and with it all mails: each would wait as long for the same.
"""

from __future__ import annotations

import logging
import smtplib
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives
from django.db import InterfaceError, OperationalError, connections
from django.db.models import QuerySet
from django.utils import timezone

from muster.connect.bell import BELL, let_go
from muster.imports.mailing.account_mail import ABOUT
from muster.imports.models import Mail

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 4  # where nothing is written: what was put off comes due
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=4)
CLAIMED_FOR = timedelta(minutes=5)  # a worker that dies while sending leaves the mail to another, no sooner than this
MOST_ATTEMPTS = 30
SHORTEST_REST, LONGEST_REST = 5.0, 300.0  # seconds that a server is left alone
AWAY = (
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
)


@dataclass(slots=True)
class Breaker:
    """Leaves a mail server alone that does not answer, for a moment at first, then ever longer."""

    failures: int = 0
    rests_until: float = 0.0

    def is_open(self) -> bool:
        """Whether the server is left alone now."""
        return time.monotonic() < self.rests_until

    def failed(self) -> None:
        """It did not answer."""
        rest = min(SHORTEST_REST * 2**self.failures, LONGEST_REST)
        self.failures = min(self.failures + 1, 20)
        self.rests_until = time.monotonic() + rest
        log.warning("the mail server did not answer: mails wait for %s s", round(rest))

    def answered(self) -> None:
        """It answers."""
        if self.failures:
            log.info("the mail server answers again")
        self.failures, self.rests_until = 0, 0.0


def run(stop: threading.Event) -> None:
    """Send what is due until told to stop."""
    breaker = Breaker()
    while not stop.is_set():
        seen = BELL.count()
        try:
            sent = send_due(breaker, stop)
        except (OperationalError, InterfaceError) as error:
            log.warning("the database did not answer, mails wait: %s", error)
            sent = 0
            connections.close_all()
        let_go()
        if not sent:
            BELL.wait(seen, stop, SECONDS_BETWEEN_LOOKS)


def send_due(breaker: Breaker | None = None, stop: threading.Event | None = None) -> int:
    """Send every mail that is due, as long as the server answers; return how many were sent."""
    breaker, sent = breaker or Breaker(), 0
    while not breaker.is_open() and not (stop and stop.is_set()):
        mail = _due(timezone.now()).first()
        if mail is None:
            break
        if claim(mail, timezone.now()):
            sent += _send(mail, breaker)
    return sent


def _due(now: datetime) -> QuerySet[Mail]:
    return Mail.objects.filter(sent_at=None, due_at__lte=now, attempts__lt=MOST_ATTEMPTS).order_by("due_at", "pk")


def claim(mail: Mail, now: datetime) -> bool:
    """Whether the mail is ours to send: of several workers, the database lets one through."""
    mine = Mail.objects.filter(pk=mail.pk, sent_at=None, due_at=mail.due_at)
    mail.attempts += 1
    return bool(mine.update(due_at=now + CLAIMED_FOR, attempts=mail.attempts))


def _send(mail: Mail, breaker: Breaker) -> bool:
    try:
        _message(mail).send()
    except (OSError, ValueError) as error:  # SMTPException is an OSError; ValueError: an address that cannot be written
        wait = min(FIRST_WAIT * 2 ** (mail.attempts - 1), LONGEST_WAIT)
        log.warning("mail %s not sent, again in %s: %s", mail.pk, wait, error)
        _keep(mail, due_at=timezone.now() + wait, last_error=str(error)[:1000])
        breaker.failed() if _is_away(error) else breaker.answered()
        return False
    breaker.answered()
    forgotten = {"text": "", "html": ""} if mail.about == ABOUT else {}  # the link opens the account
    _keep(mail, sent_at=timezone.now(), last_error="", **forgotten)
    log.info("mail %s is sent", mail.pk)
    return True


def _message(mail: Mail) -> EmailMultiAlternatives:
    domain = django_settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    headers = {"Message-ID": f"<import-{mail.of_id}-{mail.pk}@{domain}>", "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _is_away(error: Exception) -> bool:
    """Whether it is the server, and not this mail."""
    return isinstance(error, AWAY) or (isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException))


def _keep(mail: Mail, **values: Any) -> None:
    """Keep what came of a mail, also when an import holds the database for minutes: it must not be sent twice."""
    ends = time.monotonic() + CLAIMED_FOR.total_seconds()
    while True:
        try:
            Mail.objects.filter(pk=mail.pk).update(**values)
        except OperationalError:
            if time.monotonic() >= ends:
                raise
            let_go()  # it may be the connection that is dead
            time.sleep(0.1)
        else:
            return

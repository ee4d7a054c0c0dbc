"""The mails of an import: written where the import ends, sent after that, each once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

import css_inline
from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone

from muster.core import errors
from muster.core.opt_outs import LEFT_OUT
from muster.core.outcome import Cause, Outcome
from muster.imports.models import Import, Mail
from muster.settings import settings

log = logging.getLogger(__name__)

FINISHED, FAILED = "finished", "failed"
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=4)
CLAIMED_FOR = timedelta(minutes=5)  # a worker that dies while sending leaves the mail to another, no sooner than this
MOST_ATTEMPTS = 30


def write_mails(imp: Import, outcome: Outcome, at: datetime) -> None:
    """Put the mails that say what came of an import into the outbox. They stand in the caller's transaction."""
    totals = outcome.totals
    saved = totals["created"] + totals["updated"] + totals["unchanged"]
    subject = f"Import finished: {saved:,} saved, {totals['failed']:,} left out ({imp.team.name})"
    causes = [_cause(each) for each in outcome.causes]
    opt_outs = outcome.note_counts.get(LEFT_OUT, 0)
    _write(
        imp, FINISHED, subject, at, saved=saved, totals=totals, causes=causes, differs=imp.differs, opt_outs=opt_outs
    )


def write_failure(imp: Import, at: datetime) -> None:
    """Put the mails that say that nothing was saved into the outbox."""
    _write(imp, FAILED, f"Import failed: nothing was saved ({imp.team.name})", at, why=imp.failure)


def prepare() -> None:
    """Read the templates once: no file is read inside a transaction."""
    for about in (FINISHED, FAILED):
        for kind in ("txt", "html"):
            get_template(f"mail/import_{about}.{kind}")
    get_template("mail/frame.html")


def _write(imp: Import, about: str, subject: str, at: datetime, **facts: Any) -> None:
    link = settings().url.rstrip("/") + reverse("imports:show", args=[imp.team.slug, imp.pk])
    by = imp.by.name if imp.by else ""
    said = {"subject": subject, "name": str(imp), "team": imp.team.name, "by": by, "when": at, "link": link}
    text = get_template(f"mail/import_{about}.txt").render({**said, **facts})
    html = css_inline.inline(get_template(f"mail/import_{about}.html").render({**said, **facts}))
    mails = [
        Mail(of=imp, about=about, to=address, subject=subject[:255], text=text, html=html, due_at=at)
        for address in _addresses(imp)
    ]
    Mail.objects.bulk_create(mails, ignore_conflicts=True)


def _addresses(imp: Import) -> Iterable[str]:
    """Whoever imported, and the team's extra addresses; each once, whatever its case."""
    addresses = ([imp.by.email] if imp.by else []) + list(imp.team.notify)
    return {address.casefold(): address for address in reversed(addresses)}.values()


def _cause(cause: Cause) -> dict[str, Any]:
    guide = settings().url.rstrip("/") + reverse("guide") + f"#{cause.code}"
    return {"title": errors.title(cause.code, cause.field), "count": cause.count, "rows": _rows(cause), "guide": guide}


def _rows(cause: Cause) -> str:
    if not cause.rows:
        return "the file"
    more = cause.count - len(cause.rows)
    listed = ", ".join(str(row) for row in cause.rows)
    return ("row " if cause.count == 1 else "rows ") + listed + (f" and {more:,} more" if more else "")


def send_due() -> int:
    """Send every mail that is due; return how many were. What fails is tried again later, ever less often."""
    now, sent = timezone.now(), 0
    for mail in Mail.objects.filter(sent_at=None, due_at__lte=now, attempts__lt=MOST_ATTEMPTS).order_by("due_at")[:50]:
        if claim(mail, now):
            sent += _send(mail)
    return sent


def claim(mail: Mail, now: datetime) -> bool:
    """Whether the mail is ours to send: of several workers, the database lets one through."""
    mine = Mail.objects.filter(pk=mail.pk, sent_at=None, due_at=mail.due_at)
    mail.attempts += 1
    return bool(mine.update(due_at=now + CLAIMED_FOR, attempts=mail.attempts))


def _send(mail: Mail) -> bool:
    domain = django_settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    headers = {"Message-ID": f"<import-{mail.of_id}-{mail.pk}@{domain}>", "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except (SMTPException, OSError, ValueError) as error:  # ValueError: an address that cannot be written
        wait = min(FIRST_WAIT * 2 ** (mail.attempts - 1), LONGEST_WAIT)
        log.warning("mail %s not sent, again in %s: %s", mail.pk, wait, error)
        Mail.objects.filter(pk=mail.pk).update(due_at=timezone.now() + wait, last_error=str(error)[:1000])
        return False
    Mail.objects.filter(pk=mail.pk).update(sent_at=timezone.now(), last_error="")
    return True

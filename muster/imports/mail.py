"""The mails of an import: written into the outbox where the import ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import css_inline
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone

from muster.core import errors
from muster.core.outcome import Cause, Outcome
from muster.core.problems import LEFT_OUT
from muster.imports.models import Import, Mail
from muster.settings import settings
from muster.teams.zones import zone_of

FINISHED, FAILED, REFUSED = "finished", "failed", "refused"
MOST_REASONS = 10


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


def write_refusal(imp: Import, at: datetime) -> None:
    """Put the mails into the outbox that say why a file was not imported after all."""
    reasons = list(dict.fromkeys(map(_reason, imp.summary["problems"])))[:MOST_REASONS]
    _write(imp, REFUSED, f"Not imported: the file has problems ({imp.team.name})", at, reasons=reasons)


def _reason(problem: Mapping[str, Any]) -> str:
    """What is wrong with a file, without a word of the file itself."""
    is_ours = problem["code"] == "header-missing"  # it names fields of the team
    return str(problem["message"]) if is_ours else errors.title(problem["code"], problem["field"])


def prepare() -> None:
    """Read the templates once: no file is read inside a transaction."""
    for about in (FINISHED, FAILED, REFUSED):
        for kind in ("txt", "html"):
            get_template(f"mail/import_{about}.{kind}")
    get_template("mail/frame.html")


def _write(imp: Import, about: str, subject: str, at: datetime, **facts: Any) -> None:
    link = settings().url.rstrip("/") + reverse("imports:show", args=[imp.team.slug, imp.pk])
    by = imp.by.name if imp.by else ""
    said = {"subject": subject, "name": str(imp), "team": imp.team.name, "by": by, "when": at, "link": link}
    with timezone.override(zone_of(imp.team)):  # of the team: a mail has many readers
        text = get_template(f"mail/import_{about}.txt").render({**said, **facts})
        html = css_inline.inline(get_template(f"mail/import_{about}.html").render({**said, **facts}))
    Mail.objects.filter(of=imp, about=about).delete()  # of an earlier try, which ended the same way
    mails = [
        Mail(of=imp, about=about, to=address, subject=subject[:255], text=text, html=html, due_at=at)
        for address in _addresses(imp)
    ]
    Mail.objects.bulk_create(mails)


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

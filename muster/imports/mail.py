"""The mails of an import: written into the outbox where the import ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import css_inline
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation

from muster.core import errors
from muster.core.outcome import Cause, Outcome
from muster.core.problems import LEFT_OUT
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import listed, ngettext
from muster.imports.models import Import, Mail
from muster.settings import settings
from muster.teams.languages.choice import of_address, of_user
from muster.teams.zones import zone_of

FINISHED, FAILED, REFUSED = "finished", "failed", "refused"
MOST_REASONS = 10


def write_mails(imp: Import, outcome: Outcome, at: datetime) -> None:
    """Put the mails that say what came of an import into the outbox. They stand in the caller's transaction."""
    totals = outcome.totals
    saved = totals["created"] + totals["updated"] + totals["unchanged"]
    opt_outs = outcome.note_counts.get(LEFT_OUT, 0)

    def said() -> dict[str, Any]:
        facts = {"saved": saved, "left_out": totals["failed"], "team": imp.team.name}
        return {
            "subject": _("Import finished: {saved:,} saved, {left_out:,} left out ({team})", **facts),
            "causes": [_cause(each) for each in outcome.causes],
        }

    _write(imp, FINISHED, at, said, saved=saved, totals=totals, differs=imp.differs, opt_outs=opt_outs)


def write_failure(imp: Import, at: datetime) -> None:
    """Put the mails that say that nothing was saved into the outbox."""

    def said() -> dict[str, Any]:
        return {"subject": _("Import failed: nothing was saved ({team})", team=imp.team.name), "why": imp.why}

    _write(imp, FAILED, at, said)


def write_refusal(imp: Import, at: datetime) -> None:
    """Put the mails into the outbox that say why a file was not imported after all."""

    def said() -> dict[str, Any]:
        reasons = list(dict.fromkeys(map(_reason, imp.summary["problems"])))[:MOST_REASONS]
        subject = _("Not imported: the file has problems ({team})", team=imp.team.name)
        return {"subject": subject, "reasons": reasons}

    _write(imp, REFUSED, at, said)


def _reason(problem: Mapping[str, Any]) -> str:
    """What is wrong with a file, without a word of the file itself."""
    is_ours = problem["code"] == "header-missing"  # it names fields of the team
    return str(errors.retold(problem)["message"]) if is_ours else errors.title(problem["code"], problem["field"])


def prepare() -> None:
    """Read templates and addresses once: no file is read, and no page's code loaded, inside a transaction."""
    for about in (FINISHED, FAILED, REFUSED):
        for kind in ("txt", "html"):
            get_template(f"mail/import_{about}.{kind}")
    get_template("mail/frame.html")
    _link("any", UUID(int=0))


def _link(team: str, imp: UUID) -> str:
    return settings().url.rstrip("/") + reverse("imports:show", args=[team, imp])


def _write(imp: Import, about: str, at: datetime, said: Callable[[], dict[str, Any]], **facts: Any) -> None:
    """Write a mail to each address, in its language: `said` is asked once in each."""
    link = _link(imp.team.slug, imp.pk)
    by = imp.by.name if imp.by else ""
    facts |= {"name": str(imp), "team": imp.team.name, "by": by, "when": at, "link": link}
    Mail.objects.filter(of=imp, about=about).delete()  # of an earlier try, which ended the same way
    mails = []
    for language, addresses in _by_language(imp).items():
        with timezone.override(zone_of(imp.team)), translation.override(language):  # a mail has many readers
            told = facts | said()
            text = get_template(f"mail/import_{about}.txt").render(told)
            html = css_inline.inline(get_template(f"mail/import_{about}.html").render(told))
        mails += [
            Mail(of=imp, about=about, to=address, subject=told["subject"][:255], text=text, html=html, due_at=at)
            for address in addresses
        ]
    Mail.objects.bulk_create(mails)


def _by_language(imp: Import) -> dict[str, list[str]]:
    """Return the addresses by the language that each is written to in."""
    found: dict[str, list[str]] = {}
    own = of_user(imp.by) if imp.by else ""
    for address in _addresses(imp):
        is_own = imp.by is not None and address.casefold() == imp.by.email.casefold()
        found.setdefault(own if is_own else of_address(address), []).append(address)
    return found


def _addresses(imp: Import) -> Iterable[str]:
    """Whoever imported, and the team's extra addresses; each once, whatever its case."""
    addresses = ([imp.by.email] if imp.by else []) + list(imp.team.notify)
    return {address.casefold(): address for address in reversed(addresses)}.values()


def _cause(cause: Cause) -> dict[str, Any]:
    guide = settings().url.rstrip("/") + reverse("guide") + f"#{cause.code}"
    return {"title": errors.title(cause.code, cause.field), "count": cause.count, "rows": _rows(cause), "guide": guide}


def _rows(cause: Cause) -> str:
    if not cause.rows:
        return _("the file")
    more = cause.count - len(cause.rows)
    rows = listed(cause.rows)
    if more:
        return _("rows {listed} and {more:,} more", listed=rows, more=more)
    return ngettext("row {listed}", "rows {listed}", cause.count, listed=rows)

"""The files one can download from Contacts: an export of contacts, and an audience."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import reverse
from django.views.decorators.http import require_GET

from muster.contacts import audience as audiences
from muster.contacts import export as exports
from muster.contacts.models import Contact
from muster.contacts.pages.list_query import asked_of
from muster.core.sentences.language import gettext as _
from muster.teams import audit
from muster.teams.access import Access, admin, member
from muster.teams.models import Team
from muster.teams.pages.errors import too_large
from muster.teams.whole_file import whole_file, whole_workbook
from muster.workbooks.book import TooLarge


@require_GET
@admin
def export(request: HttpRequest, who: Access) -> HttpResponse:
    """All contacts that the list would show, in the template's columns."""
    asked = asked_of(request, who)
    chosen = exports.contacts(who.team, asked.typed, asked.filters)
    audit.record(who.team, who.user, "exported", contacts=chosen.count())
    return csv_response(exports.as_csv(who.team, chosen), f"{who.team.slug}-contacts")


@require_GET
@admin
def workbook(request: HttpRequest, who: Access) -> HttpResponse:
    """The same contacts as a workbook."""
    asked = asked_of(request, who)
    chosen = exports.contacts(who.team, asked.typed, asked.filters)
    audit.record(who.team, who.user, "exported", contacts=chosen.count())
    try:
        return workbook_response(who.team, chosen)
    except TooLarge as reason:
        csv = f"{reverse('contacts:export', args=[who.team.slug])}?{asked.query()}"
        return too_large(request, reason, csv)


@require_GET
@member
def audience(request: HttpRequest, who: Access) -> HttpResponse:
    """Everybody who can be reached, for a sender."""
    asked = asked_of(request, who)
    if asked.filters.reach is None:
        return HttpResponseBadRequest(_("Choose a channel first: reach=text, whatsapp or whatsapp_marketing."))
    if asked.unavailable:
        return HttpResponseBadRequest(asked.unavailable)
    found = audiences.audience(
        who.team, asked.filters.reach, typed=asked.typed, filters=asked.filters, mine=asked.mine, send_as=asked.send_as
    )
    audit.record(who.team, who.user, "exported", audience=asked.filters.reach)
    return csv_response(audiences.as_csv(found.everybody()), f"{who.team.slug}-audience")


def workbook_response(team: Team, chosen: QuerySet[Contact]) -> HttpResponse:
    """Return contacts as a workbook to be saved. Raises TooLarge."""
    name = f"{team.slug}-contacts-{datetime.now(UTC):%Y-%m-%d}.xlsx"
    return whole_workbook(lambda file: exports.write_workbook(file, team, chosen), name)  # type: ignore[return-value]


def csv_response(lines: Iterator[str], name: str) -> HttpResponse:
    """Return a CSV file to be saved, with the day in its name."""
    return whole_file(lines, f"{name}-{datetime.now(UTC):%Y-%m-%d}.csv")  # type: ignore[return-value]  # to Django's types

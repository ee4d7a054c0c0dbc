"""The downloads of Contact Import, as CSV and as workbooks: templates, rows to fix, what changed, the original."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from muster.contacts.schema import schema_of
from muster.core.fields import template_headers
from muster.core.problems import BadFile
from muster.core.sentences.language import gettext as _
from muster.core.table.csv_text import csv_text
from muster.imports import row_results
from muster.imports.models import Content, Import
from muster.imports.pages.draft_page import find
from muster.imports.store import blobs
from muster.teams.access import Access, admin
from muster.teams.pages.errors import too_large
from muster.teams.whole_file import whole_file, whole_workbook
from muster.workbooks.book import TooLarge
from muster.workbooks.template import write_template


@require_GET
@admin
def template(request: HttpRequest, who: Access) -> HttpResponse:
    """Download a template: the header row, as UTF-8 with a byte-order mark, so that Excel shows accents."""
    headers = template_headers(schema_of(who.team), only_required=_only_required(request))
    return _download(csv_text([headers]), f"{_template_name(request, who)}.csv")


@require_GET
@admin
def template_workbook(request: HttpRequest, who: Access) -> HttpResponse:
    """Download a template that keeps ids and numbers as typed, offers lists, and explains its columns."""
    only_required, schema = _only_required(request), schema_of(who.team)

    def write(file: IO[bytes]) -> None:
        write_template(file, schema, only_required=only_required)

    return whole_workbook(write, f"{_template_name(request, who)}.xlsx")  # type: ignore[return-value]


@require_GET
@admin
def rows_to_fix(request: HttpRequest, who: Access, pk: UUID) -> HttpResponse:
    """Download the rows that were, or would be, left out: as last edited, with what to do about each."""
    imp = _with_rows(who, pk)
    try:
        return _download(row_results.rows_to_fix(imp), _("rows to fix of {stem}.csv", stem=_stem(imp)))
    except BadFile as bad:
        raise Http404("The file is refused: it has no rows yet") from bad


@require_GET
@admin
def fix_workbook(request: HttpRequest, who: Access, pk: UUID) -> HttpResponse:
    """Download the rows that were, or would be, left out, with what is wrong in each cell."""
    imp = _with_rows(who, pk)
    name = _("rows to fix of {stem}.xlsx", stem=_stem(imp))
    try:
        return whole_workbook(lambda file: row_results.write_rows_to_fix(file, imp), name)  # type: ignore[return-value]
    except BadFile as bad:
        raise Http404("The file is refused: it has no rows yet") from bad
    except TooLarge as reason:
        return too_large(request, reason, reverse("imports:rows_to_fix", args=[who.team.slug, imp.pk]))


@require_GET
@admin
def changes(request: HttpRequest, who: Access, pk: UUID) -> HttpResponse:
    """Download what the import changed, value by value."""
    imp = find(who, pk)
    if not row_results.is_done(imp):
        raise Http404("Nothing has been changed yet")
    return _download(row_results.changes_csv(imp), _("changes by {stem}.csv", stem=_stem(imp)))


@require_GET
@admin
def original(request: HttpRequest, who: Access, pk: UUID) -> HttpResponse:
    """Download the file as it was uploaded."""
    imp = find(who, pk)
    if not blobs.is_kept(imp, Content.Part.ORIGINAL):
        raise Http404("The original has been removed")
    return _download(blobs.pieces(imp, Content.Part.ORIGINAL), imp.filename or _("pasted rows.txt"))


def _with_rows(who: Access, pk: UUID) -> Import:
    imp = find(who, pk)
    if imp.state in row_results.HAS_NO_ROWS:
        raise Http404("It has not come to rows that were left out")
    return imp


def _only_required(request: HttpRequest) -> bool:
    return request.GET.get("columns") == "required"


def _template_name(request: HttpRequest, who: Access) -> str:
    return f"{who.team.slug}-{'required' if _only_required(request) else 'all'}-fields"


def _stem(imp: Import) -> str:
    return (imp.filename or _("pasted rows")).rsplit(".", 1)[0]


def _download(data: Iterable[str | bytes], name: str) -> HttpResponse:
    return whole_file(data, name)  # type: ignore[return-value]  # a file is no HttpResponse to Django's types

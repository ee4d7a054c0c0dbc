"""Downloads of Contact Import as workbooks: the templates, and the rows to fix."""

from __future__ import annotations

from typing import IO
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from muster.contacts.schema import schema_of
from muster.core.problems import BadFile
from muster.imports import row_results
from muster.imports.models import State
from muster.imports.pages.draft_page import find
from muster.teams.access import Access, admin
from muster.teams.pages.errors import too_large
from muster.teams.whole_file import whole_workbook
from muster.workbooks.book import TooLarge
from muster.workbooks.template import write_template


@require_GET
@admin
def template(request: HttpRequest, who: Access) -> HttpResponse:
    """Download a template that keeps ids and numbers as typed, offers lists, and explains its columns."""
    only_required, schema = request.GET.get("columns") == "required", schema_of(who.team)

    def write(file: IO[bytes]) -> None:
        write_template(file, schema, only_required=only_required)

    name = f"{who.team.slug}-{'required' if only_required else 'all'}-fields.xlsx"
    return whole_workbook(write, name)  # type: ignore[return-value]  # a file is no HttpResponse to Django's types


@require_GET
@admin
def rows_to_fix(request: HttpRequest, who: Access, pk: UUID) -> HttpResponse:
    """Download the rows that were, or would be, left out, with what is wrong in each cell."""
    imp = find(who, pk)
    if imp.state in (State.CHECKING, State.FAILED, State.CANCELLED):
        raise Http404("It has not come to rows that were left out")
    name = f"rows to fix of {(imp.filename or 'pasted rows').rsplit('.', 1)[0]}.xlsx"
    try:
        return whole_workbook(lambda file: row_results.write_rows_to_fix(file, imp), name)  # type: ignore[return-value]
    except BadFile as bad:
        raise Http404("The file is refused: it has no rows yet") from bad
    except TooLarge as reason:
        return too_large(request, reason, reverse("imports:rows_to_fix", args=[who.team.slug, imp.pk]))

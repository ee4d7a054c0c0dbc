"""One import, whatever state it is in: the preview, what keeps the file from being imported, progress, the result."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from muster.contacts.schema import schema_of
from muster.core.checking import check
from muster.core.fields import options_from_json
from muster.core.problems import BadFile, Problem
from muster.core.sentences.language import gettext as _
from muster.imports import run
from muster.imports.draft.draft import Draft
from muster.imports.draft.sample import first_rows
from muster.imports.models import Import, State
from muster.imports.pages.columns import refused_page
from muster.imports.pages.draft_page import find, on_import
from muster.imports.pages.result import result_page
from muster.imports.pages.review import large_page, review_page
from muster.imports.progress import progress_json, progress_page
from muster.imports.store.seen import Changed
from muster.teams.access import Access, admin

LONGEST_TITLE, LONGEST_NOTE = 100, 500


@require_GET
@admin
def show(request: HttpRequest, who: Access, pk: UUID) -> HttpResponse:
    """Show one import, whatever state it is in: the preview, the file's problems, its progress, its result."""
    imp = find(who, pk)
    if imp.state in (State.READY, State.REFUSED):
        return _draft_page(request, who, imp)
    if imp.state in (State.CHECKING, State.WAITING, State.IMPORTING):
        return render(request, "imports/progress.html", progress_page(imp))
    return render(request, "imports/result.html", result_page(imp, request.GET))


@require_GET
@admin
def progress(request: HttpRequest, who: Access, pk: UUID) -> HttpResponse:
    """Say how far an import is, for the page that asks every second."""
    return JsonResponse(progress_json(find(who, pk)))


@require_POST
@on_import(*State)
def name(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Give an import a name and a note, for the history; blank: as its file is called."""
    said = {key: " ".join(request.POST.get(key, "").replace("\0", "").split()) for key in ("title", "note")}
    Import.objects.filter(pk=imp.pk).update(title=said["title"][:LONGEST_TITLE], note=said["note"][:LONGEST_NOTE])
    messages.success(request, _("Name and note are saved."))
    return redirect("imports:show", who.team.slug, imp.pk)


def _draft_page(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Show the preview, or what keeps the file from being imported."""
    try:
        if not imp.is_small:
            return _large_page(request, who, imp)
        found = Draft.of(imp)
    except BadFile as bad:
        if imp.state == State.READY:  # a field was deleted meanwhile, say
            run.look_anew(imp)
        return refused_page(request, who, imp, bad.problems)
    if imp.state == State.REFUSED:  # a field was added meanwhile
        run.settle(imp)
    return render(request, "imports/review.html", review_page(found, request.GET))


def _large_page(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Show a draft that the worker has looked at: what it saw, or what keeps the file from being imported."""
    if imp.state == State.REFUSED:
        return refused_page(request, who, imp, _wrong_with_header(who, imp), imp.summary.get("problems", ()))
    try:
        return render(request, "imports/review.html", large_page(imp, request.GET))
    except Changed:
        imp.refresh_from_db()
        return render(request, "imports/progress.html", progress_page(imp))


def _wrong_with_header(who: Access, imp: Import) -> tuple[Problem, ...]:
    """Return what is wrong with a large file as far as its first rows tell, so that it can be answered."""
    schema, options = schema_of(who.team), options_from_json(imp.options)
    try:
        check(first_rows(imp, schema, options), schema, options)
    except BadFile as bad:
        return bad.problems
    return ()

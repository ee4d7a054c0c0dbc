"""The points of no easy return: confirming an import, stopping it, undoing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from muster.core.fields import options_from_json
from muster.imports import left_out, run, undo
from muster.imports.draft.consequences import Consequences, consequences
from muster.imports.draft.draft import Draft
from muster.imports.models import Import, State
from muster.imports.pages.draft_page import about, on_import, revised, too_late
from muster.teams.access import Access

CAN_STOP = (State.CHECKING, State.READY, State.REFUSED, State.WAITING)
NAMES_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@on_import(*State)
def confirm(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Show what the import will do and to whom, or put it into the queue. Confirming twice imports once."""
    if imp.state == State.FAILED and request.method == "POST":
        return _start(request, who, imp)
    if imp.state != State.READY:
        return redirect("imports:show", who.team.slug, imp.pk)
    told = consequences(Draft.of(imp))
    if request.method != "POST" or not told.ready:
        return render(request, "imports/confirm.html", _confirm_page(imp, told))
    keeps = request.POST.get("opt_back_in") == "keep"
    if told.opted_back_in and not keeps and "permission" not in request.POST:
        page = {**_confirm_page(imp, told), "needs_permission": True}
        return render(request, "imports/confirm.html", page, status=422)
    if keeps and options_from_json(imp.options).opt_back_in != "keep":
        revised(request, who, imp, opt_back_in="keep")
    return _start(request, who, imp)


def _confirm_page(imp: Import, told: Consequences) -> dict[str, Any]:
    people = told.opted_back_in
    return {
        **about(imp),
        "told": told,
        "left_out_opt_outs": left_out.count(run.summed_up(imp)),
        "opt_outs_shown": left_out.shown(imp),
        "people": people[:NAMES_SHOWN],
        "more_people": people[NAMES_SHOWN:],
        "values_cleared": told.values_cleared.most_common(),
    }


def _start(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    try:
        run.confirm(imp, who.user)
    except run.WrongState:  # confirmed a moment ago, by this person or another: once is enough
        imp.refresh_from_db()
    return redirect("imports:show", who.team.slug, imp.pk)


@require_POST
@on_import(*left_out.MAY_APPLY)
def apply_opt_outs(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Opt out those whom rows that are left out say to have opted out, and change nothing else."""
    done = left_out.apply(run.summed_up(imp), who.user)
    messages.success(request, f"{done:,} opt-out{'' if done == 1 else 's'} applied.")
    return redirect("imports:show", who.team.slug, imp.pk)


@require_POST
@on_import(*CAN_STOP)
def cancel(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Give up a draft, or stop an import that has not begun."""
    was_draft = imp.state in (State.READY, State.REFUSED)
    run.cancel(imp, who.user)
    messages.success(request, f"{'The draft is discarded' if was_draft else 'Stopped'}. Nothing was imported.")
    return redirect("imports:history", who.team.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@on_import(State.DONE)
def undo_import(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Show what undoing would do, or do it."""
    if not undo.can_undo(imp):
        return too_late(request, who, imp)
    if request.method == "POST":
        made = undo.undo(imp, who.user)
        return redirect("imports:show", who.team.slug, made.pk)
    return render(request, "imports/undo.html", {**about(imp), "told": undo.look(imp)})

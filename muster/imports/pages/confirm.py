"""Confirming an import, stopping it, undoing it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from muster.core.cells.whole import whole
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import ngettext
from muster.imports import run, undo
from muster.imports.draft import large, left_out
from muster.imports.draft.consequences import Consequences, consequences, differences
from muster.imports.draft.draft import Draft
from muster.imports.draft.fix_here import fix_here
from muster.imports.models import MAY_APPLY_OPT_OUTS, Edit, Import, MovedOn, State, WrongState, can_undo
from muster.imports.pages.draft_page import about, on_import, revised, too_late
from muster.imports.process import undo_looks
from muster.imports.progress import looking_json
from muster.imports.store import seen
from muster.imports.summary import sum_bar
from muster.teams.access import Access

CAN_STOP = (State.CHECKING, State.READY, State.REFUSED, State.WAITING)
NAMES_SHOWN = 10
EDITS_SHOWN = 5


@require_http_methods(["GET", "HEAD", "POST"])
@on_import(*State)
def confirm(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Show what the import will do and to whom, or put it into the queue. Confirming twice imports once.

    What is confirmed is what was shown: when that has changed meanwhile, the page says how, and asks again.
    """
    if imp.state == State.FAILED and request.method == "POST":
        return _start(request, who, imp)
    if imp.state != State.READY:
        return redirect("imports:show", who.team.slug, imp.pk)
    draft = Draft.of(imp) if imp.is_small else large.first_of(imp)
    told = consequences(draft.reading.checked, draft.verdicts) if imp.is_small else seen.of(imp).told
    if request.method != "POST" or not told.ready:
        return render(request, "imports/confirm.html", _confirm_page(draft, told))
    if since := _changed_since(request.POST, draft, told):
        return render(request, "imports/confirm.html", {**_confirm_page(draft, told), "since": since}, status=409)
    return _confirmed(request, who, draft, told)


def _confirmed(request: HttpRequest, who: Access, draft: Draft, told: Consequences) -> HttpResponse:
    imp, keeps = draft.imp, request.POST.get("opt_back_in") == "keep"
    if told.people and not keeps and "permission" not in request.POST:
        page = {**_confirm_page(draft, told), "needs_permission": True}
        return render(request, "imports/confirm.html", page, status=422)
    if keeps and draft.reading.options.opt_back_in != "keep":
        revised(request, who, imp, draft.look.revision, opt_back_in="keep")
        return _start(request, who, imp, imp.revision)
    return _start(request, who, imp, draft.look.revision)


def _confirm_page(draft: Draft, told: Consequences) -> dict[str, Any]:
    people, (count, opt_outs) = told.opted_back_in, _opt_outs(draft)
    before, shown = draft.imp.previewed.get(run.SHOWN), told.as_shown()  # before: confirmed, and come to something else
    return {
        **about(draft.imp),
        "told": told,
        "to_confirm": draft.look.counts.to_confirm(),
        "sum_bar": sum_bar(draft.look.counts.summed()),
        "left_out_opt_outs": count,
        "opt_outs_shown": opt_outs[:NAMES_SHOWN],
        "shown": json.dumps(shown),
        "since": differences(before, shown) if before else [],
        "people": people[:NAMES_SHOWN],
        "more_people": people[NAMES_SHOWN:],
        "values_cleared": told.values_cleared.most_common(),
    }


def _opt_outs(draft: Draft) -> tuple[int, list[left_out.OptOut]]:
    """Return how many opt-outs rows that are left out have, and whose; of a large draft the first of them."""
    if not draft.imp.is_small:
        return draft.imp.opt_outs_left_out, left_out.shown(draft.imp)
    found = list(left_out.noted(draft.verdicts))
    return sum(len(each.channels) for each in found), found


def _changed_since(posted: QueryDict, draft: Draft, told: Consequences) -> list[str]:
    """Say what is not as the page that was sent had it: consequences, and edits. A form without either says nothing."""
    if "shown" not in posted:
        return []
    said = differences(_shown(posted.get("shown", "")), told.as_shown())
    if whole(posted.get("revision")) == draft.look.revision:
        return said
    edits = Edit.objects.filter(of=draft.imp, id__gt=whole(posted.get("step")) or 0, undone=False)
    last = edits.order_by("-id").only("label", "step", "by__first_name", "by__last_name").select_related("by")
    made = [
        _("{label} (by {name}).", label=each.words, name=each.by.name if each.by else _("somebody"))
        for each in last[:EDITS_SHOWN]
    ]
    return [*said, *made] or [_("The draft was changed, and comes to the same.")]


def _shown(posted: Any) -> dict[str, Any]:
    try:
        shown = json.loads(posted)
    except ValueError:
        return {}
    return shown if isinstance(shown, dict) else {}


def _start(request: HttpRequest, who: Access, imp: Import, revision: int | None = None) -> HttpResponse:
    try:
        run.confirm(imp, who.user, revision)
    except MovedOn:  # edited while the page was made: ask again
        return redirect("imports:confirm", who.team.slug, imp.pk)
    except WrongState:  # confirmed a moment ago, by this person or another: once is enough
        imp.refresh_from_db()
    return redirect("imports:show", who.team.slug, imp.pk)


@require_POST
@on_import(*MAY_APPLY_OPT_OUTS)
def apply_opt_outs(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Opt out those whom rows that are left out say to have opted out, and change nothing else."""
    shown = run.summed_up(imp)
    done = left_out.apply(shown, who.user)
    messages.success(request, ngettext("{count:,} opt-out applied.", "{count:,} opt-outs applied.", done))
    if later := shown.opt_outs_left_out:
        said = ngettext(
            "{count:,} more is of somebody whom this import adds: apply it once the import is done.",
            "{count:,} more are of people whom this import adds: apply them once the import is done.",
            later,
        )
        messages.info(request, said)
    return redirect("imports:show", who.team.slug, imp.pk)


@require_POST
@on_import(State.DONE)
def fix_rows_here(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Open the rows that were left out as a new draft."""
    return redirect("imports:show", who.team.slug, fix_here(imp, who.user).pk)


@require_POST
@on_import(*CAN_STOP)
def cancel(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Give up a draft, or stop an import that has not begun."""
    was_draft = imp.state in (State.READY, State.REFUSED)
    run.cancel(imp, who.user)
    messages.success(
        request,
        _("The draft is discarded. Nothing was imported.") if was_draft else _("Stopped. Nothing was imported."),
    )
    return redirect("imports:history", who.team.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@on_import(State.DONE)
def undo_import(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Show what undoing would do, or do it. Of a large import a worker is asked, and the page says how far that is."""
    if not can_undo(imp):
        return too_late(request, who, imp)
    if request.method == "POST":
        if "look" in request.POST:
            undo_looks.ask(imp)
            return redirect("imports:undo", who.team.slug, imp.pk)
        made = undo.undo(imp, who.user)
        return redirect("imports:show", who.team.slug, made.pk)
    found = undo_looks.preview(imp)
    told = looking_json(found)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse(told)
    template = "imports/undo.html" if found.plan else "imports/undo_looking.html"
    return render(request, template, {**about(imp), "told": found.plan, "found": found, "looking": told})

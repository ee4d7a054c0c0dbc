"""What every page on a draft shares: finding it, saying that somebody was first, going back to the rows shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import update_wrapper
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from muster.core.cells.whole import whole
from muster.core.fields import options_from_json
from muster.core.problems import BadFile
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import gettext_noop, gettext_of
from muster.imports import run, workspace
from muster.imports.draft.draft import moved
from muster.imports.filters import Filter
from muster.imports.models import Edit, Import, MovedOn, State, TooMuch, WrongState
from muster.imports.pages.forms import OPT_BACK_IN, OptionsForm
from muster.teams.access import Access, admin

DRAFT = (State.READY, State.REFUSED)
TOO_MANY_ROWS = gettext_noop(
    "This draft has too many rows to edit them here. Correct the file and upload it again, or use the API."
)


def find(who: Access, pk: UUID) -> Import:
    """Return an import of this team, or raise 404."""
    return get_object_or_404(Import.objects.select_related("team", "created_by", "undoes"), pk=pk, team=who.team)


def on_import(
    *states: State, by_hand: bool = False
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Open a view to the team's Admins while the import is in one of these states; else say that it is too late.

    `by_hand`: it edits rows, which a large draft has too many of.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        def opened(request: HttpRequest, who: Access, **kwargs: Any) -> HttpResponse:
            imp = find(who, kwargs.pop("pk"))
            if imp.state not in states:
                return too_late(request, who, imp)
            if by_hand and not imp.is_small:
                messages.warning(request, gettext_of(TOO_MANY_ROWS))
                return redirect("imports:show", who.team.slug, imp.pk)
            try:
                return view(request, who, imp, **kwargs)
            except (WrongState, MovedOn):
                imp.refresh_from_db()
                return too_late(request, who, imp)
            except TooMuch as much:
                messages.error(request, str(much))
                return back(request, who, imp)
            except BadFile:  # a field was deleted meanwhile, say: it can no longer be imported as it was
                run.look_anew(imp)
                return redirect("imports:show", who.team.slug, imp.pk)

        update_wrapper(opened, view)
        return admin(opened)

    return decorate


def too_late(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Go to the import and say why the step was not taken."""
    if imp.state in DRAFT:
        said = _("This draft has changed since you were shown it. Look at it again, then repeat your step.")
    else:
        said = _("This import can't be changed any more.")
    messages.warning(request, said)
    return redirect("imports:show", who.team.slug, imp.pk)


def back(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Return to the preview, on the rows that were shown."""
    return HttpResponseRedirect(address_of(who, imp, QueryDict(request.POST.get("back", ""))))


def address_of(who: Access, imp: Import, query: QueryDict | None = None) -> str:
    """Return the address of the preview, with the filter of a query."""
    address = reverse("imports:show", args=[who.team.slug, imp.pk])
    if not query or "show" not in query:
        return address
    return f"{address}?{rows_shown(query)}"


def rows_shown(query: QueryDict) -> str:
    """Return the part of an address that says which rows are shown: the filter, when it was pressed, and the page."""
    return Filter.of(query).query(list=whole(query.get("list")), page=whole(query.get("page")))


def revision_of(request: HttpRequest) -> int | None:
    """Return the revision that the form was made for; None when it does not say."""
    return whole(request.POST.get("revision"))


def revised(request: HttpRequest, who: Access, imp: Import, revision: int | None, **changed: Any) -> None:
    """Change options, plan again, and say what moved. Raises MovedOn when the draft is not at the revision any more."""
    before = workspace.look(imp) if imp.state == State.READY and imp.is_small else None
    run.revise(imp, who.user, replace(options_from_json(imp.options), **changed), revision)
    imp.refresh_from_db()
    if before and imp.state == State.READY and imp.is_small:
        messages.success(request, moved(before, workspace.look(imp)))


def about(imp: Import) -> dict[str, Any]:
    """Return what every page on a draft shows of it."""
    done = Edit.objects.filter(of=imp, undone=False).order_by("-number").first()
    undone = Edit.objects.filter(of=imp, undone=True).order_by("number").first()
    return {
        "imp": imp,
        "name": imp.name,
        "options": options_from_json(imp.options),
        "options_form": OptionsForm(initial=imp.options),
        "opt_back_ins": OPT_BACK_IN,
        "undo_step": done,
        "redo_step": undone,
        "step": Edit.objects.filter(of=imp).aggregate(last=Max("id"))["last"] or 0,
    }

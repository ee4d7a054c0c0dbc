"""The preview of a draft: its rows and causes, options, columns, leaving rows out, undo and redo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_POST

from muster.core import errors
from muster.core.cells.whole import whole
from muster.core.fields import options_from_json
from muster.core.problems import LEFT_OUT
from muster.core.sentences import steps
from muster.core.sentences.language import gettext as _
from muster.imports import run
from muster.imports.draft import edits, large
from muster.imports.draft.columns import columns_of
from muster.imports.draft.draft import Draft, causes_of
from muster.imports.draft.letters import asked_encodings, garbled
from muster.imports.draft.row_lists import find
from muster.imports.filters import CHIPS, Filter, RowList
from muster.imports.models import Import, NoSuchCell, State
from muster.imports.pages.draft_page import DRAFT, about, back, on_import, revised, revision_of
from muster.imports.pages.forms import OptionsForm
from muster.imports.recipes.offer import of_draft
from muster.imports.store import seen
from muster.imports.summary import sum_bar
from muster.teams.access import Access
from muster.teams.lock import version_of

PAGE_ROWS = 50
_TONES = {"problems": "problem", "warnings": "warning"}


def review_page(found: Draft, query: QueryDict) -> dict[str, Any]:
    """Return what the Review page needs."""
    counts = found.look.counts.chips()
    wanted = Filter.of(query, "problems" if counts["problems"] else "all")
    listed = find(found, wanted, whole(query.get("list")))
    page = Paginator(listed.places, PAGE_ROWS).get_page(query.get("page"))
    places = list(page.object_list)
    causes, warnings = found.causes()
    left_out = counts["problems"] + counts["left-out"]
    return {
        **about(found.imp),
        **of_draft(found.imp),
        "filter": wanted,
        "cause": errors.title(wanted.code, wanted.field or None) if wanted.code else "",
        "chips": _chips(counts, wanted),
        "causes": causes,
        "warnings": warnings,
        "page": page,
        "rows": found.show(places),
        **_still_shown(found, listed, places),
        "headers": _headers(found),
        "rows_left_out": left_out,
        "rows_ready": counts["all"] - left_out,
        "rows_change": counts["new"] + counts["updates"],
        "rows_with_problems": counts["problems"],
        "encodings": asked_encodings(found),
        "garbled": garbled(found),
        "file_notes": [errors.message(note) for note in found.look.notes],
        "not_imported": sum(each.field is None for each in columns_of(found.reading)),
        "sum_bar": sum_bar(found.look.counts.summed()),
        "asks_opt_outs": _asks_opt_outs(found),
        "left_out_opt_outs": sum(each.code == LEFT_OUT for row in found.verdicts for each in row.notes),
        "has_grid": True,
        "list": listed.revision,
        "back": wanted.query(list=listed.revision, page=page.number if page.number > 1 else ""),
        "anew": wanted.query(),
        "query": f"{wanted.query(list=listed.revision)}&",
    }


def large_page(imp: Import, query: QueryDict) -> dict[str, Any]:
    """Return what the Review page needs of a large draft, whose rows are only shown. Raises Changed, and BadFile."""
    kept = seen.of(imp)
    counts = kept.counts.chips()
    wanted = Filter.of(query, "problems" if counts["problems"] else "all")
    page = Paginator(range(kept.count(wanted)), PAGE_ROWS).get_page(query.get("page"))
    rows = kept.page(wanted, max(page.start_index() - 1, 0), PAGE_ROWS)
    found = large.draft_of(imp, kept, rows)
    causes, warnings = causes_of(kept.causes, None)
    left_out = counts["problems"] + counts["left-out"]
    return {
        **about(imp),
        **of_draft(imp),
        "is_large": True,
        "contacts_changed": imp.looked_version != version_of(imp.team_id),
        "filter": wanted,
        "cause": errors.title(wanted.code, wanted.field or None) if wanted.code else "",
        "chips": _chips(counts, wanted),
        "causes": causes,
        "warnings": warnings,
        "page": page,
        "rows": found.show(range(len(rows))),
        "headers": _headers(found),
        "rows_left_out": left_out,
        "rows_ready": counts["all"] - left_out,
        "rows_change": counts["new"] + counts["updates"],
        "rows_with_problems": counts["problems"],
        "encodings": asked_encodings(found),
        "file_notes": [errors.message(note) for note in kept.notes],
        "not_imported": sum(each.field is None for each in columns_of(found.reading)),
        "sum_bar": sum_bar(kept.counts.summed()),
        "asks_opt_outs": kept.told.people > 0 or "keep" in _opt_backs(found),
        "left_out_opt_outs": imp.opt_outs_left_out,
        "back": wanted.query(page=page.number if page.number > 1 else ""),
        "anew": wanted.query(),
        "query": f"{wanted.query()}&",
    }


def _opt_backs(found: Draft) -> tuple[str, str]:
    return found.reading.options.opt_back_in, found.reading.options.blank_opt_out


def _still_shown(found: Draft, listed: RowList, places: list[int]) -> dict[str, Any]:
    """Say how many rows are there only because the filter showed them when it was pressed, and which comes first."""
    rest = [place for place in places if place not in listed.gone] or places
    return {
        "gone": len(listed.gone),
        "left": len(listed.places) - len(listed.gone),
        "first": found.rows[rest[0]].number if rest else None,
    }


def _chips(counts: dict[str, int], wanted: Filter) -> list[dict[str, Any]]:
    return [
        {
            "words": words,
            "count": counts[name],
            "query": Filter(name).query(),
            "is_current": wanted.show == name,
            "tone": _TONES.get(name, "") if counts[name] else "",
        }
        for name, words in CHIPS.items()
        if name != "left-out" or counts[name]
    ]


def _headers(found: Draft) -> list[dict[str, Any]]:
    counts = found.look.counts
    return [
        {
            "header": header,
            "field": its,
            "is_renamed": bool(its and is_answer),
            "problems": counts.problems_in(its.name) if its else 0,
        }
        for header, its, is_answer in columns_of(found.reading)
    ]


def _asks_opt_outs(found: Draft) -> bool:
    """Whether somebody would be, or by choice is not, opted back in."""
    return "keep" in _opt_backs(found) or any(
        note.code == "opted-back-in" for each in found.verdicts for note in each.notes
    )


@require_POST
@on_import(*DRAFT)
def options(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Change WhatsApp Contact Handling, Allow Mobile Number Updates, and whether anybody is opted back in."""
    form = OptionsForm(request.POST)
    if form.is_valid():
        kept = request.POST.get("opt_back_in", options_from_json(imp.options).opt_back_in)
        chosen = form.cleaned_data | {"opt_back_in": "keep" if kept == "keep" else "file"}
        revised(request, who, imp, revision_of(request), **chosen)
    else:
        messages.error(request, _("Choose Infer Mobile Number or Fail Blank Values."))
    return back(request, who, imp)


@require_POST
@on_import(State.READY)
def look_anew(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Have a large draft compared with the contacts as they are now."""
    if not imp.is_small:
        run.look_anew(imp)
    return back(request, who, imp)


@require_POST
@on_import(State.READY, by_hand=True)
def leave_out(request: HttpRequest, who: Access, imp: Import, number: int) -> HttpResponse:
    """Leave one row out, or restore it."""
    restores = request.POST.get("restore") == "yes"
    step = steps.restore(1, number) if restores else steps.leave_out(1, number)
    try:
        edits.edit(imp, who.user, [], [(number, not restores)], step)
    except NoSuchCell as missing:
        raise Http404("There is no such row") from missing
    messages.success(
        request,
        _("Row {number:,} is back in.", number=number) if restores else _("Row {number:,} is left out.", number=number),
    )
    return back(request, who, imp)


@require_POST
@on_import(State.READY, by_hand=True)
def undo_step(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Undo the last step of editing."""
    step = edits.undo(imp, revision_of(request))
    messages.success(request, _("Undone: {label}.", label=step.words) if step else _("There is nothing to undo."))
    return back(request, who, imp)


@require_POST
@on_import(State.READY, by_hand=True)
def redo_step(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Redo the step that was undone last."""
    step = edits.redo(imp, revision_of(request))
    messages.success(request, _("Done again: {label}.", label=step.words) if step else _("There is nothing to redo."))
    return back(request, who, imp)

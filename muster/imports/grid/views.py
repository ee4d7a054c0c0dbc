"""What the grid on the Review page asks of the server, in JSON: windows of rows, edits, steps, finding."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.core.cells.whole import whole
from muster.core.problems import BadFile
from muster.core.sentences.language import gettext as _
from muster.imports import run
from muster.imports.draft import edits
from muster.imports.draft.draft import Draft
from muster.imports.draft.row_lists import find
from muster.imports.grid import operations
from muster.imports.grid.cells import columns_json
from muster.imports.grid.requests import MOST_ROWS, Asked, Refused, body_of, needed
from muster.imports.grid.responses import told, window
from muster.imports.grid.search import Place, Sought, matches, nearest, next_problem, problems_among
from muster.imports.models import Edit, Import, NoSuchCell, State, TooMuch, WrongState
from muster.teams.access import Access, admin
from muster.teams.sign_in.pace import Pace

READS, WRITES = Pace(per_second=40, burst=200), Pace(per_second=10, burst=60)

View = Callable[[HttpRequest, Access, Import], HttpResponse]


def on_grid(pace: Pace) -> Callable[[View], Callable[..., HttpResponse]]:
    """Open a view to the team's Admins while the import is a draft that can be read; say in JSON why not."""

    def decorate(view: View) -> Callable[..., HttpResponse]:
        def opened(request: HttpRequest, who: Access, pk: UUID) -> HttpResponse:
            drafts = Import.objects.select_related("team").defer("summary")
            imp = get_object_or_404(drafts, pk=pk, team=who.team)
            if not pace.allows((who.user.pk, imp.pk)):
                return _problem(_("Too many requests at once. Wait a second."), 429)
            return _answer(view, request, who, imp) if imp.state == State.READY and imp.is_small else _too_late(imp)

        update_wrapper(opened, view)
        return admin(opened)

    return decorate


def _answer(view: View, request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    try:
        return view(request, who, imp)
    except Refused as refused:
        return _problem(str(refused), 422)
    except TooMuch as much:
        return _problem(str(much), 422)
    except NoSuchCell:
        return _problem(_("There is no such row or column."), 422)
    except WrongState:
        imp.refresh_from_db()
    except BadFile:  # a field was deleted meanwhile, say
        run.look_anew(imp)
    return _too_late(imp)


def _problem(sentence: str, status: int, **more: Any) -> JsonResponse:
    headers = {"Retry-After": "1"} if status == 429 else {}
    return JsonResponse({"problem": sentence, **more}, status=status, headers=headers)


def _too_late(imp: Import) -> JsonResponse:
    said = (
        _("This import is being checked again.")
        if imp.state == State.READY
        else _("This import can't be changed any more.")
    )
    return _problem(said, 409, state=imp.state, reload=True)


@require_GET
@gzip_page
@on_grid(READS)
def state(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Say where the draft stands, and what has changed since; with `columns`, the columns too."""
    draft = Draft.of(imp)
    more = {"columns": columns_json(draft)} if "columns" in request.GET else {}
    return JsonResponse({**told(who, draft, Asked.of(request.GET)), **more})


@require_GET
@gzip_page
@on_grid(READS)
def rows(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Return a window of the rows that a filter showed when it was pressed."""
    offset, limit = needed(request.GET, "offset"), min(needed(request.GET, "limit"), MOST_ROWS)
    return JsonResponse(window(Draft.of(imp), Asked.of(request.GET), offset, limit))


@require_http_methods(["PATCH"])
@on_grid(WRITES)
def cells(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Change cells as one step, and return the verdict on them."""
    said = body_of(request)
    asked = Asked.of(said)
    made = operations.write_cells(Draft.of(imp), who.user, said, asked)
    return _after(who, imp, asked, made)


@require_POST
@on_grid(WRITES)
def ops(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Do one step: undo, redo, set a range, leave rows out, a fix; or say what a fix would do."""
    said = body_of(request)
    asked, op = Asked.of(said), said.get("op")
    if op == "fix" and said.get("preview"):
        return JsonResponse(operations.preview(Draft.of(imp), said))
    if op in ("undo", "redo"):
        made = edits.undo(imp) if op == "undo" else edits.redo(imp)
    elif op == "set":
        made = operations.set_range(Draft.of(imp), who.user, said, asked)
    elif op == "leave-out":
        made = operations.leave_out(Draft.of(imp), who.user, said, asked)
    elif op == "fix":
        made = operations.apply(Draft.of(imp), who.user, said)
    else:
        raise Refused(_("There is no such step."))
    return _after(who, imp, asked, made)


def _after(who: Access, imp: Import, asked: Asked, made: Edit | None) -> HttpResponse:
    draft = Draft.of(imp)
    answer = told(who, draft, asked, own_steps=1 if made else 0)
    return JsonResponse({**answer, "done": _done(draft, made, asked) if made else None})


def _done(draft: Draft, made: Edit, asked: Asked) -> dict[str, Any]:
    """Say what a step was: its label, how many cells, how many with a problem, the first, and where that is."""
    row, header, *_ = made.cells[0]
    place = draft.reading.table.place_of(row)
    offset = None if place is None else find(draft, asked.wanted, asked.listed).index(place)
    wrong = problems_among(draft, [(each[0], each[1]) for each in made.cells])
    first = {"row": row, "header": header, "offset": offset}
    return {"label": made.words, "count": len(made.cells), "problems": wrong, **first}


@require_GET
@on_grid(READS)
def next_one(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Say where the next problem is in the whole file, seen from a cell of the list, and where in the list that is."""
    draft, asked, query = Draft.of(imp), Asked.of(request.GET), request.GET
    listed = find(draft, asked.wanted, asked.listed)
    offset, column, back = whole(query.get("offset")), whole(query.get("column")), "back" in query
    start = Place(-1, -1)
    if offset is not None and offset < len(listed.places):
        start = Place(listed.places[offset], -1 if column is None else column)
    found = next_problem(draft, start, back=back)
    if found is None:
        return JsonResponse({"row": None, "rev": draft.look.revision})
    number = draft.rows[found.row].number
    where = {"offset": listed.index(found.row), "place": found.row}
    return JsonResponse({"row": number, "column": found.column, "rev": draft.look.revision, **where})


@require_GET
@on_grid(READS)
def find_text(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Say how many cells of the list hold a text, and which is next."""
    draft, asked = Draft.of(imp), Asked.of(request.GET)
    query = request.GET
    column = whole(query.get("in"))
    if column is not None and column >= len(draft.header):
        raise Refused(_("There is no such column."))
    sought = Sought(query.get("text", ""), column, "match_case" in query, "whole_cell" in query)
    if not sought.text:
        raise Refused(_("Type what to find."))
    every = matches(draft, find(draft, asked.wanted, asked.listed).places, sought)
    start = (needed(query, "offset"), (whole(query.get("column")) or 0) if "column" in query else -1)
    return JsonResponse({**nearest(every, start, back="back" in query), "rev": draft.look.revision})


@require_GET
@on_grid(READS)
def causes(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Draw the panel of causes as it is now."""
    draft = Draft.of(imp)
    problems, warnings = draft.causes()
    shown = {"causes": problems, "warnings": warnings, "rows_with_problems": draft.look.counts.chips()["problems"]}
    about = {"imp": imp, "filter": Asked.of(request.GET).wanted}
    return render(request, "imports/partials/causes_panel.html", {**about, **shown})

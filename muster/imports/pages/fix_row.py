"""Fix row by row: one form per row, the problems first, and on to the next."""

from __future__ import annotations

import re
import zlib
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from muster.core.fields import Kind
from muster.core.sentences import steps
from muster.core.sentences.language import gettext as _
from muster.imports.draft import edits
from muster.imports.draft.draft import Cell, Draft, ShownRow
from muster.imports.draft.meanings import BLANK, Choice, choices_for
from muster.imports.filters import Filter, chip_of
from muster.imports.models import Import, State
from muster.imports.pages.draft_page import about, address_of, on_import, rows_shown
from muster.teams.access import Access

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
CELL = "cell-"  # the prefix of the inputs: "cell-3" is the fourth column


@require_http_methods(["GET", "HEAD", "POST"])
@on_import(State.READY, by_hand=True)
def row(request: HttpRequest, who: Access, imp: Import, number: int) -> HttpResponse:
    """Show one row as a form, or keep what was typed and go on to the next row of the filter."""
    found = Draft.of(imp)
    place = found.place_of(number)
    if place is None:
        raise Http404("There is no such row")
    if request.method != "POST":
        return render(request, "imports/row.html", _row_page(found, place, request.GET))
    if request.POST.get("row_mark", _mark(found, place)) != _mark(found, place):
        page = _overtaken_page(found, place, request.POST)
        return render(request, "imports/row.html", page, status=409)
    return _save(request, who, found, place)


def _mark(found: Draft, place: int) -> str:
    """What a form carries, to tell whether its row has been changed by somebody else meanwhile."""
    return str(zlib.crc32(repr(found.rows[place].cells).encode()))


def _overtaken_page(found: Draft, place: int, posted: QueryDict) -> dict[str, Any]:
    """Return the form with what was typed, and say what the row's cells are now."""
    page = _row_page(found, place, QueryDict(posted.get("back", "")))
    typed = dict(_typed(posted, found, found.rows[place].cells))
    now = [(cell.header, cell.text) for cell in page["row"].cells if cell.header in typed]
    for cell in page["row"].cells:
        cell.text = typed.get(cell.header, cell.text)
    return {**page, "now": now, "is_overtaken": True}


def _row_page(found: Draft, place: int, query: QueryDict) -> dict[str, Any]:
    [shown] = found.show([place])
    wanted = Filter.of(query)
    places = found.places(wanted)
    later = [each for each in places if each > place]
    earlier = [each for each in places if each < place]
    cells = list(enumerate(shown.cells))
    first = _first(shown)
    return {
        **about(found.imp),
        "row_mark": _mark(found, place),
        "row": shown,
        "person": _person(shown),
        "first_cells": [_input(found, index, cell) for index, cell in cells if index in first],
        "other_cells": [_input(found, index, cell) for index, cell in cells if index not in first],
        "position": len(earlier) + 1 if place in places else None,
        "of": len(places),
        "next": found.rows[later[0]].number if later else None,
        "previous": found.rows[earlier[-1]].number if earlier else None,
        "filter": wanted,
        "back": rows_shown(query),
    }


def _first(shown: ShownRow) -> set[int]:
    """Return the places of the cells with a problem; a number's brings the other number with it."""
    first = {index for index, cell in enumerate(shown.cells) if cell.state == "problem"}
    numbers = {index for index, cell in enumerate(shown.cells) if cell.field and cell.field.kind is Kind.PHONE}
    return first | numbers if first & numbers else first


def _person(shown: ShownRow) -> str:
    """Return whom a row is about, as far as it says."""
    said = {cell.field.name: cell.text.strip() for cell in shown.cells if cell.field}
    return " ".join(filter(None, (said.get("FirstName"), said.get("LastName"))))


class Input(NamedTuple):
    """How a cell is asked for: as text, as a date, or from a list, in which what it holds now is kept."""

    place: int
    cell: Cell
    choices: list[Choice]
    is_date: bool
    is_kept: bool


def _input(found: Draft, index: int, cell: Cell) -> Input:
    choices = choices_for(cell.field, found.imp.team)
    shown = [each._replace(value="") if each.value == BLANK else each for each in choices]
    is_date = bool(cell.field and cell.field.kind is Kind.DATE and (not cell.text or _ISO.fullmatch(cell.text)))
    return Input(index, cell, shown, is_date, cell.text in [each.value for each in shown])


def _save(request: HttpRequest, who: Access, found: Draft, place: int) -> HttpResponse:
    number, cells = found.rows[place].number, found.rows[place].cells
    typed = _typed(request.POST, found, cells)
    leave_out = [(number, True)] if "leave_out" in request.POST else []
    if typed or leave_out:
        step = steps.leave_out(1, number) if leave_out else steps.of_row(number)
        edits.edit(found.imp, who.user, [(number, header, value) for header, value in typed], leave_out, step)
        found.imp.refresh_from_db()
        found = Draft.of(found.imp)
    [shown] = found.show([place])
    query = QueryDict(request.POST.get("back", ""))
    if shown.chip == "problems" and (typed or "stay" in request.POST):
        return _again(request, who, found.imp, shown, query)
    messages.success(request, _said(found, place, number))
    return HttpResponseRedirect(_next(who, found, place, query))


def _typed(posted: QueryDict, found: Draft, cells: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return header and value of the cells that were changed. Browsers send line breaks as CR LF."""
    pairs = []
    for index, (header, cell) in enumerate(zip(found.header, cells, strict=False)):
        value = posted.get(f"{CELL}{index}")
        if value is not None and value.replace("\r\n", "\n") != cell.replace("\r\n", "\n"):
            pairs.append((header, value))
    return pairs


def _said(found: Draft, place: int, number: int) -> str:
    left = len(found.places(Filter("problems")))
    chip = chip_of(found.verdicts[place])
    if chip == "left-out":
        said = _("Row {number:,} is left out.", number=number)
    elif chip == "problems":
        said = _("Row {number:,} still has a problem.", number=number)
    else:
        said = _("Row {number:,} is ready.", number=number)
    more = _("{left:,} with a problem left.", left=left) if left else _("No problems left.")
    return f"{said} {more}"


def _again(request: HttpRequest, who: Access, imp: Import, shown: ShownRow, query: QueryDict) -> HttpResponse:
    messages.warning(
        request,
        _("Saved. Row {number:,} still has a problem: {text}", number=shown.number, text=shown.messages[0].text),
    )
    return HttpResponseRedirect(_address(who, imp, shown.number, query))


def _next(who: Access, found: Draft, place: int, query: QueryDict) -> str:
    """Return the address of the next row of the filter, of its first, or of the preview when none is left."""
    places = [each for each in found.places(Filter.of(query)) if each != place]
    later = [each for each in places if each > place] or places
    if not later or not query:
        return address_of(who, found.imp, query)
    return _address(who, found.imp, found.rows[later[0]].number, query)


def _address(who: Access, imp: Import, number: int, query: QueryDict) -> str:
    address = reverse("imports:row", args=[who.team.slug, imp.pk, number])
    return f"{address}?{rows_shown(query)}"

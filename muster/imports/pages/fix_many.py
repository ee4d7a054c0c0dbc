"""A fix for many rows at once: what it would change, before → after, and then as one step."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from muster.core import errors
from muster.core.fixes import DATE_ORDERS, FIXES
from muster.core.sentences.language import ngettext
from muster.imports.draft import edits
from muster.imports.draft.bulk_fixes import MAPPED, Proposal, propose, repeat_of
from muster.imports.draft.draft import Draft
from muster.imports.draft.row_lists import press
from muster.imports.filters import Filter
from muster.imports.models import Import, State
from muster.imports.pages.draft_page import about, address_of, on_import, revision_of
from muster.teams.access import Access
from muster.teams.regions import regions

SHOWN = 5
_OF_THE_FORM = ("csrfmiddlewaretoken", "revision", "step")


@require_http_methods(["GET", "HEAD", "POST"])
@on_import(State.READY, by_hand=True)
def fix(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Show what a fix would do, or do it."""
    query = request.POST if request.method == "POST" else request.GET
    found, wanted = Draft.of(imp), Filter.of(query)
    proposal = _proposal(found, wanted, query)
    page = _page(who, found, proposal, wanted, query)
    if request.method != "POST" or proposal.problem or not proposal.count:
        return render(request, "imports/fix.html", page)
    if revision_of(request) not in (None, found.look.revision):
        return render(request, "imports/fix.html", {**page, "is_overtaken": True}, status=409)
    return _apply(request, who, found, proposal, wanted, repeat_of(proposal, wanted, proposal.typed))


def _proposal(found: Draft, wanted: Filter, query: QueryDict) -> Proposal:
    fix = FIXES.get(query.get("fix", ""))
    header = query.get("header", "") or _header_of(found, wanted.field)
    if fix is None or (header and header not in found.header):
        raise Http404("There is no such fix, or no such column")
    if not header and fix.name not in ("replace", "trim", "leave-out"):
        raise Http404("This fix needs a column")
    return propose(found, wanted, fix, header, {key: str(value) for key, value in query.items()})


def _header_of(found: Draft, name: str) -> str:
    """Return the header of the column that is this field, if the file has it."""
    pairs = zip(found.header, found.reading.checked.columns, strict=True)
    return next((header for header, its in pairs if its and its.name == name), "")


def _page(who: Access, found: Draft, proposal: Proposal, wanted: Filter, query: QueryDict) -> dict[str, Any]:
    name = proposal.fix.name
    return {
        **about(found.imp),
        "proposal": proposal,
        "filter": wanted,
        "cause": errors.title(wanted.code, wanted.field or None) if wanted.code else "",
        "examples": proposal.cells[:SHOWN],
        "more": max(len(proposal.cells) - SHOWN, 0),
        "regions": regions() if name == "region" else [],
        "orders": DATE_ORDERS if name == "dates" else {},
        "mapped": [(value, count, proposal.typed.get(MAPPED + value, "")) for value, count in proposal.values],
        "unknown_staff": _unknown_staff(proposal, wanted),
        "headers": found.header,
        "typed": {key: value for key, value in proposal.typed.items() if key not in _OF_THE_FORM},
        "back": wanted.query(),
    }


def _unknown_staff(proposal: Proposal, wanted: Filter) -> str:
    """Return the query by which Users offers to invite somebody with the Staff IDs that nobody is chosen for."""
    if proposal.fix.name != "map" or wanted.code != "staff-unknown":
        return ""
    return urlencode([("missing", value) for value, _ in proposal.values if not proposal.typed.get(MAPPED + value)])


def _apply(  # noqa: PLR0917
    request: HttpRequest, who: Access, found: Draft, proposal: Proposal, wanted: Filter, repeat: dict[str, Any]
) -> HttpResponse:
    cells = [(each.row, each.header, each.after) for each in proposal.cells]
    listed = press(found, wanted)  # what was fixed stays in place, to be looked at
    out = [(row, True) for row in proposal.rows_out]
    edits.edit(found.imp, who.user, cells, out, proposal.step, revision=found.look.revision, repeat=repeat)
    if cells:
        said = ngettext(
            "{count:,} cell changed. You can undo this as one step.",
            "{count:,} cells changed. You can undo this as one step.",
            proposal.count,
        )
    else:
        said = ngettext(
            "{count:,} row left out. You can undo this as one step.",
            "{count:,} rows left out. You can undo this as one step.",
            proposal.count,
        )
    messages.success(request, said)
    return HttpResponseRedirect(address_of(who, found.imp, QueryDict(wanted.query(list=listed.revision))))

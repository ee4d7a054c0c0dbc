"""What the grid is told after every step: counts, the rows that changed, what can be undone, and who else is at it."""

from __future__ import annotations

import zlib
from typing import Any

from muster.core import errors
from muster.core.sentences.language import gettext as _
from muster.imports.draft.draft import Draft
from muster.imports.draft.row_lists import find
from muster.imports.filters import CHIPS, Filter, RowList
from muster.imports.grid.cells import columns_json, problems_json, rows_json
from muster.imports.grid.requests import Asked
from muster.imports.models import Edit, Import
from muster.imports.summary import sum_bar
from muster.teams.access import Access
from muster.teams.models import User

MOST_CHANGED = 300  # rows sent along; of more, the browser asks for those it shows


def window(draft: Draft, asked: Asked, offset: int, limit: int) -> dict[str, Any]:
    """Return a window of the rows of a list."""
    listed = find(draft, asked.wanted, asked.listed)
    places = listed.places[offset : offset + limit]
    return {
        "total": len(listed.places),
        "rev": draft.look.revision,
        "list": listed.revision,
        "v": draft.look.mark,
        "offset": offset,
        "rows": rows_json(draft, places),
    }


def told(who: Access, draft: Draft, asked: Asked, *, own_steps: int = 0) -> dict[str, Any]:
    """Return where the draft stands, and what has changed since the browser was last told."""
    imp, revision = draft.imp, draft.look.revision
    listed = find(draft, asked.wanted, asked.listed)
    since = draft.look.since(asked.version) if asked.version else []
    few = since is not None and len(since) <= MOST_CHANGED
    overtaken = asked.revision is not None and revision != asked.revision + own_steps
    return {
        "rev": revision,
        "v": draft.look.mark,
        "shape": shape(draft),
        "list": list_json(listed),
        "counts": draft.look.counts.chips(),
        "bar": [part._asdict() for part in sum_bar(draft.look.counts.summed())],
        "problems": problems_json(draft),
        "rows": rows_json(draft, since) if since is not None and few else None,
        **_steps(imp),
        **(_others(who, imp, asked) if overtaken else {}),
    }


def list_json(listed: RowList) -> dict[str, Any]:
    """Return what there is to say of a list."""
    return {
        "rev": listed.revision,
        "total": len(listed.places),
        "gone": len(listed.gone),
        "joined": len(listed.joined),
        "show": listed.wanted.show,
        "code": listed.wanted.code,
        "field": listed.wanted.field,
        "title": _title(listed.wanted),
    }


def _title(wanted: Filter) -> str:
    if wanted.code:
        title = errors.title(wanted.code, wanted.field or None)
        return title if wanted.field in title else _("{what} in {field}", what=title, field=wanted.field)
    return _("{what} in {field}", what=CHIPS[wanted.show], field=wanted.field) if wanted.field else CHIPS[wanted.show]


def shape(draft: Draft) -> str:
    """Return a mark of the columns and rows: another one means that the page has to be made anew."""
    columns = [(each["header"], each["field"]) for each in columns_json(draft)]
    rows = draft.rows
    said = repr((columns, len(rows), rows[-1].number if rows else 0, draft.reading.options))
    return f"{zlib.crc32(said.encode()):08x}"


def _steps(imp: Import) -> dict[str, Any]:
    edits = Edit.objects.filter(of=imp).only("label", "step")
    done = edits.filter(undone=False).order_by("-number").first()
    undone = edits.filter(undone=True).order_by("number").first()
    last = edits.order_by("-id").values_list("id", flat=True).first()
    return {"undo": done and done.words, "redo": undone and undone.words, "step": last or 0}


def _others(who: Access, imp: Import, asked: Asked) -> dict[str, Any]:
    """Name those who have edited the draft meanwhile; nobody's name where an undo or an option was all."""
    theirs = Edit.objects.filter(of=imp, id__gt=asked.step).exclude(by=who.user)
    return {"others": sorted(user.name for user in User.objects.filter(pk__in=theirs.values("by")))}

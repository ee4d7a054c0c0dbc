"""What came of an import, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from muster.core import errors
from muster.core.outcome import Outcome
from muster.core.sentences.language import Words, gettext_noop
from muster.core.sentences.language import gettext as _
from muster.imports import row_results
from muster.imports.draft import left_out
from muster.imports.draft.fix_here import may_fix
from muster.imports.models import Content, Import, can_undo, last_day
from muster.imports.store import blobs
from muster.imports.summary import import_summary

PAGE_PROBLEMS = 50
TOTALS = Words(
    {
        "rows": gettext_noop("rows"),
        "created": gettext_noop("new"),
        "updated": gettext_noop("updated"),
        "unchanged": gettext_noop("no change"),
        "failed": gettext_noop("left out"),
    }
)


def result_page(imp: Import, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page needs: counts, causes, and a page of problems."""
    outcome = Outcome.from_json(imp.summary) if imp.summary else Outcome()
    code = query.get("code", "")
    told = import_summary(imp)
    return {
        "imp": imp,
        **{each: getattr(told, each) for each in ("name", "way", "status", "tone", "saved", "bar")},
        "outcome": outcome,
        "causes": [_cause(each) for each in outcome.causes],
        "notes": [(errors.title(each), count) for each, count in outcome.note_counts.items()],
        "differs": [_difference(name, was, now) for name, (was, now) in imp.differs.items()],
        "code": code,
        "has_original": blobs.is_kept(imp, Content.Part.ORIGINAL),
        "can_undo": can_undo(imp),
        "can_fix_here": may_fix(imp),
        "left_out_opt_outs": imp.opt_outs_left_out,
        "opt_outs_shown": left_out.shown(imp),
        "undo_until": last_day(imp),
        **_problems(imp, code, query.get("after", "")),
    }


def _cause(cause: Any) -> dict[str, Any]:
    return {
        "code": cause.code,
        "title": errors.title(cause.code, cause.field),
        "field": cause.field,
        "count": cause.count,
        "row": cause.rows[0] if cause.rows else None,
        "value": cause.value,
    }


def _difference(name: str, was: int, now: int) -> str:
    words = TOTALS.get(name) or errors.title(name)
    return _("{words}: {was:,} on the preview, {now:,} in the end", words=words, was=was, now=now)


def _problems(imp: Import, code: str, after: str) -> dict[str, Any]:
    """Return a page of the problems, by row; the next page begins after its last row."""
    if not row_results.is_done(imp) or not imp.failed or imp.undoes_id:
        return {"problems": [], "more": ""}
    start = int(after) if after.isdecimal() else 0
    found = list(islice(row_results.iterate(imp, "failed", code or None, past=start), PAGE_PROBLEMS + 1))
    page = found[:PAGE_PROBLEMS]
    more = urlencode({"code": code, "after": page[-1].row}) if len(found) > PAGE_PROBLEMS else ""
    return {"problems": list(_lines(page, code)), "more": more, "is_first_page": not start}


def _lines(page: list[row_results.RowResult], code: str) -> Iterator[dict[str, Any]]:
    for result in page:
        shown = row_results.row_view(result)
        for problem in shown["problems"]:
            if code in ("", problem["code"]):
                yield {**problem, "contact_id": result.contact_id}

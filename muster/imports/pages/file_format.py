"""How a draft's file is read: encoding, delimiter, the header's row, date orders, with the first rows as a sample."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from muster.contacts.schema import schema_of
from muster.core import errors
from muster.core.cells import dates
from muster.core.cells.whole import whole
from muster.core.fields import Kind, Options, options_from_json
from muster.core.problems import BadFile
from muster.core.sentences.language import Words, gettext_noop
from muster.core.table.delimiter import DELIMITERS
from muster.core.table.encoding import ENCODINGS
from muster.core.workbook.sheet import sheet_names
from muster.imports.draft.letters import encodings
from muster.imports.draft.sample import first_rows
from muster.imports.models import Import
from muster.imports.pages.draft_page import DRAFT, about, back, on_import, revised, revision_of
from muster.imports.store import blobs
from muster.imports.store.db_text import fit
from muster.teams.access import Access

SAMPLE_ROWS = 3
DELIMITER_WORDS = Words(
    {
        "\t": gettext_noop("Tab"),
        ",": gettext_noop("Comma"),
        ";": gettext_noop("Semicolon"),
        "|": gettext_noop("Pipe |"),
    }
)
LAST_HEADER_ROW = 999
DATE_ORDERS = Words({"": gettext_noop("Only dates that can be read one way"), **dates.ENGLISH_ORDERS})


@require_http_methods(["GET", "HEAD", "POST"])
@on_import(*DRAFT)
def how_read(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Show how the file is read, try another way on a sample, or switch to it."""
    if request.method == "POST":
        revised(request, who, imp, revision_of(request), **_said(request.POST))
        return back(request, who, imp)
    shown = options_from_json(imp.options)
    if "encoding" in request.GET or "header_row" in request.GET:
        shown = replace(shown, **_asked(request.GET))
    only_sample = request.headers.get("Accept") == "text/fragment"
    page = "imports/partials/sample.html" if only_sample else "imports/reading.html"
    letters = {"candidates": encodings(imp, shown.encoding)}
    return render(request, page, {**about(imp), **_sample(who, imp, shown), **_choices(who), **letters})


def _said(query: QueryDict) -> dict[str, Any]:
    """Return the options of the form; of a form with less in it, only those that it names in `only`."""
    asked, only = _asked(query), query.getlist("only")
    return {name: value for name, value in asked.items() if name in only} if only else asked


def _asked(query: QueryDict) -> dict[str, Any]:
    encoding, delimiter, row = (
        query.get("encoding_now") or query.get("encoding"),
        query.get("delimiter"),
        whole(query.get("header_row"), LAST_HEADER_ROW),
    )
    orders = {key.removeprefix("date:"): value for key, value in query.items() if key.startswith("date:")}
    return {
        "sheet": fit(query.get("sheet", "")) or None,
        "quoted_rows": "quoted_rows" in query,
        "backslashes": "backslashes" in query,
        "mend_letters": "mend_letters" in query,
        "encoding": encoding if encoding in ENCODINGS else None,
        "delimiter": delimiter if delimiter in DELIMITERS else None,
        "header_row": row if row and row > 1 else None,
        "date_orders": {name: str(order) for name, order in orders.items() if order in dates.ORDERS},
    }


def _sample(who: Access, imp: Import, shown: Options) -> dict[str, Any]:
    """Return the first rows as these options read them."""
    try:
        table = first_rows(imp, schema_of(who.team), shown)
    except BadFile as bad:
        names = sheet_names(blobs.original(imp))
        problems = [errors.message(each) for each in bad.problems]
        return {"shown": shown, "sample_problems": problems, "sheets": names, "sheet": shown.sheet}
    return {
        "shown": shown,
        "header": table.header,
        "header_number": table.header_row,
        "sample": [(row.number, row.cells[: len(table.header)]) for row in table.rows[:SAMPLE_ROWS]],
        "sheet": table.sheet,
        "sheets": table.sheets,
        "found_encoding": ENCODINGS[table.encoding],
        "found_delimiter": DELIMITER_WORDS[table.delimiter],
    }


def _choices(who: Access) -> dict[str, Any]:
    fields = [each.name for each in schema_of(who.team).custom if each.kind is Kind.DATE]
    return {
        "encodings": ENCODINGS,
        "delimiters": DELIMITER_WORDS,
        "date_fields": fields,
        "date_orders": DATE_ORDERS,
    }

"""The Columns page of a draft: every column with samples and what it becomes, answered in one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from muster.contacts import custom_fields
from muster.contacts.schema import schema_of
from muster.core import errors
from muster.core.cells import dates
from muster.core.fields import Kind, Options, Schema, options_from_json
from muster.core.problems import BadFile, Problem
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import listed
from muster.core.table import column_values
from muster.core.table.table import Table
from muster.imports import run
from muster.imports.draft import column_answers
from muster.imports.draft.column_table import Columns, column_table
from muster.imports.draft.columns import COLUMN, NEW, TICK, choices, chosen_columns
from muster.imports.draft.sample import first_rows, header_among
from muster.imports.models import Import, MovedOn, State
from muster.imports.pages.draft_page import DRAFT, about, back, on_import, revised, revision_of
from muster.imports.recipes.offer import of_draft
from muster.teams.access import Access
from muster.teams.models import User

_ANSWERED = ("header-missing", "header-unknown", "header-blank", "header-twice")  # said of all at once, in the table
_ORDER = "order:"  # the prefix of the inputs for the order of a column's dates
_MOST_NAMED = 5


def refused_page(
    request: HttpRequest, who: Access, imp: Import, problems: tuple[Problem, ...], said: Sequence[dict[str, Any]] = ()
) -> HttpResponse:
    """Show what keeps a file from being imported: the table of its columns, where they are all that is asked.

    `said` is what the worker said of a large file, told where its first rows have no problems.
    """
    others = [each for each in problems if each.code not in _ANSWERED]
    if problems and not others:
        return render(request, "imports/columns.html", columns_page(who, imp, problems))
    told = [errors.problem_view(each) for each in others] if problems else list(said)
    codes = {each["code"] for each in told} | {each.code for each in problems}
    context = {
        **about(imp),
        "others": told,
        "is_about_columns": all(code.startswith("header-") for code in codes),
        "is_readable": not codes & {"file-empty", "file-not-text"},
    }
    return render(request, "imports/refused.html", context)


def below_titles(imp: Import, user: User) -> Import:
    """Read the header from the row below titles that looks like one; the Columns page says so, and how to switch."""
    if imp.state != State.REFUSED or "header-missing" not in imp.summary.get("problem_counts", {}):
        return imp
    schema, options = schema_of(imp.team), options_from_json(imp.options)
    found = header_among(first_rows(imp, schema, options), schema)
    return run.revise(imp, user, replace(options, header_row=found.number)) if found else imp


def columns_page(who: Access, imp: Import, problems: tuple[Problem, ...] = ()) -> dict[str, Any]:
    """Return what the Columns page needs."""
    schema, chosen = schema_of(who.team), options_from_json(imp.options)
    table = first_rows(imp, schema, chosen)
    is_missing = any(each.code == "header-missing" for each in problems)
    return {
        **about(imp),
        **of_draft(imp),
        **table_context(column_table(who.team, table, chosen, problems)),
        "header_found": header_among(table, schema) if is_missing else None,
        "header_now": table.header_row,
    }


def table_context(table: Columns) -> dict[str, Any]:
    """Return what the partial with the table needs."""
    return {"table": table, "orders": dates.ORDERS, "kinds": custom_fields.KINDS}


@require_http_methods(["GET", "HEAD", "POST"])
@on_import(*DRAFT)
def columns(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    """Show the columns, or take what they are, remember it for the team, and plan again."""
    if request.method != "POST":
        return _show(request, who, imp)
    revision = revision_of(request)
    if revision not in (None, imp.revision):
        raise MovedOn(imp, revision or 0)  # before a field is added for it
    kept = options_from_json(imp.options)
    given = given_in(request.POST, who, partial(_values, who, imp), kept)
    for said in given.refusals:
        messages.error(request, said)
    answers, orders = {**kept.columns, **given.answers}, {**kept.date_orders, **given.orders}
    if (answers, orders) != (kept.columns, kept.date_orders):
        revised(request, who, imp, revision, columns=answers, date_orders=orders)
    elif imp.state == State.REFUSED and not given.refusals:
        messages.error(request, _("Choose what the columns are first."))
    _say_what_is_open(request, imp)
    return back(request, who, imp)


def _say_what_is_open(request: HttpRequest, imp: Import) -> None:
    """Name the columns that were left without an answer, where the file waits for them."""
    left = (
        [each or _("the one without a header") for each in open_in(request.POST)] if imp.state == State.REFUSED else []
    )
    if left and any(key.startswith(COLUMN) and value for key, value in request.POST.items()):
        more, named = len(left) - _MOST_NAMED, listed(left[:_MOST_NAMED])
        if more > 0:
            said = _("Some columns still wait for an answer: {listed} and {more} more.", listed=named, more=more)
        else:
            said = _("Some columns still wait for an answer: {listed}.", listed=named)
        messages.warning(request, said)


def _show(request: HttpRequest, who: Access, imp: Import) -> HttpResponse:
    if imp.state == State.READY:
        with suppress(BadFile):  # a field was deleted meanwhile: the draft's own page says so
            return render(request, "imports/columns.html", columns_page(who, imp))
    return redirect("imports:show", who.team.slug, imp.pk)


class Given(NamedTuple):
    """What a form says of columns: answers, the orders of dates by field, and what cannot be."""

    answers: dict[str, str | None]
    orders: dict[str, str]
    refusals: list[str]


def given_in(
    posted: Mapping[str, str], who: Access, values: Callable[[str], list[str]], kept: Options | None = None
) -> Given:
    """Read a form of columns: fields are added, and answers remembered. `values` gives the cells of a column."""
    answers = chosen_columns(posted)
    names = set(choices(schema_of(who.team)))
    wrong = [name for name in answers.values() if name is not None and name not in names]
    if wrong:
        return Given({}, {}, [_("There is no field {wrong}.", wrong=wrong[0])])
    added, refusals = _added(who, posted, values)
    if "rest" in posted:
        answers |= dict.fromkeys(open_in(posted))
    column_answers.remember(who.team, answers | {header: name for header, name in added.items() if header != name})
    answers |= added
    return Given(answers, _orders(posted, {**(kept.columns if kept else {}), **answers}, schema_of(who.team)), refusals)


def open_in(posted: Mapping[str, str]) -> list[str]:
    """Return the columns that a form shows and says nothing about."""
    shown = [key.removeprefix(COLUMN) for key, value in posted.items() if key.startswith(COLUMN) and not value]
    return [header for header in shown if f"{TICK}{header}" not in posted]


def _added(
    who: Access, posted: Mapping[str, str], values: Callable[[str], list[str]]
) -> tuple[dict[str, str | None], list[str]]:
    """Add a field for each column that asks for one."""
    added: dict[str, str | None] = {}
    refusals: list[str] = []
    asked = [key.removeprefix(COLUMN) for key, value in posted.items() if key.startswith(COLUMN) and value == NEW]
    for header in asked:
        name, kind = posted.get(f"name:{header}", "") or header, posted.get(f"kind:{header}", Kind.TEXT.value)
        listed = values(header)[: custom_fields.MOST_CHOICES] if kind == Kind.CHOICE else []
        try:
            added[header] = custom_fields.add(who.team, who.user, name=name, kind=kind, choices=listed).name
        except ValidationError as refusal:
            refusals += refusal.messages
    return added, refusals


def _values(who: Access, imp: Import, header: str) -> list[str]:
    return values_of(first_rows(imp, schema_of(who.team), options_from_json(imp.options)), header)


def values_of(table: Table, header: str) -> list[str]:
    """Return the different values of a column: the choices of a new list."""
    place = table.header.index(header) if header in table.header else len(table.header)
    cells = (row.cells[place] for row in table.rows if place < len(row.cells))
    return [each for each in column_values.choices_of(list(cells)) if each]


def _orders(posted: Mapping[str, str], answers: Mapping[str, str | None], schema: Schema) -> dict[str, str]:
    """Return the chosen orders of dates by the field that each column is."""
    found: dict[str, str] = {}
    for key, order in posted.items():
        header = key.removeprefix(_ORDER)
        its = schema.by_header.get(header)
        name = its.name if its else answers.get(header)
        if key.startswith(_ORDER) and order in dates.ORDERS and name:
            found[name] = order
    return found

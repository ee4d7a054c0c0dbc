"""The pages of Contact Import: history, New Import with its two tabs, one import in whatever state it is, downloads."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from muster.contacts.schema import schema_of
from muster.core import errors, phones
from muster.core.cells.whole import whole
from muster.core.checking import check
from muster.core.fields import Options, Schema
from muster.core.problems import BadFile, Problem
from muster.core.sentences.language import gettext as _
from muster.core.table.reader import parse
from muster.imports import run, workspace
from muster.imports.draft import column_answers
from muster.imports.draft.column_table import column_table
from muster.imports.draft.columns import MOST_ASKED
from muster.imports.draft.sample import header_among
from muster.imports.models import Import, Recipe, State
from muster.imports.pages import recipes, upload_limit
from muster.imports.pages.columns import below_titles, given_in, table_context, values_of
from muster.imports.pages.forms import PasteForm, StartForm, UploadForm, first_choice, limits
from muster.imports.pages.guide import guide_page
from muster.imports.pages.history import history_page
from muster.imports.recipes import offer
from muster.settings import settings
from muster.teams.access import Access, admin, signed_in
from muster.teams.mailing.mail_files import has_mail_server
from muster.teams.models import Team, User

LONGEST_END = 30  # characters of either end of a range
GET_OR_POST = ["GET", "HEAD", "POST"]


@require_GET
@admin
def history(request: HttpRequest, who: Access) -> HttpResponse:
    """List the team's imports, newest first."""
    return render(request, "imports/history.html", history_page(who.team, request.GET))


@csrf_exempt  # and then protected, once the limit stands: the token is in the body too
@require_http_methods(GET_OR_POST)
def new(request: HttpRequest, team: str) -> HttpResponse:
    """File Upload: show the form, or take the file, stopping at the limit while it is read."""
    if request.method == "POST":
        upload_limit.limit(request, settings().max_file_bytes)
    return _new(request, team)


@csrf_protect
@admin
def _new(request: HttpRequest, who: Access) -> HttpResponse:
    if request.method != "POST":
        return _start_page(request, who, UploadForm(initial=_initial(who.team)))
    form = UploadForm(request.POST, request.FILES)
    if upload_limit.is_too_big(request):
        form.errors["file"] = form.error_class([_too_big()])
        return _start_page(request, who, form, status=413)
    if not form.is_valid():
        return _start_page(request, who, form, status=422)
    imp = _receive_file(who, form)
    show = reverse("imports:show", args=[who.team.slug, imp.pk])
    return _go(request, recipes.as_last_time(request, who, imp) if "again" in request.POST else show)


def _receive_file(who: Access, form: UploadForm) -> Import:
    file: UploadedFile[Any] = form.cleaned_data["file"]
    data = file.read()
    imp = run.receive(
        who.team,
        who.user,
        method="file",
        filename=str(file.name),
        data=data,
        options=_options(who.team, form),
        confirm=False,
        idempotency_key=form.idempotency_key(data),
    )
    return offer.offer(below_titles(imp, who.user))


def _options(
    team: Team,
    form: StartForm,
    columns: Mapping[str, str | None] | None = None,
    header_row: int | None = None,
    date_orders: Mapping[str, str] | None = None,
) -> Options:
    """Return the chosen options with the team's answers, and remember the choice for next time."""
    Team.objects.filter(pk=team.pk).update(blank_mobile=form.cleaned_data["blank_mobile"])
    answers = {**column_answers.remembered(team), **(columns or {})}
    return form.chosen(columns=answers, header_row=header_row or None, date_orders=dict(date_orders or {}))


def _initial(team: Team) -> dict[str, Any]:
    return {**first_choice(team), "key": secrets.token_hex(16)}


def _too_big() -> str:
    most = limits()["max_size"]
    return _(
        "This file is larger than {most}, the most one upload takes. Remove columns you don't import, or split it.",
        most=most,
    )


def _start_page(request: HttpRequest, who: Access, form: StartForm, status: int = 200, **more: Any) -> HttpResponse:
    if status != 200 and _wants_json(request):
        return JsonResponse({"problem": " ".join(str(each[0]) for each in form.errors.values())}, status=status)
    schema = schema_of(who.team)
    home = phones.calling_code(schema.home_region)
    more["has_recipes"] = Recipe.objects.filter(team=who.team).exists()
    context = {"form": form, "home_code": home, "headers": _headers(schema), **limits(), **more}
    tab = "paste" if isinstance(form, PasteForm) else "new"
    return render(request, f"imports/{tab}.html", context, status=status)


def _headers(schema: Schema) -> list[dict[str, Any]]:
    return [{"names": each.headers or (each.name,), "is_required": each.required} for each in schema.fields]


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """Send the browser on; a script, which shows how far the upload is, gets the address and goes itself."""
    return JsonResponse({"next": address}) if _wants_json(request) else redirect(address)


@require_http_methods(GET_OR_POST)
@admin
def paste(request: HttpRequest, who: Access) -> HttpResponse:
    """Copy & Paste: show the form, or take the rows. Whatever is wrong with them, the text comes back."""
    if request.method != "POST":
        return _start_page(request, who, PasteForm(initial=_initial(who.team)))
    form = PasteForm(request.POST)
    if not form.is_valid():
        return _start_page(request, who, form, status=422)
    data = form.cleaned_data["text"].encode("utf-8", "replace")
    header_row = whole(request.POST.get("header_row"))
    given = given_in(request.POST, who, lambda header: _values(who.team, form, data, header, header_row))
    for said in given.refusals:
        messages.error(request, said)
    options = _options(who.team, form, given.answers, header_row, given.orders)
    problems = _file_problems(who.team, data, options)
    if problems:
        found = _refused(who.team, data, options, problems)
        if "header_asked" in request.POST:
            found["header_found"] = None
        return _start_page(request, who, form, 422, **found)
    return _receive_text(request, who, form, data, options)


def _file_problems(team: Team, data: bytes, options: Options) -> tuple[Problem, ...]:
    schema = schema_of(team)
    try:
        check(
            parse(data, schema, options, max_rows=settings().max_paste_rows, max_cells=settings().max_cells),
            schema,
            options,
        )
    except BadFile as bad:
        return bad.problems
    return ()


def _refused(team: Team, data: bytes, options: Options, problems: tuple[Problem, ...]) -> dict[str, Any]:
    """Return what is wrong with pasted rows, and the table in which it can be answered."""
    found: dict[str, Any] = {"problems": [errors.problem_view(each) for each in problems[:MOST_ASKED]]}
    if not all(each.code.startswith("header-") for each in problems):
        return found
    schema = schema_of(team)
    try:
        table = parse(data, schema, options)
    except BadFile:
        return found  # there is no table in which anything could be answered
    is_missing = any(each.code == "header-missing" for each in problems)
    header = header_among(table, schema) if is_missing else None
    asked = table_context(column_table(team, table, options, problems))
    return found | asked | {"header_found": header, "header_row": options.header_row}


def _values(team: Team, form: StartForm, data: bytes, header: str, header_row: int | None) -> list[str]:
    """Return the different values of a pasted column; none where the rows cannot be read."""
    try:
        return values_of(parse(data, schema_of(team), form.chosen(header_row=header_row or None)), header)
    except BadFile:
        return []


def call_by_range(imp: Import) -> None:
    """Call pasted rows by the first and the last value of their first column, as they have no file to be called by."""
    if imp.title or imp.state != State.READY or not imp.is_small:
        return
    cells = [row.cells[0].strip() for row in workspace.table(imp).rows if row.cells and row.cells[0].strip()]
    if cells:
        first, last = (each[:LONGEST_END] for each in (cells[0], cells[-1]))
        imp.title = (
            _("Pasted rows {first}", first=first)
            if first == last
            else _("Pasted rows {first} to {last}", first=first, last=last)
        )
        imp.save(update_fields=["title"])


def _receive_text(request: HttpRequest, who: Access, form: PasteForm, data: bytes, options: Options) -> HttpResponse:
    imp = run.receive(
        who.team,
        who.user,
        method="text",
        filename="",
        data=data,
        options=options,
        confirm=False,
        idempotency_key=form.idempotency_key(data),
    )
    call_by_range(imp)
    if "preview" in request.POST or imp.state in (State.REFUSED, State.CHECKING):
        offer.offer(imp)
        return redirect("imports:show", who.team.slug, imp.pk)
    if imp.state == State.READY and run.asks_first(imp):
        return redirect("imports:confirm", who.team.slug, imp.pk)
    if imp.state == State.READY:
        run.confirm(imp, who.user)
    mailed, shown = (
        _("We'll email {email} when it's done", email=who.user.email),
        _("The result will be in your Notices"),
    )
    told = mailed if has_mail_server() else shown
    messages.success(request, _("Your import is being processed. {told}.", told=told))
    return redirect("imports:history", who.team.slug)


@require_GET
@signed_in
def guide(request: HttpRequest, user: User) -> HttpResponse:
    """The guide *Resolving import errors*: an entry for every code, from the one catalogue."""
    return render(request, "guide.html", {"levels": guide_page(), "user": user})

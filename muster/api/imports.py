"""Imports: posted, looked at, corrected, confirmed, undone."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Annotated, Any, Literal
from uuid import UUID

import pydantic
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_datetime
from ninja import Body, Header, Query, Router, Status
from ninja.errors import ValidationError
from pydantic import Field

from muster.api.auth import Admins, who
from muster.api.changed import Words
from muster.api.description.openapi import says
from muster.api.paging import Page, decode, encode
from muster.api.problems import Refused, answer
from muster.api.recipes import repeated
from muster.api.shapes.imports import (
    Confirmation,
    ImportChange,
    ImportOut,
    Imports,
    NewImport,
    RowEdit,
    Rows,
    UndoOut,
    UndoUnderWay,
    import_json,
    listed_json,
)
from muster.api.shapes.reading import Upload, read_upload
from muster.core.fields import options_from_json
from muster.core.sentences.language import gettext as _
from muster.imports import row_results, run, undo
from muster.imports.draft import edits, left_out
from muster.imports.draft.fix_here import fix_here
from muster.imports.models import Import, MovedOn, WrongState
from muster.imports.process import undo_looks
from muster.imports.row_results import RowResult, row_view
from muster.settings import settings
from muster.teams.access import Access
from muster.teams.whole_file import whole_file, whole_workbook

router = Router(tags=["Imports"])
IMPORT = "/teams/{team}/imports/{uuid:import_id}"


def find(who: Access, import_id: Any) -> Import:
    """The import in the address. Raises Http404 when it is not the team's."""
    imports = Import.objects.select_related("team", "created_by")
    return run.summed_up(get_object_or_404(imports, team=who.team, pk=import_id))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _sent() -> dict[str, Any]:
    """Describe the body of a new import, in both forms."""
    schema = NewImport.model_json_schema()
    described = {"type": "object", "required": [], "additionalProperties": False}
    text = {"type": "string", "description": "The rows, the header first."}
    file = {"type": "string", "format": "binary", "description": "A .csv or .txt file, or a workbook."}
    rows = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber\nS1,Amara,Okafor,,+44 1753 495000\n"
    in_form = {**schema["properties"], "columns": {"type": "string"}, "date_orders": {"type": "string"}}
    for name in ("blank_mobile", "encoding", "delimiter", "header_row", "recipe"):
        in_form[name] = in_form[name]["anyOf"][0]
    form = {**described, "properties": {"file": file, "text": text, **in_form}}
    json = {**described, "properties": {"text": text, **schema["properties"]}, "required": ["text"]}
    content = {
        "multipart/form-data": {"schema": form, "example": {"text": rows, "blank_mobile": "infer"}},
        "application/json": {
            "schema": json,
            "example": {"text": rows, "blank_mobile": "infer", "columns": {"Notes": None}, "confirm": False},
        },
    }
    return {"required": True, "content": content}


@router.post("/teams/{team}/imports", auth=Admins(), response={202: ImportOut}, openapi_extra={"requestBody": _sent()})
def post_import(
    request: HttpRequest,
    team: str,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            max_length=255,
            description="Posted again with it: the first one's import; 422 with another payload.",
        ),
    ] = None,
) -> Status[dict[str, Any]]:
    """Import a file or text: exactly one of `file` and `text`. With `confirm` false it stops at `ready`."""
    asker = who(request)
    upload = read_upload(request, settings().max_api_bytes)
    try:
        wanted = NewImport.model_validate(upload.values)
    except pydantic.ValidationError as error:
        raise bad_options(error) from error
    if upload.data is None:
        raise Refused(422, _("Send exactly one of `file` and `text`."))
    as_before, recipe = repeated(asker.team, wanted.recipe)
    made = run.receive(
        asker.team,
        asker.user,
        method="api",
        filename=upload.filename,
        data=upload.data,
        options=wanted.options(as_before),
        confirm=wanted.confirm,
        idempotency_key=idempotency_key,
        payload=_payload(upload, wanted) if idempotency_key else "",
        recipe=recipe,
    )
    return Status(202, import_json(made))


def _payload(upload: Upload, wanted: NewImport) -> str:
    """Return a hash of all that was sent, save the name of the file."""
    sent = hashlib.sha256(wanted.model_dump_json().encode())
    sent.update(upload.data or b"")
    return sent.hexdigest()


def bad_options(error: pydantic.ValidationError) -> ValidationError:
    """The same answer as for any other value that cannot be taken."""
    return ValidationError([{"loc": ("body", "options", *each["loc"]), "msg": each["msg"]} for each in error.errors()])


@router.get("/teams/{team}/imports", auth=Admins(), response=Imports)
def list_imports(request: HttpRequest, team: str, page: Query[Page]) -> dict[str, Any]:
    """List the imports of a team, newest first, without their problems."""
    imports = Import.objects.filter(team=who(request).team).select_related("created_by").order_by("-created_at", "-id")
    key = decode(page.cursor, str, str)
    if key:
        at = _time(key[0])
        if at is None or not _is_uuid(key[1]):
            raise Refused(422, _("This cursor is not one that an answer gave as `next`."))
        imports = imports.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=key[1]))
    found = list(imports[: page.limit + 1])
    last = found[page.limit - 1] if len(found) > page.limit else None
    following = encode(last.created_at.isoformat(), str(last.pk)) if last else None
    return {"items": [listed_json(each) for each in found[: page.limit]], "next": following}


def _time(text: str) -> datetime | None:
    """A time of a cursor; None where no import can have been made then."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at and at.tzinfo and 1900 < at.year < 9000 else None


@router.get(IMPORT, auth=Admins(), response=ImportOut)
def read_import(request: HttpRequest, team: str, import_id: UUID) -> dict[str, Any]:
    """Show an import: ask again while it is `checking`, `waiting` or `importing`."""
    return import_json(find(who(request), import_id))


@router.patch(IMPORT, auth=Admins(), response=ImportOut, openapi_extra=says(409))
def change_import(request: HttpRequest, team: str, import_id: UUID, body: ImportChange) -> dict[str, Any]:
    """Change options or answer columns, while `ready` or `refused`; the file is looked at again."""
    asker = who(request)
    imp = find(asker, import_id)
    return import_json(run.revise(imp, asker.user, body.applied(options_from_json(imp.options))))


class WhichRows(Page):
    """Which rows."""

    outcome: Literal["created", "updated", "unchanged", "failed"] | None = None
    code: Annotated[str, Field(max_length=50, description="Only rows with this code, as problem or note.")] = ""


@router.get(IMPORT + "/rows", auth=Admins(), response=Rows, openapi_extra=says(409))
def list_rows(request: HttpRequest, team: str, import_id: UUID, wanted: Query[WhichRows]) -> dict[str, Any]:
    """List the rows with what happened, or would happen, to each. 409 while there is nothing to say."""
    asker = who(request)
    imp = find(asker, import_id)
    if imp.state in {"checking", "failed", "cancelled"}:
        raise WrongState(imp)
    key = decode(wanted.cursor, int)
    results = row_results.iterate(imp, wanted.outcome, wanted.code or None, past=key[0] if key else 0)
    found = list(islice(results, wanted.limit + 1))
    following = encode(found[wanted.limit - 1].row) if len(found) > wanted.limit else None
    words = Words(asker.team)
    items = [row_json(each, words) for each in found[: wanted.limit]]
    return {"items": items, "next": following, "revision": imp.revision}


def row_json(result: RowResult, words: Words) -> dict[str, Any]:
    """A row as the API shows it."""
    return {
        **row_view(result),
        "before": words.of(result.before),
        "after": words.of(result.after),
    }


@router.patch(IMPORT + "/rows", auth=Admins(), response=ImportOut, openapi_extra=says(409))
def change_rows(
    request: HttpRequest, team: str, import_id: UUID, body: Annotated[list[RowEdit], Body(max_length=10_000)]
) -> dict[str, Any]:
    """Change cells, or leave rows out, while `ready`: one step that the Review page can undo."""
    asker = who(request)
    imp = find(asker, import_id)
    if imp.state != "ready":
        raise WrongState(imp)
    cells = [(each.row, each.header, each.value) for each in body if each.header is not None and each.value is not None]
    leave_out = [(each.row, each.leave_out) for each in body if each.leave_out is not None]
    if len(cells) + len(leave_out) != len(body):
        raise Refused(422, _("Each item has `row`, and either `header` and `value`, or `leave_out`."))
    edits.edit(imp, asker.user, cells, leave_out, "Changed by API")
    return import_json(find(asker, import_id))


REVISION = {"requestBody": {"content": {"application/json": {"example": {"revision": 2}}}}}


@router.post(IMPORT + "/confirm", auth=Admins(), response={202: ImportOut}, openapi_extra={**says(409), **REVISION})
def confirm_import(
    request: HttpRequest, team: str, import_id: UUID, body: Confirmation | None = None
) -> Status[dict[str, Any]]:
    """Confirm an import that is `ready`. 409 in any other state, so that confirming twice imports once.

    With the `revision` that was looked at: 409 too when it has moved on, because the draft was edited or would do
    something else to the contacts as they are now; the answer has the `import` as it is.
    """
    asker = who(request)
    imp = find(asker, import_id)
    wanted = body.revision if body else None
    if wanted is not None and imp.state == "ready" and wanted != imp.revision + imp.drift:
        raise MovedOn(imp, wanted)
    return Status(202, import_json(run.confirm(imp, asker.user, None if wanted is None else imp.revision)))


@router.post(IMPORT + "/cancel", auth=Admins(), response=ImportOut, openapi_extra=says(409))
def cancel_import(request: HttpRequest, team: str, import_id: UUID) -> dict[str, Any]:
    """Give up an import that has not begun."""
    asker = who(request)
    return import_json(run.cancel(find(asker, import_id), asker.user))


TO_FIX = (
    "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Row,Problem,How to fix\n"
    "S1,Amara,,7165550001,,17,LastName is blank.,Fill it in.\n"
)


@router.get(
    IMPORT + "/rows-to-fix.csv",
    auth=Admins(),
    response={200: None},
    openapi_extra=says(409, csv=("Rows to fix", TO_FIX)),
)
def rows_to_fix(request: HttpRequest, team: str, import_id: UUID) -> FileResponse:
    """Download the rows that failed: the file's own columns, and Row, Problem and How to fix."""
    imp = find(who(request), import_id)
    if imp.state in row_results.HAS_NO_ROWS:
        raise WrongState(imp)
    return whole_file(row_results.rows_to_fix(imp), f"rows-to-fix-{imp.pk}.csv")


@router.get(
    IMPORT + "/rows-to-fix.xlsx",
    auth=Admins(),
    response={200: None},
    openapi_extra=says(409, 413, workbook="Rows to fix: what is wrong is coloured, with a comment"),
)
def rows_to_fix_workbook(request: HttpRequest, team: str, import_id: UUID) -> FileResponse:
    """Download the rows that failed as a workbook. What is wrong is coloured, with a comment; it uploads again."""
    imp = find(who(request), import_id)
    if imp.state in row_results.HAS_NO_ROWS:
        raise WrongState(imp)
    return whole_workbook(lambda file: row_results.write_rows_to_fix(file, imp), f"rows-to-fix-{imp.pk}.xlsx")


@router.post(IMPORT + "/fix", auth=Admins(), response={201: ImportOut}, openapi_extra=says(409))
def fix_rows(request: HttpRequest, team: str, import_id: UUID) -> Status[dict[str, Any]]:
    """Make a new draft of exactly the rows that were left out, with all answers and options; 409 if there are none."""
    asker = who(request)
    return Status(201, import_json(fix_here(find(asker, import_id), asker.user)))


@router.post(IMPORT + "/apply-opt-outs", auth=Admins(), response=ImportOut, openapi_extra=says(409))
def apply_opt_outs(request: HttpRequest, team: str, import_id: UUID) -> dict[str, Any]:
    """Opt out those whom rows that are left out say to have opted out, as the caller's word; nothing else changes.

    409 unless the import is `ready` or `done`. Said again, it changes nothing.
    """
    asker = who(request)
    left_out.apply(find(asker, import_id), asker.user)
    return import_json(find(asker, import_id))


@router.post(
    IMPORT + "/undo", auth=Admins(), response={200: UndoOut, 202: ImportOut | UndoUnderWay}, openapi_extra=says(409)
)
def undo_import(
    request: HttpRequest,
    team: str,
    import_id: UUID,
    dry_run: Annotated[bool, Query(description="Say what undoing would do; change nothing.")] = False,  # noqa: FBT002
) -> Status[dict[str, Any]]:
    """Undo what an import did, except what was changed since. The undo is an import of its own, with `undoes`.

    `dry_run` of a large import is worked out by a worker: 202 with how far it is, until the same call gives 200.
    """
    asker = who(request)
    imp = find(asker, import_id)
    if dry_run:
        return _would_undo(imp)
    return Status(202, import_json(undo.undo(imp, asker.user)))


def _would_undo(imp: Import) -> Status[dict[str, Any]]:
    found = undo_looks.preview(imp)
    if found.plan:
        return Status(200, asdict(found.plan))
    if not found.is_asked:
        undo_looks.ask(imp)
    return Status(202, {"state": "looking", "progress": {"phase": "", "done": found.done, "of": found.of}})


def moved_on(request: HttpRequest, error: MovedOn) -> HttpResponse:
    """Answer that the draft is not any more what was confirmed, with the import as it is now."""
    imp = run.keep_summary(error.imp)
    said = _(
        "You confirmed revision {shown}. The import is at revision {revision}: look at it again.",
        shown=error.shown,
        revision=imp.revision,
    )
    return answer(409, said, more={"import": import_json(imp)})

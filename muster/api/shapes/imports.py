"""Imports as the API takes and shows them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from muster.core import errors
from muster.core.checking import LONGEST_HEADER
from muster.core.fields import Options, options_from_json
from muster.core.table.delimiter import DELIMITERS
from muster.core.table.encoding import named
from muster.core.table.reader import MOST_COLUMNS
from muster.imports.models import Import
from muster.imports.progress import progress

Code = Annotated[str, Field(description="One of the codes of the guide.", json_schema_extra={"example": "value-blank"})]
Counts = dict[str, int]


def _from_form(value: Any) -> Any:
    """A form can only send text: an object comes as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise ValueError('is a JSON object, such as {"Cell Phone": "MobileNumber"}') from error


Name = Annotated[str, Field(max_length=LONGEST_HEADER)]
Columns = Annotated[
    dict[Name, Name | None],
    BeforeValidator(_from_form),
    Field(max_length=MOST_COLUMNS, description="Header → the field it is, or null to leave the column out."),
]
DateOrders = Annotated[
    dict[Name, Literal["dmy", "mdy", "ymd", "serial"]],
    BeforeValidator(_from_form),
    Field(max_length=100, description="Field → the order of its dates, where they can be read in several ways."),
]
BlankMobile = Annotated[
    Literal["infer", "fail"],
    Field(description="What a blank MobileNumber means: take the WhatsApp number, or leave the row out."),
]
BlankOptOut = Annotated[
    Literal["opt_in", "keep"],
    Field(description="What a blank WhatsApp opt-out means for who is opted out: in again, or as stored."),
]
OptBackIn = Annotated[
    Literal["file", "keep"],
    Field(description="What becomes of who had opted out, where the file opts them in: as it says, or as stored."),
]
Updates = Annotated[bool, Field(description="Change mobile numbers of existing contacts.")]


def _known_encoding(name: Any) -> Any:
    if not isinstance(name, str):
        return name
    known = named(name) if len(name) <= 40 else None
    if known is None:
        raise ValueError("is not an encoding that is known, such as cp1252, cp1250, mac_roman, utf-8 or gb18030")
    return known


def _as_character(value: Any) -> Any:
    return next((each for each, name in DELIMITERS.items() if name == value), value)


Encoding = Annotated[
    str, BeforeValidator(_known_encoding), Field(max_length=40, description="Of a text, by any of its names.")
]
HeaderRow = Annotated[int, Field(ge=1, le=1000, description="The row with the headers, if it is not the first.")]
Delimiter = Annotated[str, BeforeValidator(_as_character), Field(pattern="^[\t,;|]$")]
Sheet = Annotated[str, Field(max_length=255, description="The sheet of a workbook, if not the one that has headers.")]
QuotedRows = Annotated[bool, Field(description="Lines inside quotes that look like rows are part of their cell.")]
Backslashes = Annotated[bool, Field(description="A backslash before a quote mark makes it part of the cell.")]
MendLetters = Annotated[bool, Field(description="Read garbled letters again in the whole file: JosÃ© is José.")]


RecipeName = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if isinstance(value, int) and not isinstance(value, bool) else value),
    Field(max_length=100, description="Name or id of a recipe: what it says holds where nothing else is said."),
]


class HowToImport(Schema):
    """How a file is read, and what its cells mean: said when an import is made, or changed afterwards."""

    allow_mobile_updates: Updates = False
    blank_opt_out: BlankOptOut = "opt_in"
    opt_back_in: OptBackIn = "file"
    columns: Columns = {}
    date_orders: DateOrders = {}
    encoding: Encoding | None = None
    delimiter: Delimiter | None = None
    header_row: HeaderRow | None = None
    sheet: Sheet | None = None
    quoted_rows: QuotedRows = False
    backslashes: Backslashes = False
    mend_letters: MendLetters = False


class NewImport(HowToImport):
    """The options of a new import. The rows come beside them: `file` or `text`, exactly one of the two."""

    model_config = ConfigDict(extra="forbid")
    blank_mobile: BlankMobile | None = None
    confirm: Annotated[
        bool, Field(description="Import when the file has no file problems; false: stop at `ready`.")
    ] = True
    recipe: RecipeName | None = None

    @model_validator(mode="after")
    def says_what_a_blank_number_means(self) -> Self:
        """Ask for `blank_mobile`, unless a recipe says it."""
        if self.blank_mobile is None and self.recipe is None:
            raise ValueError("`blank_mobile` is needed: infer or fail")
        return self

    def options(self, repeated: Options | None = None) -> Options:
        """As the core takes them; what is not said is as `repeated` says, a recipe's options."""
        if repeated is None:
            return Options(**self.dict(exclude={"confirm", "recipe"}))
        said = self.dict(exclude={"confirm", "recipe"}, exclude_unset=True)
        for name in ("columns", "date_orders"):
            said[name] = {**getattr(repeated, name), **said.get(name, {})}
        return replace(repeated, **{name: value for name, value in said.items() if value is not None})


class ImportChange(HowToImport):
    """Options to change, while `ready` or `refused`. `columns` and `date_orders` are added to those given before."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"columns": {"Notes": None}}})
    blank_mobile: BlankMobile = "fail"

    def applied(self, options: Options) -> Options:
        """These options with the changes."""
        changes = self.dict(exclude_unset=True)
        for name in ("columns", "date_orders"):
            if name in changes:
                changes[name] = {**getattr(options, name), **changes[name]}
        return Options(**{**{key: getattr(options, key) for key in Options.__dataclass_fields__}, **changes})


class OptionsOut(Schema):
    """The options of an import."""

    blank_mobile: Literal["infer", "fail"]
    allow_mobile_updates: bool
    blank_opt_out: Literal["opt_in", "keep"]
    opt_back_in: Literal["file", "keep"]
    columns: dict[str, str | None]
    date_orders: dict[str, str]
    encoding: str | None
    delimiter: str | None
    header_row: int | None
    sheet: str | None
    quoted_rows: bool
    backslashes: bool
    mend_letters: bool


class Totals(Schema):
    """created + updated + unchanged + failed = rows."""

    rows: int
    created: int
    updated: int
    unchanged: int
    failed: int


class ProblemOut(Schema):
    """One thing to put right. `field` is the field's name, whatever the header was called."""

    code: Code
    row: int | None
    field: str | None
    value: str | None
    message: str
    fix: str


class NoteOut(Schema):
    """One thing to know about a row that is imported all the same."""

    code: Code
    row: int | None
    field: str | None
    message: str


class Progress(Schema):
    """How far it is, in rows."""

    done: int
    of: int
    phase: str


EXAMPLE: dict[str, Any] = {
    "id": "5f0c9a4e-0a63-4a6e-9f0b-6f4a2b1f2a10",
    "state": "done",
    "method": "api",
    "filename": "september.csv",
    "created_at": "2026-09-01T09:30:00Z",
    "finished_at": "2026-09-01T09:30:04Z",
    "created_by": "ana@example.edu",
    "undoes": None,
    "revision": 2,
    "options": {
        "blank_mobile": "infer",
        "allow_mobile_updates": False,
        "blank_opt_out": "opt_in",
        "opt_back_in": "file",
        "columns": {"Notes": None},
        "date_orders": {},
        "encoding": None,
        "delimiter": None,
        "header_row": None,
        "sheet": None,
        "quoted_rows": False,
        "backslashes": False,
        "mend_letters": False,
    },
    "totals": {"rows": 120, "created": 100, "updated": 12, "unchanged": 7, "failed": 1},
    "problem_counts": {"value-blank": 1},
    "note_counts": {"number-inferred": 40},
    "left_out_opt_outs": 0,
    "recipe": None,
    "progress": {"done": 120, "of": 120, "phase": ""},
}
EXAMPLE_PROBLEM: dict[str, Any] = {
    "code": "value-blank",
    "row": 17,
    "field": "LastName",
    "value": "",
    "message": "LastName is blank.",
    "fix": "Fill it in.",
}


class ImportListed(Schema):
    """An import, without its problems."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})
    id: UUID
    state: Literal["checking", "ready", "refused", "waiting", "importing", "done", "failed", "cancelled", "undone"]
    method: Literal["file", "text", "api", "undo"]
    filename: str
    created_at: datetime
    finished_at: datetime | None
    created_by: str | None
    undoes: UUID | None
    revision: Annotated[int, Field(description="Grows with every change of the draft: say it when you confirm.")]
    options: OptionsOut
    totals: Totals
    problem_counts: Counts
    note_counts: Counts
    left_out_opt_outs: Annotated[int, Field(description="Opt-outs of rows that are left out, not applied yet.")]
    recipe: Annotated[str | None, Field(description="The name of the recipe that was applied.")]
    progress: Progress


class ImportOut(ImportListed):
    """An import. `problems`: of the file and of rows, the first 1,000; `problem_counts` has them all."""

    model_config = ConfigDict(json_schema_extra={"example": {**EXAMPLE, "problems": [EXAMPLE_PROBLEM], "notes": []}})
    problems: list[ProblemOut]
    notes: Annotated[list[NoteOut], Field(description="Of the file as a whole.")]


class Imports(Schema):
    """A page of imports, newest first."""

    items: list[ImportListed]
    next: str | None


class RowOut(Schema):
    """What became, or would become, of one row. `values`: header → cell as last edited."""

    row: int
    outcome: Literal["created", "updated", "unchanged", "failed"]
    contact_id: str | None
    values: dict[str, str]
    problems: list[ProblemOut]
    notes: list[NoteOut]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Rows(Schema):
    """A page of rows, in the order of the file."""

    items: list[RowOut]
    next: str | None
    revision: Annotated[int, Field(description="Of the import: rows of two revisions may not fit together.")]


class Confirmation(Schema):
    """Which revision is confirmed, so that nothing else is imported than was looked at."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"revision": 2}})
    revision: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class RowEdit(Schema):
    """A cell to change, or a row to leave out or take back in."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"row": 17, "header": "LastName", "value": "Okafor"}}
    )
    row: Annotated[int, Field(ge=2, le=2**31 - 1)]
    header: Name | None = None
    value: Annotated[str, Field(max_length=1_000_000)] | None = None
    leave_out: bool | None = None


class UndoOut(Schema):
    """What undoing would do, in contacts: created ones are removed unless changed since, changed ones restored."""

    removed: int
    kept_created: int
    restored: int
    partly: int
    kept_changed: int
    gone: int
    opt_outs_kept: int


class UndoUnderWay(Schema):
    """A worker is finding out what undoing a large import would do: ask again in a second."""

    state: Literal["looking"]
    progress: Progress


def listed_json(imp: Import) -> dict[str, Any]:
    """An import, without its problems."""
    options = options_from_json(imp.options)
    return {
        "id": str(imp.pk),
        "state": imp.state,
        "method": imp.method,
        "filename": imp.filename,
        "created_at": imp.created_at,
        "finished_at": imp.finished_at,
        "created_by": imp.created_by.email if imp.created_by else None,
        "undoes": str(imp.undoes_id) if imp.undoes_id else None,
        "revision": imp.revision + imp.drift,
        "options": {name: getattr(options, name) for name in OptionsOut.model_fields},
        "totals": {name: getattr(imp, name) for name in Totals.model_fields},
        "problem_counts": imp.summary.get("problem_counts", {}),
        "note_counts": imp.summary.get("note_counts", {}),
        "left_out_opt_outs": imp.opt_outs_left_out,
        "recipe": imp.recipe or None,
        "progress": progress(imp),
    }


def import_json(imp: Import) -> dict[str, Any]:
    """An import, with its first problems."""
    found = {name: [*map(errors.retold, imp.summary.get(name, []))] for name in ("problems", "notes")}
    return {**listed_json(imp), **found}

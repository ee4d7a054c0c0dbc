"""What became of each row: from the plan while the import is a draft, from what was kept once it is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import IO, Any, NamedTuple

from muster.contacts.mapping import channel_of_history, staff_ids
from muster.contacts.models import Change
from muster.contacts.schema import schema_of
from muster.core import errors
from muster.core.consent import Channel
from muster.core.fields import CHANNELS, options_from_json
from muster.core.problems import Note, Problem
from muster.core.table import rows_to_fix as core_rows_to_fix
from muster.core.table.csv_text import csv_text
from muster.core.table.rows_to_fix import FailedRow
from muster.core.table.table import Row, Table
from muster.core.verdicts import Verdict
from muster.imports import workspace
from muster.imports.models import Import, State
from muster.imports.store import blobs, packed_rows, seen
from muster.workbooks import rows_to_fix as workbook
from muster.workbooks.book import refuse_too_many

# It has not come to rows that were left out.
HAS_NO_ROWS = frozenset({State.CHECKING, State.REFUSED, State.FAILED, State.CANCELLED})
CHANGED = ("created", "updated")
AT_ONCE = 500


class RowResult(NamedTuple):
    """One row of an import: what happened, or would happen, and why. `cells`: header → cell as last edited.

    `before` and `after` hold what changes, by field key, as in the plan; `cells` is empty when the file is gone.
    """

    row: int
    outcome: str
    contact_id: str | None
    cells: Mapping[str, str]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def rows_of(imp: Import, outcome: str | None = None, code: str | None = None) -> list[RowResult]:
    """Return the rows as in the file, perhaps of one outcome or with one code. Raises BadFile when refused."""
    return list(iterate(imp, outcome, code))


def iterate(imp: Import, outcome: str | None = None, code: str | None = None, *, past: int = 0) -> Iterator[RowResult]:
    """Yield the rows a few hundred at a time: for a page, or for a download of any length."""
    if is_done(imp):
        return _kept(imp, _Wanted(outcome, code, past))
    return _planned(imp, _Wanted(outcome, code, past))


def row_view(result: RowResult) -> dict[str, Any]:
    """Return a row and what is said of it, as the API and the pages show it."""
    return {
        "row": result.row,
        "outcome": result.outcome,
        "contact_id": result.contact_id,
        "values": result.cells,
        "problems": [errors.problem_view(each) for each in result.problems],
        "notes": [errors.problem_view(each) for each in result.notes],
    }


def is_done(imp: Import) -> bool:
    """Whether the rows are history."""
    return imp.state in (State.DONE, State.UNDONE)


class _Wanted(NamedTuple):
    outcome: str | None
    code: str | None
    past: int

    def __call__(self, row: int, outcome: str, found: Iterable[Problem | Note]) -> bool:
        if row <= self.past or self.outcome not in (None, outcome):
            return False
        return self.code is None or any(each.code == self.code for each in found)


def _planned(imp: Import, wanted: _Wanted) -> Iterator[RowResult]:
    if not blobs.is_kept(imp, blobs.ORIGINAL):
        return  # the file is gone, and it never became history
    header, rows = _of_draft(imp, wanted)
    for (_, cells), verdict in rows:
        row, outcome, contact_id, _, before, after, problems, notes = verdict
        if wanted(row, outcome, (*problems, *notes)):
            yield RowResult(row, outcome, contact_id, _named(header, cells), problems, notes, before, after)


def _kept(imp: Import, wanted: _Wanted) -> Iterator[RowResult]:
    header, rows = packed_rows.unpack(imp)
    in_file = _CellsOfFile(imp)
    staff = staff_ids(imp.team)
    found = (
        (place, row) for place, row in enumerate(rows) if wanted(row.row, row.outcome, (*row.problems, *row.notes))
    )
    while batch := list(islice(found, AT_ONCE)):
        changes = _changes(imp, [place for place, row in batch if row.outcome in CHANGED])
        for place, row in batch:
            cells = row.cells if row.cells is not None else in_file.row(row.row)
            change = changes.get(place)
            before = _as_planned(change.before, staff) if change else None
            after = _as_planned(change.after, staff) if change else None
            named = _named(header, cells)
            yield RowResult(row.row, row.outcome, row.contact_id, named, row.problems, row.notes, before, after)


def _of_draft(imp: Import, wanted: _Wanted) -> tuple[tuple[str, ...], Iterator[tuple[Row, Verdict]]]:
    """Return header, rows and verdicts of a draft: as planned now, or as the worker saw those of a large one."""
    if imp.is_small:
        look = workspace.look(imp)
        return look.reading.table.header, zip(look.rows, look.verdicts, strict=True)
    kept = seen.of(imp)
    return kept.header, ((each.row, each.verdict) for each in kept.iterate(*wanted))


class _CellsOfFile:
    """The cells of an import's file, for as long as that is kept. It is read when first asked for, and not before."""

    def __init__(self, imp: Import) -> None:
        self.imp = imp

    @cached_property
    def table(self) -> Table | None:
        """The file with the edits, if it is still there."""
        return workspace.table(self.imp) if blobs.is_kept(self.imp, blobs.ORIGINAL) else None

    def row(self, number: int) -> tuple[str, ...]:
        """Return the cells of a row."""
        place = self.table.place_of(number) if self.table else None
        return self.table.rows[place].cells if self.table and place is not None else ()


def _changes(imp: Import, places: list[int]) -> dict[int, Change]:
    """The history entries of rows, by their place in the file: their ids follow one another."""
    first = imp.first_change
    if first is None or not places:
        return {}
    entries = Change.objects.filter(team=imp.team_id, id__in=[first + place for place in places])
    return {each.id - first: each for each in entries}


def _as_planned(kept: Mapping[str, Any] | None, staff: Mapping[int, str]) -> dict[str, Any] | None:
    """Return what history keeps as the plan had it: channels, and a Staff ID in place of a membership."""
    if kept is None:
        return None
    values = {key: channel_of_history(value) if value and key in CHANNELS else value for key, value in kept.items()}
    if "assigned" in kept:
        del values["assigned"]
        values["staff_id"] = staff.get(kept["assigned"], "") if kept["assigned"] else None
    return values


def _named(header: Iterable[str], cells: Iterable[str]) -> dict[str, str]:
    """Return the cells by header; of a header that is there twice, the first counts."""
    named: dict[str, str] = {}
    for name, cell in zip(header, cells, strict=False):
        named.setdefault(name, cell)
    return named


def rows_to_fix(imp: Import) -> Iterator[str]:
    """Yield a CSV of the failed rows, to correct and upload again as it stands."""
    return core_rows_to_fix.as_csv(*failed_rows(imp), _separator(imp))


def _separator(imp: Import) -> str:
    """Return what separates the cells in a file for this person's spreadsheet: as in the upload, tabs aside."""
    found = imp.summary.get("delimiter", ",")
    return found if imp.method != "text" and found in (";", "|") else ","


def failed_rows(imp: Import) -> tuple[list[str], Iterator[FailedRow]]:
    """Return the header of a file of the failed rows, and the rows, each as it is asked for."""
    if not is_done(imp):
        header, planned = _of_draft(imp, _Wanted("failed", None, 0))
        return core_rows_to_fix.failed_rows(header, planned)
    header, rows = packed_rows.unpack(imp)
    blank = ("",) * len(header)
    failed = (
        (
            Row(each.row, each.cells or blank),
            Verdict(each.row, each.outcome, each.contact_id, None, None, None, each.problems),
        )
        for each in rows
        if each.outcome == "failed"
    )
    return core_rows_to_fix.failed_rows(header, failed)


def write_rows_to_fix(file: IO[bytes], imp: Import) -> None:
    """Write them to a workbook. Raises TooLarge for more of them than one takes."""
    header, failed = failed_rows(imp)
    refuse_too_many(imp.failed, len(header))
    workbook.write_rows_to_fix(file, header, failed, schema_of(imp.team), options_from_json(imp.options))


def changes_csv(imp: Import) -> Iterator[str]:
    """Yield a CSV of what the import changed, a line a value: row, ContactId, what, field, before, after."""
    return csv_text(_changed_values(imp))


def _changed_values(imp: Import) -> Iterator[tuple[str, ...]]:
    yield "Row", "ContactId", "What", "Field", "Before", "After"
    names = {each.key: each.name for each in schema_of(imp.team).fields}
    names["mobile_number_inferred"] = "MobileNumber inferred"
    for outcome in CHANGED:
        for each in iterate(imp, outcome):
            row, before = (str(each.row), each.contact_id or "", outcome), each.before or {}
            for key, after in (each.after or {}).items():
                yield *row, names.get(key, key), _shown(before.get(key)), _shown(after)


def _shown(value: Any) -> str:
    if isinstance(value, Channel):
        return "opted out" if value.opted_out else "opted in"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)

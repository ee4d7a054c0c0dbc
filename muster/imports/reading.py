"""What was uploaded, with the edits: parsed and checked, and kept in this process for a while."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter

from muster.contacts.schema import schema_of
from muster.core.check import Checked, check
from muster.core.fields import Options, Schema, options_from_json
from muster.core.replan import moved, reread
from muster.core.table import Table, parse
from muster.imports.gc_pause import without_collecting
from muster.imports.kept import Kept
from muster.imports.models import Edit, Import
from muster.imports.progress import Clock
from muster.imports.store import blobs
from muster.settings import settings
from muster.teams.models import Team

MOST_ROWS_KEPT = 150_000
WHOLE_ROW = None  # in place of a header: the edit says whether the row is left out

Steps = tuple[int, ...]  # the edits that stand, by their keys, in order


@dataclass(frozen=True, slots=True)
class Reading:
    """A table, what its cells say, and the schema and options they were read with.

    `file` is the table before any edit; `steps` are the edits that made `table` of it, up to `revision`.
    """

    schema: Schema
    options: Options
    table: Table
    checked: Checked
    file: Table
    steps: Steps = ()
    revision: int = 0


_kept: Kept[Reading] = Kept(MOST_ROWS_KEPT)
_PARSE = attrgetter("encoding", "delimiter", "header_row", "columns")
_CHECK = attrgetter("columns", "blank_mobile", "date_orders")


def read(imp: Import, clock: Clock | None = None) -> Reading:
    """Parse and check the import as it is now edited: what the last reading did is not done again. Raises BadFile."""
    schema, options = schema_of(imp.team), options_from_json(imp.options)
    found = _find(imp, schema, options)
    if found and (found.revision, found.options) == (imp.revision, options):
        return found
    clock = clock or Clock(imp)
    found = _followed(imp, found, options, clock) if found else _read(imp, schema, clock)
    _kept.keep(imp.pk, found, len(found.table.rows))
    return found


def read_once(imp: Import, clock: Clock) -> Reading:
    """Do the same, and keep nothing: the import is about to run, and nobody will look at it again."""
    try:
        return read(imp, clock)
    finally:
        _kept.drop(imp.pk)


def still_true(read_before: Reading, imp: Import, team: Team, clock: Clock) -> Reading:
    """Return the reading, made anew if the team's fields have changed since."""
    schema = schema_of(team)
    return read_before if read_before.schema == schema else _read(imp, schema, clock)


def _find(imp: Import, schema: Schema, options: Options) -> Reading | None:
    """Return the last reading, if its file would be parsed alike."""
    found = _kept.find(imp.pk)
    return found if found and found.schema == schema and _PARSE(found.options) == _PARSE(options) else None


def _read(imp: Import, schema: Schema, clock: Clock) -> Reading:
    options, revision = options_from_json(imp.options), imp.revision
    clock.begin("reading")
    with clock.timed("parse"), without_collecting:
        steps = standing(imp)
        file = _parsed(imp, schema, options)
        table = _edited(file, steps)
    checked = _checked(table, schema, options, clock)
    return Reading(schema, options, table, checked, file, steps, revision)


def _checked(table: Table, schema: Schema, options: Options, clock: Clock) -> Checked:
    clock.begin("checking", len(table.rows))
    with clock.timed("check"), without_collecting:
        return check(table, schema, options)


def _followed(imp: Import, last: Reading, options: Options, clock: Clock) -> Reading:
    """Return the reading after what was edited, undone or chosen since; only what that touches is read again."""
    revision, steps = imp.revision, standing(imp)
    more = steps[: len(last.steps)] == last.steps
    table = _edited(last.table, steps[len(last.steps) :]) if more else _edited(last.file, steps)
    if _CHECK(options) != _CHECK(last.options):
        checked = _checked(table, last.schema, options, clock)
    else:
        touched = _touched(last.table, table)
        checked = reread(last.checked, table, touched, last.schema, options) if touched else last.checked
    return replace(last, options=options, table=table, checked=checked, steps=steps, revision=revision)


def _touched(old: Table, new: Table) -> list[int]:
    """Return the places of the rows that differ, or are left out in one and not in the other."""
    flipped = (new.place_of(number) for number in old.left_out ^ new.left_out)
    return sorted({*moved(old.rows, new.rows), *(place for place in flipped if place is not None)})


def table(imp: Import) -> Table:
    """Return the table with the edits, whatever is wrong with its header. Raises BadFile when it is no table."""
    schema, options = schema_of(imp.team), options_from_json(imp.options)
    found = _find(imp, schema, options)
    if found and (found.revision, found.options) == (imp.revision, options):
        return found.table
    return _edited(_parsed(imp, schema, options), standing(imp))


def _parsed(imp: Import, schema: Schema, options: Options) -> Table:
    """Parse the file as it came, within the limits for imports that come this way."""
    most_rows = settings().max_paste_rows if imp.method == "text" else settings().max_api_rows
    most_cells = settings().max_api_cells if imp.method == "api" else settings().max_cells
    return parse(blobs.original(imp), schema, options, max_rows=most_rows, max_cells=most_cells)


def standing(imp: Import) -> Steps:
    """Return the edits that stand, in order."""
    if not imp.revision:
        return ()
    return tuple(Edit.objects.filter(of=imp, undone=False).order_by("number").values_list("id", flat=True))


def edits_of(imp: Import) -> tuple[dict[tuple[int, str], str], set[int]]:
    """Return what the edits that stand come to: cells by (row, header), and the rows that are left out."""
    return _sum_of(standing(imp), ())


def _sum_of(steps: Steps, left_out: Iterable[int]) -> tuple[dict[tuple[int, str], str], set[int]]:
    cells: dict[tuple[int, str], str] = {}
    out = set(left_out)
    for step in Edit.objects.filter(id__in=steps).order_by("number").values_list("cells", flat=True):
        for row, header, _, after in step:
            if header is not WHOLE_ROW:
                cells[row, header] = after
            elif after:
                out.add(row)
            else:
                out.discard(row)
    return cells, out


def _edited(before: Table, steps: Steps) -> Table:
    if not steps:
        return before
    cells, left_out = _sum_of(steps, before.left_out)
    return before.edited(cells, left_out)


def cells_by_row(imp: Import) -> dict[int, tuple[str, ...]]:
    """Return the cells of every row, with the edits, by row number."""
    return dict(table(imp).rows)

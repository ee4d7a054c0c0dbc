"""What was uploaded, with the edits: parsed and checked, and kept in this process for a while."""

from __future__ import annotations

from dataclasses import dataclass

from muster.contacts.schema import schema_of
from muster.core.check import Checked, check
from muster.core.fields import Options, Schema, options_from_json
from muster.core.table import Table, parse
from muster.imports import content
from muster.imports.kept import Kept
from muster.imports.models import Edit, Import
from muster.imports.progress import Clock
from muster.settings import settings
from muster.teams.models import Team

MOST_ROWS_KEPT = 150_000
WHOLE_ROW = None  # in place of a header: the edit says whether the row is left out


@dataclass(frozen=True, slots=True)
class Reading:
    """A table, what its cells say, and the schema and options they were read with."""

    schema: Schema
    options: Options
    table: Table
    checked: Checked


_kept: Kept[Reading] = Kept(MOST_ROWS_KEPT)


def read(imp: Import, clock: Clock | None = None) -> Reading:
    """Parse and check the import as it is now edited. Raises BadFile."""
    schema = schema_of(imp.team)
    key = (imp.pk, imp.revision, schema)
    found = _kept.find(key)
    if found is None:
        found = _read(imp, schema, clock or Clock(imp))
        _kept.keep(key, found, len(found.table.rows))
    return found


def still_true(read_before: Reading, imp: Import, team: Team, clock: Clock) -> Reading:
    """Return the reading, made anew if the team's fields have changed since."""
    schema = schema_of(team)
    return read_before if read_before.schema == schema else _read(imp, schema, clock)


def _read(imp: Import, schema: Schema, clock: Clock) -> Reading:
    options = options_from_json(imp.options)
    clock.begin("reading")
    with clock.timed("parse"):
        table = _edited(imp, parse(content.original(imp), schema, options, max_rows=most_rows(imp)))
    clock.begin("checking", len(table.rows))
    with clock.timed("check"):
        return Reading(schema, options, table, check(table, schema, options))


def table(imp: Import) -> Table:
    """Return the table with the edits, whatever is wrong with its header. Raises BadFile when it is no table."""
    schema = schema_of(imp.team)
    found = _kept.find((imp.pk, imp.revision, schema))
    if found:
        return found.table
    options = options_from_json(imp.options)
    return _edited(imp, parse(content.original(imp), schema, options, max_rows=most_rows(imp)))


def most_rows(imp: Import) -> int:
    """Return how many rows an import that came this way may have."""
    if imp.method == "text":
        return settings().max_paste_rows
    return settings().max_api_rows


def edits_of(imp: Import) -> tuple[dict[tuple[int, str], str], set[int]]:
    """Return what the edits that stand come to: cells by (row, header), and the rows that are left out."""
    cells: dict[tuple[int, str], str] = {}
    left_out: dict[int, bool] = {}
    for step in Edit.objects.filter(of=imp, undone=False).order_by("number").values_list("cells", flat=True):
        for row, header, _, after in step:
            if header is WHOLE_ROW:
                left_out[row] = after
            else:
                cells[row, header] = after
    return cells, {row for row, out in left_out.items() if out}


def _edited(imp: Import, parsed: Table) -> Table:
    cells, left_out = edits_of(imp) if imp.revision else ({}, set())
    return parsed.edited(cells, left_out) if cells or left_out else parsed


def cells_by_row(imp: Import) -> dict[int, tuple[str, ...]]:
    """Return the cells of every row, with the edits, by row number."""
    return dict(table(imp).rows)

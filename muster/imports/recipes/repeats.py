"""Fixes of whole columns that are done again to the next file with the same headers: words, numbers, dates, spelling.

A fix is repeated with what the person chose then, on the cells that have the same problem now. Fixes that speak of the
rows of one file (ids with their zeros, blanks filled in, rows left out) are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from muster.core import fixes, phones
from muster.core.cells.dates import ORDERS
from muster.core.checking import check, reread
from muster.core.fields import Options, Schema
from muster.core.problems import BadFile
from muster.core.records import Checked
from muster.core.table.table import Table

MOST_REPEATED = 100  # fixes of one file
_OF_ALL_CELLS = {"map", "trim", "replace"}  # they name the cells they change themselves

Fix = Mapping[str, Any]  # {"fix", "header", "code", "values"}
_Values = Mapping[str, Any]
_Apply = Callable[[list[str], str, _Values], list[str]]


def _regions(cells: list[str], home: str, values: _Values) -> list[str]:
    return fixes.add_plus(cells, home, values.get("regions") or ())


def _region(cells: list[str], _: str, values: _Values) -> list[str]:
    region = str(values.get("region", ""))
    return fixes.of_region(cells, region) if phones.is_region(region) else cells


def _dates(cells: list[str], _: str, values: _Values) -> list[str]:
    order = str(values.get("order", ""))
    return fixes.dates(cells, order) if order in ORDERS else cells


def _replaced(cells: list[str], _: str, values: _Values) -> list[str]:
    find, value = str(values.get("find", "")), str(values.get("value", ""))
    match_case, whole_cell = bool(values.get("match_case")), bool(values.get("whole_cell"))
    return fixes.replace(cells, find, value, match_case=match_case, whole_cell=whole_cell)


_REPEATED: Mapping[str, _Apply] = {
    "add-plus": _regions,
    "region": _region,
    "mexico": lambda cells, *_: fixes.drop_1_after_52(cells),
    "dates": _dates,
    "decimal": lambda cells, *_: fixes.decimal_points(cells),
    "ungarble": lambda cells, *_: fixes.ungarble(cells),
    "clear": lambda cells, *_: fixes.clear_nothing(cells),
    "empty": lambda cells, *_: [""] * len(cells),
    "map": lambda cells, _, values: fixes.map_values(cells, values.get("map") or {}),
    "trim": lambda cells, *_: fixes.trim(cells),
    "replace": _replaced,
}


def can_be_repeated(fix: str, header: str) -> bool:
    """Whether a fix of a column can be done again to another file."""
    return fix in _REPEATED and bool(header)


def repeated(table: Table, schema: Schema, options: Options) -> Table:
    """Return the table after the fixes of the options, one after the other. A header that is refused has none."""
    if not options.fixes:
        return table
    try:
        checked = check(table, schema, options)
    except BadFile:
        return table
    for fix in options.fixes[:MOST_REPEATED]:
        after = _after(table, checked, fix, schema.home_region)
        places = [place for place, row in enumerate(after.rows) if row is not table.rows[place]]
        checked = reread(checked, after, places, schema, options) if places else checked
        table = after
    return table


def _after(table: Table, checked: Checked, fix: Fix, home: str) -> Table:
    header, apply = fix.get("header"), _REPEATED.get(str(fix.get("fix")))
    if apply is None or header not in table.header:
        return table
    column = table.header.index(header)
    places = _places(table, checked, column, fix)
    before = [table.rows[place].cells[column] for place in places]
    changed = fixes.changes(before, apply(before, home, fix.get("values") or {}))
    return table.edited({(table.rows[places[each.place]].number, header): each.after for each in changed})


def _places(table: Table, checked: Checked, column: int, fix: Fix) -> Sequence[int]:
    """Return the rows that have the problem that was fixed; all rows for fixes that name their cells themselves."""
    its, code = checked.columns[column], fix.get("code")
    if fix.get("fix") in _OF_ALL_CELLS or not code:
        return range(len(table.rows))
    name = its.name if its else None
    said = ((place, record.problems + record.notes) for place, record in enumerate(checked.records))
    return [place for place, found in said if any(each.code == code and each.field == name for each in found)]

"""What can be done in the grid: cells, ranges, rows left out, fixes for many rows, undo and redo. Each is one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from muster.core.cells.whole import whole
from muster.core.fixes import DATE_ORDERS, FIXES
from muster.core.sentences import steps
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import ngettext
from muster.imports.draft import edits
from muster.imports.draft.bulk_fixes import MAPPED, Proposal, field_of, propose, repeat_of
from muster.imports.draft.countries import CHOSEN
from muster.imports.draft.draft import Draft
from muster.imports.draft.meanings import BLANK, choices_for
from muster.imports.draft.row_lists import find
from muster.imports.filters import Filter
from muster.imports.grid.requests import Asked, Refused, needed, span
from muster.imports.models import Edit
from muster.teams.models import User
from muster.teams.regions import regions

SHOWN = 5
MOST_CELLS = 200_000

Change = tuple[int, str, str]  # row, header, value


def write_cells(found: Draft, user: User, said: Mapping[str, Any], asked: Asked) -> Edit | None:
    """Change cells, given one by one or as a block below and right of a place in the list. Raises Refused."""
    changes = _block(found, said["block"], asked) if "block" in said else _listed(found, said.get("cells"))
    return _write(found, user, changes, str(said.get("how", "")))


def _listed(found: Draft, cells: Any) -> Iterable[Change]:
    if not isinstance(cells, list):
        raise Refused("“cells” must be a list of [row, column, value].")
    for each in cells:
        if not isinstance(each, list) or len(each) != 3 or not isinstance(each[2], str):
            raise Refused("“cells” must be a list of [row, column, value].")
        row, column = whole(each[0]), whole(each[1])
        if row is None or column is None or column >= len(found.header):
            raise Refused(_("There is no such cell."))
        yield row, found.header[column], each[2]


def _block(found: Draft, block: Any, asked: Asked) -> Iterable[Change]:
    """Yield the cells of a paste. All of it fits or nothing is pasted: a cell is never cut off in silence."""
    if not isinstance(block, dict) or not isinstance(block.get("values"), list):
        raise Refused("“block” must have an offset, a column and values.")
    offset, column, values = needed(block, "offset"), needed(block, "column"), block["values"]
    places = find(found, asked.wanted, asked.listed).places
    width = max((len(row) for row in values), default=0)
    over, wide = offset + len(values) - len(places), column + width - len(found.header)
    if over > 0:
        raise Refused(
            ngettext(
                "{count:,} row would not fit below the last one. Nothing was pasted.",
                "{count:,} rows would not fit below the last one. Nothing was pasted.",
                over,
            )
        )
    if wide > 0:
        raise Refused(
            ngettext(
                "{count:,} column would not fit right of the last one. Nothing was pasted.",
                "{count:,} columns would not fit right of the last one. Nothing was pasted.",
                wide,
            )
        )
    for place, row in zip(places[offset:], values, strict=False):
        for header, value in zip(found.header[column:], row, strict=False):
            yield found.rows[place].number, header, str(value)


def set_range(found: Draft, user: User, said: Mapping[str, Any], asked: Asked) -> Edit | None:
    """Write one value, or nothing, into every cell of a range of the list. Raises Refused."""
    places = find(found, asked.wanted, asked.listed).places
    rows, columns = span(said, "rows", len(places)), span(said, "columns", len(found.header))
    value = said.get("value")
    if not isinstance(value, str):
        raise Refused("“value” must be text.")
    headers = [found.header[column] for column in columns]
    changes = ((found.rows[places[row]].number, header, value) for row in rows for header in headers)
    return _write(found, user, changes, str(said.get("how", "")))


def _write(found: Draft, user: User, changes: Iterable[Change], how: str) -> Edit | None:
    """Change the cells that differ, as one step; nothing at all when none does."""
    column = {header: index for index, header in reversed(list(enumerate(found.header)))}
    new: dict[tuple[int, str], str] = {}
    for row, header, value in changes:
        place = found.reading.table.place_of(row)
        if place is None:
            raise Refused(_("There is no row {row:,}.", row=row))
        if found.rows[place].cells[column[header]] != value:
            new[row, header] = value
        else:
            new.pop((row, header), None)
        if len(new) > MOST_CELLS:
            raise Refused(
                _("One step changes at most {most_cells:,} cells. Choose fewer rows or columns.", most_cells=MOST_CELLS)
            )
    if not new:
        return None
    cells = [(row, header, value) for (row, header), value in new.items()]
    return edits.edit(found.imp, user, cells, (), steps.of_cells(how, len(cells), *cells[0][:2]))


def leave_out(found: Draft, user: User, said: Mapping[str, Any], asked: Asked) -> Edit | None:
    """Leave the rows of a range out, or take them in again. Raises Refused."""
    places = find(found, asked.wanted, asked.listed).places
    out = said.get("out") is not False
    left_out = found.reading.table.left_out
    numbers = [found.rows[places[row]].number for row in span(said, "rows", len(places))]
    flipped = [number for number in numbers if (number in left_out) != out]
    if not flipped:
        return None
    step = steps.leave_out if out else steps.restore
    return edits.edit(found.imp, user, (), [(number, out) for number in flipped], step(len(flipped), flipped[0]))


def proposal_of(found: Draft, said: Mapping[str, Any]) -> Proposal:
    """Say what a fix would do to the rows of a filter. Raises Refused."""
    fix = FIXES.get(str(said.get("fix")))
    wanted = Filter.of(_texts(said.get("filter")))
    header = str(said.get("header") or "") or _header_of(found, wanted.field)
    if fix is None or (header and header not in found.header):
        raise Refused(_("There is no such fix, or no such column."))
    if not header and fix.name not in ("replace", "trim", "leave-out"):
        raise Refused(_("Choose a column first."))
    return propose(found, wanted, fix, header, _texts(said.get("typed")))


def apply(found: Draft, user: User, said: Mapping[str, Any]) -> Edit | None:
    """Do what a fix proposes. Raises Refused."""
    proposal = proposal_of(found, said)
    if proposal.problem:
        raise Refused(proposal.problem)
    if not proposal.count:
        return None
    cells = [(each.row, each.header, each.after) for each in proposal.cells]
    repeat = repeat_of(proposal, Filter.of(_texts(said.get("filter"))), proposal.typed)
    out = [(row, True) for row in proposal.rows_out]
    return edits.edit(found.imp, user, cells, out, proposal.step, repeat=repeat)


def preview(found: Draft, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a fix would change, with the first few as examples, and what it asks for."""
    proposal = proposal_of(found, said)
    return {
        "rev": found.look.revision,
        "fix": proposal.fix.name,
        "title": proposal.fix.title,
        "header": proposal.header,
        "problem": proposal.problem,
        "cells": len(proposal.cells),
        "rows": len({each.row for each in proposal.cells} or proposal.rows_out),
        "out": len(proposal.rows_out),
        "examples": [list(each) for each in proposal.cells[:SHOWN]],
        "out_examples": proposal.rows_out[:SHOWN],
        **(_inputs(found, proposal) if said.get("inputs") else {}),
    }


def _inputs(found: Draft, proposal: Proposal) -> dict[str, Any]:
    """Return what the fix can be told: countries, values with their counts, and what values may become."""
    ask = _CHOICES.get(proposal.fix.name)
    return ask(found, proposal) if ask else {}


def _values(_: Draft, proposal: Proposal) -> dict[str, Any]:
    likely = [[value, count, proposal.typed.get(MAPPED + value, "")] for value, count in proposal.values]
    return {"values": likely, "prefix": MAPPED, "choices": [each[:2] for each in proposal.choices]}


def _fillings(found: Draft, proposal: Proposal) -> dict[str, Any]:
    return {
        "choices": [
            each[:2] for each in choices_for(field_of(found, proposal.header), found.imp.team) if each.value != BLANK
        ]
    }


def _countries(_: Draft, proposal: Proposal) -> dict[str, Any]:
    shown = [
        [each.name, each.words, each.cells, each.is_ticked, each.example.before, each.example.after]
        for each in proposal.countries
    ]
    return {"countries": shown, "chosen": CHOSEN}


_CHOICES: Mapping[str, Callable[[Draft, Proposal], dict[str, Any]]] = {
    "add-plus": _countries,
    "region": lambda *_: {"regions": regions()},
    "dates": lambda _, proposal: {"orders": list(DATE_ORDERS.items()), "order": proposal.typed.get("order", "")},
    "fill": _fillings,
    "map": _values,
}


def _header_of(found: Draft, name: str) -> str:
    pairs = zip(found.header, found.reading.checked.columns, strict=True)
    return next((header for header, its in pairs if its and its.name == name), "")


def _texts(said: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in said.items()} if isinstance(said, dict) else {}

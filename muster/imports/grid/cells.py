"""Rows and columns of a draft as the grid reads them: short keys, and only what is special about a cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from muster.core.fields import Blank, Kind, answer_in_words
from muster.imports.draft.columns import columns_of
from muster.imports.draft.draft import Cell, Draft, Message, ShownRow

ACROSS = {Kind.PHONE: 190, Kind.NUMBER: 96, Kind.DATE: 112, Kind.YES_NO: 96, Kind.OPT_OUT: 96, Kind.STAFF: 96}
WIDTH = 150


def rows_json(draft: Draft, places: Iterable[int]) -> list[dict[str, Any]]:
    """Return rows: `id` and `n` the row's number, `v` its cells, `s` the chip it is under, `e` what is said of cells.

    `e`: column → [level, code, text, fix]. Only where there is any: `m` what is said of the row as a whole,
    `b`: column → [before, after, kind] where a stored value changes, `x` the columns that were edited.
    """
    return [_row(shown) for shown in draft.show(places)]


def _row(shown: ShownRow) -> dict[str, Any]:
    numbered = list(enumerate(shown.cells))
    row: dict[str, Any] = {"id": shown.number, "n": shown.number, "v": [cell.text for cell in shown.cells]}
    row["e"] = {place: _said(shown.messages[cell.message]) for place, cell in numbered if cell.message is not None}
    row["s"] = shown.chip
    changes = {place: _change(cell) for place, cell in numbered if cell.after is not None and _changes(cell)}
    edited = [place for place, cell in numbered if cell.is_edited]
    extra = [[*_said(message), message.field] for message in shown.extra]
    return row | {key: value for key, value in (("b", changes), ("x", edited), ("m", extra)) if value}


def _said(message: Message) -> list[str]:
    return [message.level, message.code, message.text, message.fix]


def _changes(cell: Cell) -> bool:
    return cell.before is not None or cell.state == "inferred"


def _change(cell: Cell) -> list[str | None]:
    return [cell.before, cell.after, "inferred" if cell.state == "inferred" else "changed"]


def columns_json(draft: Draft) -> list[dict[str, Any]]:
    """Return the columns of the file. A header that is there twice is read from, and written to, where it is first."""
    columns = []
    for place, column in enumerate(columns_of(draft.reading)):
        its = column.field
        columns.append(
            {
                "header": column.header,
                "field": its.name if its else None,
                "as": answer_in_words(its.answer) if its else None,
                "required": bool(its and its.required),
                "pinned": bool(its and its.blank is Blank.FAILS),
                "answered": column.is_answer,
                "kind": its.kind.value if its else None,
                "width": ACROSS.get(its.kind, WIDTH) if its else WIDTH,
                "readonly": draft.header.index(column.header) != place,
                "problems": draft.look.counts.problems_in(its.name) if its else 0,
            }
        )
    return columns


def problems_json(draft: Draft) -> list[int]:
    """Return how many rows have a problem, column by column."""
    columns = draft.reading.checked.columns
    return [draft.look.counts.problems_in(its.name) if its else 0 for its in columns]

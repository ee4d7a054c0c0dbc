"""What a step of editing is called: kept as a code and facts, and said in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from muster.core.sentences.language import gettext, gettext_of, ngettext

Facts = Mapping[str, Any]

_OF_A_CELL: Mapping[str, Callable[[Facts], str]] = {
    "edit": lambda facts: gettext("Edit {header}, row {row:,}", **facts),
    "paste": lambda facts: gettext("Paste into {header}, row {row:,}", **facts),
    "cut": lambda facts: gettext("Cut {header}, row {row:,}", **facts),
    "clear": lambda facts: gettext("Clear {header}, row {row:,}", **facts),
    "fill": lambda facts: gettext("Fill {header}, row {row:,}", **facts),
}
_OF_CELLS: Mapping[str, Callable[[int], str]] = {
    "edit": lambda count: ngettext("Edit {count:,} cell", "Edit {count:,} cells", count),
    "paste": lambda count: ngettext("Paste {count:,} cell", "Paste {count:,} cells", count),
    "cut": lambda count: ngettext("Cut {count:,} cell", "Cut {count:,} cells", count),
    "clear": lambda count: ngettext("Clear {count:,} cell", "Clear {count:,} cells", count),
    "fill": lambda count: ngettext("Fill {count:,} cell", "Fill {count:,} cells", count),
}
_LONGEST_HEADER = 100  # characters of it in a step's name


def of_row(number: int) -> dict[str, Any]:
    """Return the step that edits one row."""
    return {"step": "row", "number": number}


def of_cells(how: str, count: int, row: int, header: str) -> dict[str, Any]:
    """Return the step that edits cells, pastes, cuts, clears or fills them. `row` and `header` are of the first."""
    step = how if how in _OF_A_CELL else "edit"
    if count > 1:
        return {"step": step, "count": count}
    return {"step": step, "row": row, "header": header[:_LONGEST_HEADER]}


def leave_out(count: int, number: int) -> dict[str, Any]:
    """Return the step that leaves rows out. `number` is of the first."""
    return {"step": "leave-out", "number": number} if count == 1 else {"step": "leave-out", "count": count}


def restore(count: int, number: int) -> dict[str, Any]:
    """Return the step that takes rows in again. `number` is of the first."""
    return {"step": "restore", "number": number} if count == 1 else {"step": "restore", "count": count}


def of_fix(english: str, header: str) -> dict[str, Any]:
    """Return the step that fixes a column, or all of them, by the English title of the fix."""
    return {"step": "fix", "title": english, "header": header[:_LONGEST_HEADER]}


def in_words(kept: Facts) -> str:
    """Say a step that was kept as a code and facts."""
    step, facts = str(kept["step"]), {name: each for name, each in kept.items() if name != "step"}
    if step in _OF_A_CELL:
        return _OF_CELLS[step](facts["count"]) if "count" in facts else _OF_A_CELL[step](facts)
    if step == "fix":
        title = gettext_of(facts["title"])
        return gettext("{title}: {header}", title=title, header=facts["header"]) if facts["header"] else title
    return _of_rows(step, facts)


def _of_rows(step: str, facts: Facts) -> str:
    if step == "row":
        return gettext("Edit row {number:,}", **facts)
    if step == "leave-out":
        if "count" in facts:
            return ngettext("Leave out {count:,} row", "Leave out {count:,} rows", facts["count"])
        return gettext("Leave out row {number:,}", **facts)
    if "count" in facts:
        return ngettext("Restore {count:,} row", "Restore {count:,} rows", facts["count"])
    return gettext("Restore row {number:,}", **facts)

"""Editing a draft: cells and rows left out, by steps that can be undone. The file itself stays as it came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum

from muster.core.fixes import LONGEST_CELL
from muster.core.sentences.language import gettext as _
from muster.core.table.table import Table
from muster.imports import run
from muster.imports.models import Content, Edit, Import, NoSuchCell, TooMuch, WrongState
from muster.imports.store import seen
from muster.imports.store.db_text import fit
from muster.imports.workspace import WHOLE_ROW, table
from muster.teams.models import User

MOST_OF_A_STEP = 10_000_000  # characters, before and after
MOST_OF_A_DRAFT = 50_000_000


def edit(
    imp: Import,
    user: User,
    cells: Iterable[tuple[int, str, str]] = (),
    leave_out: Iterable[tuple[int, bool]] = (),
    step: Mapping[str, Any] | str = "",
    *,
    revision: int | None = None,
    repeat: Mapping[str, Any] | None = None,
) -> Edit:
    """Edit cells, given as (row, header, value), and leave rows out or take them in again, as one step.

    `step` is what it is called: as `core.sentences.steps` has it, or in words. `repeat` is what the next file with the
    same headers is to have done again.

    Raises WrongState when it is no draft any more, MovedOn when it is at another revision than the given one,
    NoSuchCell, TooMuch, and BadFile when the file is no table at all.
    """
    cells, leave_out = list(cells), list(leave_out)
    rows = {each[0] for each in cells} | {each[0] for each in leave_out}
    _table_of_draft(imp, rows)  # read before the lock, should it have to be parsed
    with _locked(imp):
        size, made_of = _step(_table_of_draft(imp, rows), cells, leave_out)
        _refuse_more_than(MOST_OF_A_DRAFT - size, imp)
        run.touch(imp, revision)
        Edit.objects.filter(of=imp, undone=True).delete()  # what was undone is past: this step follows what stands
        last = Edit.objects.filter(of=imp).aggregate(last=Max("number"))["last"] or 0
        called = {"label": step[:200]} if isinstance(step, str) else {"step": dict(step)}
        kept = {**called, "by": user, "cells": made_of, "size": size, "repeat": dict(repeat or {})}
        made = Edit.objects.create(of=imp, number=last + 1, **kept)
    run.recount(imp)
    return made


def _table_of_draft(imp: Import, rows: Iterable[int]) -> Table:
    """Return the table as edited, of a large draft the rows that are named, as the worker saw them.

    Raises WrongState where the file has gone, as it does once the import has ended.
    """
    if not imp.is_small:
        kept = seen.of(imp)
        return kept.table(kept.some(rows))[0]
    try:
        return table(imp)
    except Content.DoesNotExist:
        imp.refresh_from_db()
        raise WrongState(imp) from None


def undo(imp: Import, revision: int | None = None) -> Edit | None:
    """Undo the last step that stands; None when there is none. Raises WrongState, and MovedOn at another revision."""
    return _flip(imp, revision, undone=False)


def redo(imp: Import, revision: int | None = None) -> Edit | None:
    """Do the step again that was undone last; None when there is none. Raises WrongState, and MovedOn."""
    return _flip(imp, revision, undone=True)


def _flip(imp: Import, revision: int | None, *, undone: bool) -> Edit | None:
    with _locked(imp):
        run.touch(imp, revision)
        found = Edit.objects.filter(of=imp, undone=undone).order_by("number" if undone else "-number").first()
        if found:
            found.undone = not undone
            found.save(update_fields=["undone"])
    run.recount(imp)
    return found


@contextmanager
def _locked(imp: Import) -> Iterator[None]:
    """Let one step at a time be made, each upon the one before: its "before" is what the last one left."""
    with transaction.atomic():
        Import.objects.select_for_update(of=("self",)).only("pk").get(pk=imp.pk)
        imp.refresh()
        yield


def _step(
    read: Table, cells: Iterable[tuple[int, str, str]], leave_out: Iterable[tuple[int, bool]]
) -> tuple[int, list[list[Any]]]:
    """Return a step as it is kept: [row, header, before, after], and [row, null, before, after] for a row left out.

    The characters in it come first. Raises TooMuch before there are many more of them than there may be.
    """
    columns = {header: index for index, header in reversed(list(enumerate(read.header)))}
    step: list[list[Any]] = []
    size = 0
    for row, header, value in cells:
        before = _cell(read, columns, row, header)
        size += len(before) + len(value)
        _refuse_too_much(value, size)
        step.append([row, header, before, fit(value)])
    for row, out in leave_out:
        if read.place_of(row) is None:
            raise NoSuchCell(row, None)
        step.append([row, WHOLE_ROW, row in read.left_out, out])
    return size, step


def _refuse_too_much(value: str, size: int) -> None:
    if len(value) > LONGEST_CELL:
        raise TooMuch(
            _(
                "A cell can have up to {longest_cell:,} characters. This one would have {length:,}.",
                longest_cell=LONGEST_CELL,
                length=len(value),
            )
        )
    if size > MOST_OF_A_STEP:
        raise TooMuch(
            _(
                "One step can change up to {most_of_a_step:,} characters. Choose fewer rows or columns.",
                most_of_a_step=MOST_OF_A_STEP,
            )
        )


def _refuse_more_than(most: int, imp: Import) -> None:
    """Refuse a step when the draft has more edits already than leave room for it."""
    if (Edit.objects.filter(of=imp, undone=False).aggregate(size=Sum("size"))["size"] or 0) > most:
        raise TooMuch(_("This draft has as many edits as it can hold. Import it, or correct the file and start again."))


def _cell(read: Table, columns: Mapping[str, int], row: int, header: str) -> str:
    place = read.place_of(row)
    if place is None or header not in columns:
        raise NoSuchCell(row, header)
    return read.rows[place].cells[columns[header]]

"""Editing a draft: cells, rows left out, undo and redo by steps."""

import pytest

from muster.core.fields import Options
from muster.imports import run, worker, workspace
from muster.imports.draft import edits
from muster.imports.models import Edit, NoSuchCell, State, WrongState
from tests.cast import Cast
from tests.imports.play import ANA, BO, contact, drafted, problems, sheet, totals

pytestmark = pytest.mark.django_db(databases="__all__")

BAD = "S3,Cy,Li,4.41E+11,"


def test_it_edits_a_cell_and_looks_again(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BAD))
    assert (totals(imp), problems(imp)) == ((1, 0, 0, 1), [(3, "MobileNumber", "phone-shortened")])

    step = edits.edit(imp, cast.alice, [(3, "MobileNumber", "+1 716 555 3456")], step="Typed")

    assert (totals(imp), imp.revision) == ((2, 0, 0, 0), 1)
    assert step.cells == [[3, "MobileNumber", "4.41E+11", "+1 716 555 3456"]]


def test_it_imports_what_was_edited(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BAD))
    edits.edit(imp, cast.alice, [(3, "MobileNumber", "+1 716 555 3456"), (2, "FirstName", "Anna")], [(3, True)])
    edits.edit(imp, cast.alice, leave_out=[(3, False)])
    worker.run_now(run.confirm(imp, cast.alice))

    assert contact(cast.team, "S3").mobile_number == "+17165553456"
    assert contact(cast.team, "S1").first_name == "Anna"


def test_it_leaves_rows_out(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BO))
    edits.edit(imp, cast.alice, leave_out=[(3, True)])

    assert (totals(imp), problems(run.summed_up(imp))) == ((1, 0, 0, 1), [(3, None, "row-left-out")])


def test_it_undoes_and_redoes_step_by_step(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    for name in ("B", "C"):
        edits.edit(imp, cast.alice, [(2, "FirstName", name)], step=name)

    def now() -> tuple[str, bool, bool]:
        steps = Edit.objects.filter(of=imp)
        cell = workspace.table(imp).rows[0].cells[1]
        return cell, steps.filter(undone=False).exists(), steps.filter(undone=True).exists()

    def undone() -> str | None:
        step = edits.undo(imp)
        return step.words if step else None

    assert now() == ("C", True, False)
    assert undone() == "C"
    assert now() == ("B", True, True)
    assert undone() == "B"
    assert now() == ("Ana", False, True)
    assert undone() is None
    step = edits.redo(imp)
    assert step is not None
    assert (step.words, now()) == ("B", ("B", True, True))

    edits.edit(imp, cast.alice, [(2, "FirstName", "D")], step="D")

    assert now() == ("D", True, False)
    assert list(Edit.objects.order_by("number").values_list("number", "label")) == [(1, "B"), (2, "D")]


def test_it_refuses_cells_that_are_not_there(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    for row, header in ((9, "FirstName"), (2, "Shoe size"), (1, "FirstName")):
        with pytest.raises(NoSuchCell) as missing:
            edits.edit(imp, cast.alice, [(row, header, "x")])
        assert (missing.value.row, missing.value.header) == (row, header)
    with pytest.raises(NoSuchCell):
        edits.edit(imp, cast.alice, leave_out=[(9, True)])
    assert imp.revision == 0


def test_it_edits_drafts_only(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    run.confirm(imp, cast.alice)
    for change in (
        lambda: edits.edit(imp, cast.alice, [(2, "FirstName", "B")]),
        lambda: edits.undo(imp),
        lambda: run.revise(imp, cast.alice, Options()),
    ):
        with pytest.raises(WrongState):
            change()
    assert imp.state == State.WAITING


def test_it_keeps_any_character_that_is_typed(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    edits.edit(imp, cast.alice, [(2, "FirstName", "A\x00\ud800 \U0001f600")])

    imp.refresh_from_db()
    assert workspace.table(imp).rows[0].cells[1] == "A\u2400? \U0001f600"

"""Edits that would make gigabytes of one request, or a database of one draft: refused, in a sentence."""

import tracemalloc

import pytest
from django.test import Client

from muster.core.fixes import LONGEST_CELL, replace
from muster.imports import run
from muster.imports.draft import edits
from muster.imports.draft.edits import MOST_OF_A_STEP
from muster.imports.models import Edit, Import, TooMuch
from muster.imports.pages.fix_row import CELL
from tests.cast import Cast
from tests.imports.play import drafted, sheet
from tests.web.drafts import address, said
from tests.web.test_import_grid import op, send

pytestmark = pytest.mark.django_db(databases="__all__")
ROWS = 400


@pytest.fixture
def imp(cast: Cast) -> Import:
    rows = [f"S{number},Ana,Okafor,+1 716 555 {number:04d}," for number in range(ROWS)]
    return drafted(cast.team, cast.alice, sheet(*rows), method="file")


@pytest.fixture
def client(cast: Cast) -> Client:
    return cast.browser(cast.alice)


def test_it_refuses_to_write_a_megabyte_into_eight_hundred_cells(client: Client, imp: Import) -> None:
    value = "x" * 2**20
    op(client, imp, "set", rows=[0, 0], columns=[1, 1], value="warm")
    tracemalloc.start()
    try:
        answer = op(client, imp, "set", status=422, rows=[0, ROWS - 1], columns=[1, 2], value=value, show="all")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert answer["problem"] == "A cell can have up to 32,767 characters. This one would have 1,048,576."
    assert most < 30 * 2**20
    assert Edit.objects.count() == 1


def test_it_refuses_a_step_of_many_long_cells(client: Client, imp: Import) -> None:
    value = "x" * LONGEST_CELL
    answer = op(client, imp, "set", status=422, rows=[0, ROWS - 1], columns=[1, 1], value=value, show="all")

    assert (
        answer["problem"] == f"One step can change up to {MOST_OF_A_STEP:,} characters. Choose fewer rows or columns."
    )


def test_it_refuses_what_a_draft_cannot_hold(cast: Cast, imp: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edits, "MOST_OF_A_DRAFT", 40)
    for _ in range(2):
        edits.edit(imp, cast.alice, [(2, "FirstName", "x" * 9)])
    with pytest.raises(TooMuch, match="as many edits as it can hold"):
        edits.edit(imp, cast.alice, [(2, "FirstName", "y" * 9)])

    edits.undo(imp)
    edits.edit(imp, cast.alice, [(2, "FirstName", "y" * 9)])
    assert Edit.objects.filter(of=imp).count() == 2


def test_a_page_says_that_a_cell_is_too_long(client: Client, imp: Import) -> None:
    path = address(imp, "rows/2/")
    answer = client.post(path, {f"{CELL}1": "x" * (LONGEST_CELL + 1)})

    assert answer.status_code == 302
    assert said(client, address(imp)) == ["A cell can have up to 32,767 characters. This one would have 32,768."]


def test_an_edit_that_is_refused_changes_nothing(cast: Cast, imp: Import) -> None:
    with pytest.raises(TooMuch):
        edits.edit(imp, cast.alice, [(2, "FirstName", "x" * (LONGEST_CELL + 1))])
    imp.refresh_from_db()
    assert (imp.revision, run.summed_up(imp).rows) == (0, ROWS)


def test_replacing_makes_no_cell_longer_than_a_cell_may_be() -> None:
    cells = ["a" * 10, "a" * 1_000]

    assert replace(cells, "a", "b" * 1_000) == ["b" * 10_000, "a" * 1_000]


def test_it_takes_what_a_spreadsheet_cell_can_hold(client: Client, imp: Import) -> None:
    send(client, imp, {"cells": [[2, 1, "x" * LONGEST_CELL]]})

    assert Edit.objects.get().size == LONGEST_CELL + len("Ana")

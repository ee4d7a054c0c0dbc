"""The rows that an import left out, opened as a new draft."""

import pytest

from muster.core.fields import options_from_json
from muster.imports import run, worker, workspace
from muster.imports.draft import edits
from muster.imports.draft.fix_here import fix_here, may_fix
from muster.imports.models import State, WrongState
from tests.cast import Cast
from tests.imports.play import ANA, BO, drafted, imported, sheet
from tests.web.drafts import address

pytestmark = pytest.mark.django_db(databases="__all__")

NO_NAME = "S9,,Ruiz,716-555-9999,"
NO_PLUS = 'S8,Io,"Li, Jr.\nand one more line",716-555-8888,0044'


def test_it_holds_exactly_the_rows_that_were_left_out_as_last_edited(cast: Cast) -> None:
    first = drafted(cast.team, cast.alice, sheet(ANA, NO_NAME, BO, NO_PLUS))
    edits.edit(first, cast.alice, [(3, "LastName", "Ruiz-Lee")], [], "Edit row 3")
    first.refresh_from_db()
    first = worker.run_now(run.confirm(first, cast.alice))

    draft = fix_here(first, cast.alice)

    assert (draft.state, draft.rows, draft.failed) == (State.READY, 2, 2)
    rows = workspace.look(draft).rows
    assert [row.cells[:5] for row in rows] == [
        ("S9", "", "Ruiz-Lee", "716-555-9999", ""),
        ("S8", "Io", "Li, Jr.\nand one more line", "716-555-8888", "0044"),
    ]


def test_it_keeps_what_was_decided(cast: Cast) -> None:
    data = sheet(ANA, NO_NAME, header="Student ID;First;LastName;MobileNumber;WhatsAppMobileNumber".replace(";", ","))
    columns = {"Student ID": "ContactId", "First": "FirstName"}
    first = imported(cast.team, cast.alice, data, columns=columns, blank_mobile="infer", encoding="cp1252")

    draft = fix_here(first, cast.alice)

    kept = options_from_json(draft.options)
    assert (draft.state, kept.columns, kept.blank_mobile) == (State.READY, columns, "infer")
    assert draft.filename == "contacts (rows to fix).csv"


def test_it_can_be_done_again_with_what_is_left(cast: Cast) -> None:
    first = imported(cast.team, cast.alice, sheet(ANA, NO_NAME, NO_PLUS))
    second = fix_here(first, cast.alice)
    third = fix_here(worker.run_now(run.confirm(second, cast.alice)), cast.alice)
    assert (third.rows, third.filename) == (2, "contacts (rows to fix).csv")


def test_there_is_nothing_to_fix_of_a_draft_or_where_every_row_was_saved(cast: Cast) -> None:
    draft = drafted(cast.team, cast.alice, sheet(ANA, NO_NAME))
    clean = imported(cast.team, cast.alice, sheet(BO))
    assert not may_fix(draft)
    for imp in (draft, clean):
        with pytest.raises(WrongState):
            fix_here(imp, cast.alice)


def test_the_result_page_opens_it_with_one_click(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, NO_NAME, NO_PLUS))
    browser = cast.browser(cast.alice)
    assert "Fix the 2 rows here" in browser.get(address(imp)).content.decode()

    answer = browser.post(f"{address(imp)}fix-here", follow=True)

    assert answer.context["rows_with_problems"] == 2
    assert answer.context["imp"].pk != imp.pk

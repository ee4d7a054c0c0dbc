"""A table under edit."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from muster.core import Options, check, make_plan, parse
from muster.core.sheet import Sheet
from tests.core.memory import HEAD, Team, file, problems
from tests.core.test_laws import CELLS, MORE, OPTIONS, ROWS, teams, text_of


def sheet_of(team: Team, text: str, **options: Any) -> Sheet:
    chosen = Options(**options)
    return Sheet(parse(text.encode(), team.schema, chosen), team.schema, chosen, team.known)


def test_an_edit_reaches_the_rows_that_share_an_id_or_a_number() -> None:
    sheet = sheet_of(Team(), file("S1,A,A,7165550001,", "S2,B,B,7165550001,", "S3,C,C,7165550003,"))
    assert problems(sheet.plan) == [(3, "MobileNumber", "number-taken")]

    assert sheet.edit({(2, "MobileNumber"): "7165550009"}, ()) == [2, 3]
    assert problems(sheet.plan) == []

    assert sheet.edit({(4, "MobileNumber"): "7165550009"}, ()) == [4]
    assert problems(sheet.plan) == [(4, "MobileNumber", "number-taken")]


def test_leaving_a_row_out_frees_its_number() -> None:
    sheet = sheet_of(Team(), file("S1,A,A,7165550001,", "S2,B,B,7165550001,"))

    assert sheet.edit({}, {2}) == [2, 3]
    assert problems(sheet.plan) == [(2, None, "row-left-out")]
    assert sheet.edit({}, ()) == [2, 3]
    assert problems(sheet.plan) == [(3, "MobileNumber", "number-taken")]


def test_an_id_that_is_typed_in_is_looked_up() -> None:
    team = Team()
    team.add(contact_id="S9", first_name="A", last_name="A", mobile_number="+17165550009")
    sheet = sheet_of(team, file("S1,A,A,7165550001,"))

    sheet.edit({(2, "ContactId"): "S9", (2, "MobileNumber"): "7165550009"}, ())

    assert [verdict.outcome for verdict in sheet.plan.verdicts] == ["unchanged"]


EDITS = st.lists(st.tuples(st.integers(2, 9), st.integers(0, 10), st.booleans()), min_size=1, max_size=6)


@settings(max_examples=200, deadline=None)
@given(teams(), ROWS, OPTIONS, EDITS, st.data())
def test_the_plan_after_edits_is_the_plan_of_the_edited_file(
    team: Team,
    rows: list[tuple[str, ...]],
    options: dict[str, Any],
    edits: list[tuple[int, int, bool]],
    data: st.DataObject,
) -> None:
    assume(all(any(row) for row in rows))
    sheet = sheet_of(team, text_of(rows, 11), **options)
    header, left_out = (HEAD + MORE).split(","), set[int]()
    for row, column, leave in edits:
        left_out ^= {row} if leave and row < len(rows) + 2 else set()
        sheet.edit({(row, header[column]): data.draw(CELLS[column])}, left_out)

    checked = check(sheet.table, sheet.schema, sheet.options)
    known = team.known(checked.contact_ids(), checked.numbers())
    assert sheet.plan == make_plan(checked, known, sheet.schema, sheet.options)

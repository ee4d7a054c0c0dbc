"""A file under edit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from muster.core import BadFile, Options, Plan, check, make_plan, parse
from muster.core.checking import reread
from muster.core.replan import Sheet
from tests.core.memory import HEAD, Team, file, problems
from tests.core.test_laws import CELLS, MORE, OPTIONS, ROWS, teams, text_of


class Edited:
    """A file that is edited, and followed."""

    def __init__(self, team: Team, text: str, **options: Any) -> None:
        self.schema, self.options = team.schema, Options(**options)
        self.table = parse(text.encode(), self.schema, self.options)
        self.checked = check(self.table, self.schema, self.options)
        known = team.known(self.checked.asked())
        plan = make_plan(self.checked, known, self.schema, self.options)
        self.sheet = Sheet(self.checked, known, plan, schema=self.schema, options=self.options, load=team.known)

    @property
    def plan(self) -> Plan:
        return self.sheet.plan

    def edit(self, cells: Mapping[tuple[int, str], str], left_out: Collection[int]) -> list[int]:
        """Replace cells, leave rows out; return the rows whose verdict is new."""
        before, flipped = self.plan, self.table.left_out ^ frozenset(left_out)
        self.table = self.table.edited(cells, left_out)
        touched = {row for row, _ in cells} | flipped
        places = [place for place, row in enumerate(self.table.rows) if row.number in touched]
        self.checked = reread(self.checked, self.table, places, self.schema, self.options)
        after = self.sheet.follow(self.checked)
        return [new.row for old, new in zip(before.verdicts, after.verdicts, strict=True) if old is not new]


def test_an_edit_reaches_the_rows_that_share_an_id_or_a_number() -> None:
    edited = Edited(Team(), file("S1,A,A,7165550001,", "S2,B,B,7165550001,", "S3,C,C,7165550003,"))
    assert problems(edited.plan) == [(3, "MobileNumber", "number-taken")]

    assert edited.edit({(2, "MobileNumber"): "7165550009"}, ()) == [2, 3]
    assert problems(edited.plan) == []

    assert edited.edit({(4, "MobileNumber"): "7165550009"}, ()) == [4]
    assert problems(edited.plan) == [(4, "MobileNumber", "number-taken")]


def test_leaving_a_row_out_frees_its_number() -> None:
    edited = Edited(Team(), file("S1,A,A,7165550001,", "S2,B,B,7165550001,"))

    assert edited.edit({}, {2}) == [2, 3]
    assert problems(edited.plan) == [(2, None, "row-left-out")]
    assert edited.edit({}, ()) == [2, 3]
    assert problems(edited.plan) == [(3, "MobileNumber", "number-taken")]


def test_an_id_that_is_typed_in_is_looked_up() -> None:
    team = Team()
    team.add(contact_id="S9", first_name="A", last_name="A", mobile_number="+17165550009")
    edited = Edited(team, file("S1,A,A,7165550001,"))

    edited.edit({(2, "ContactId"): "S9", (2, "MobileNumber"): "7165550009"}, ())

    assert [verdict.outcome for verdict in edited.plan.verdicts] == ["unchanged"]


def test_the_plan_before_an_edit_stays_as_it_was() -> None:
    edited = Edited(Team(), file("S1,A,A,7165550001,", "S2,,B,7165550002,"))
    before = edited.plan

    edited.edit({(3, "FirstName"): "B"}, ())

    assert problems(before) == [(3, "FirstName", "value-blank")]
    assert edited.plan.verdicts[0] is before.verdicts[0]


def test_a_cell_under_a_blank_header_refuses_the_file() -> None:
    edited = Edited(Team(), f"{HEAD},,MobileNumber2\nS1,A,A,7165550001,,,x\n", columns={"MobileNumber2": None})

    with pytest.raises(BadFile):
        edited.edit({(2, ""): "x"}, ())


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
    edited = Edited(team, text_of(rows, 11), **options)
    header, left_out = (HEAD + MORE).split(","), set[int]()
    for row, column, leave in edits:
        left_out ^= {row} if leave and row < len(rows) + 2 else set()
        edited.edit({(row, header[column]): data.draw(CELLS[column])}, left_out)

    checked = check(edited.table, edited.schema, edited.options)
    known = team.known(checked.asked())
    assert edited.plan == make_plan(checked, known, edited.schema, edited.options)

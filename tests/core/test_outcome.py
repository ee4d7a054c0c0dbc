"""Summing up a plan."""

from __future__ import annotations

from muster.core import Outcome, Problem
from muster.core.outcome import MAX_PROBLEMS, MAX_ROWS_OF_A_CAUSE
from tests.core.memory import Team, file


def test_totals_add_up_and_causes_come_largest_first() -> None:
    rows = ["S1,A,A,7165550001,", "S2,,B,hello,", "S3,,C,7165550003,", "S4,D,D,7165550004,", "S1,A,A,7165550001,"]
    outcome = Outcome.of(Team().plan(file(*rows, "")))

    assert outcome.totals == {"rows": 5, "created": 2, "updated": 0, "unchanged": 1, "failed": 2}
    assert [(cause.code, cause.field, cause.count, cause.rows) for cause in outcome.causes] == [
        ("value-blank", "FirstName", 2, [3, 4]),
        ("phone-unreadable", "MobileNumber", 1, [3]),
    ]
    assert outcome.problem_counts == {"value-blank": 2, "phone-unreadable": 1}
    assert outcome.note_counts == {"row-repeated": 1, "rows-skipped": 1}
    assert [(each["row"], each["code"]) for each in outcome.problems] == [
        (3, "value-blank"),
        (3, "phone-unreadable"),
        (4, "value-blank"),
    ]


def test_counts_are_whole_where_lists_are_cut() -> None:
    outcome = Outcome.of(Team().plan(file(*(f"S{i},,A,{7165550000 + i}," for i in range(MAX_PROBLEMS + 5)))))

    assert outcome.problem_counts == {"value-blank": MAX_PROBLEMS + 5}
    assert len(outcome.problems) == MAX_PROBLEMS
    assert len(outcome.causes[0].rows) == MAX_ROWS_OF_A_CAUSE


def test_it_comes_back_from_json_as_it_was() -> None:
    outcome = Outcome.of(Team().plan(file("S1,,A,7165550001,")))

    assert Outcome.from_json(outcome.to_json()) == outcome
    assert Outcome.from_json({}) == Outcome()


def test_a_refused_file_has_problems_and_no_rows() -> None:
    outcome = Outcome.of_bad_file([Problem("header-missing", 1, "LastName", None, {"headers": "LastName"})])

    assert outcome.totals["rows"] == 0
    assert outcome.problem_counts == {"header-missing": 1}

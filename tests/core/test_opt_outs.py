"""Opt-outs that hold against a file: stopped numbers (C8), rows that are left out (C9), spellings (N10)."""

from __future__ import annotations

import pytest

from muster.core import Plan
from muster.core.consent import Channel
from tests.core.memory import Team, file, notes, outcomes

SINCE = "2026-09-04"
STOPPED = Channel(opted_out=True, source="contact", at=SINCE, own_out=True)
OUT = Channel(opted_out=True)
MEXICAN, AS_WHATSAPP_WRITES_IT = "+525512345678", "+5215512345678"


def test_a_new_contact_with_a_stopped_number_is_out() -> None:
    team = Team(stops={"+17165550101": {"text": SINCE}})

    plan = team.plan(file("S1,A,A,7165550101,"))

    after = plan.verdicts[0].after
    assert after is not None
    assert (after["text"], after["whatsapp"].opted_out) == (STOPPED, False)
    assert notes(plan) == [(2, "OptedOut", "opt-out-kept")]


@pytest.mark.parametrize("cell", ["no", "yes", ""])
def test_no_cell_says_otherwise(cell: str) -> None:
    team = Team(stops={"+17165550101": {"text": SINCE}})

    after = team.plan(file(f"S1,A,A,7165550101,,{cell}", more=",OptedOut")).verdicts[0].after

    assert after is not None
    assert after["text"] == STOPPED


def test_a_number_that_changes_brings_its_stop_along() -> None:
    team = Team(stops={"+17165550102": {"text": SINCE}})
    team.add(contact_id="S1", mobile_number="+17165550101")

    plan = team.plan(file("S1,Bo,Kay,7165550102,"), allow_mobile_updates=True)

    assert (plan.verdicts[0].after or {})["text"] == STOPPED


def test_an_inferred_number_brings_its_stop_along() -> None:
    team = Team(stops={"+17165550102": {"text": SINCE}})

    plan = team.plan(file("S1,A,A,,+17165550102"), blank_mobile="infer")

    assert (plan.verdicts[0].after or {})["text"] == STOPPED


def test_twice_is_once_with_a_stopped_number_too() -> None:
    team = Team(stops={MEXICAN: {"whatsapp": SINCE}, "+17165550101": {"text": SINCE}})
    text = file(f"S1,A,A,7165550101,{AS_WHATSAPP_WRITES_IT}")
    team.run(text)

    assert outcomes(team.plan(text)) == ["unchanged"]


def test_another_spelling_of_the_same_number_changes_nothing() -> None:
    team = Team()
    team.run(file("S1,A,A,+5491123456789,+5511987654321"))

    assert outcomes(team.plan(file("S1,A,A,+541123456789,+551187654321"))) == ["unchanged"]


def test_a_number_is_held_in_any_spelling() -> None:
    team = Team()
    team.run(file("S1,A,A,+5491123456789,"))

    plan = team.plan(file("S2,B,B,+541123456789,", "S3,C,C,+525512345678,", f"S4,D,D,{AS_WHATSAPP_WRITES_IT},"))

    assert [[each.code for each in verdict.problems] for verdict in plan.verdicts] == [
        ["number-taken"],
        [],
        ["number-taken"],
    ]


def test_a_whatsapp_number_is_shared_in_any_spelling() -> None:
    team = Team()
    team.run(file("S1,A,A,7165550101,+525512345678"))

    plan = team.plan(file(f"S2,B,B,7165550102,{AS_WHATSAPP_WRITES_IT}"))

    assert [code for _, _, code in notes(plan)] == ["number-respelt", "whatsapp-shared"]


def test_an_opt_out_in_a_row_that_fails_is_noted() -> None:
    team = Team()
    team.run(file("S1,A,A,7165550101,"))

    plan = team.plan(file("S1,A,A,7165550101,,yes,T77", more=",OptedOut,StaffId"))

    assert outcomes(plan) == ["failed"]
    assert notes(plan) == [(2, "OptedOut", "opt-out-left-out")]


def test_an_opt_out_in_a_row_that_is_left_out_is_noted() -> None:
    team = Team()
    team.run(file("S1,A,A,7165550101,"))

    plan = team.plan(file("S1,A,A,7165550101,,yes", more=",WhatsAppOptedOut"), left_out=frozenset({2}))

    assert notes(plan) == [(2, "WhatsAppOptedOut", "opt-out-left-out")]


def test_an_opt_out_in_a_row_that_repeats_an_id_is_noted() -> None:
    rows = ("S1,A,A,7165550101,,no", "S1,A,A,7165550101,,yes", "S2,B,B,7165550102,,yes", "S2,C,B,7165550102,,yes")

    plan = Team().plan(file(*rows, more=",OptedOut"))

    assert notes(plan) == [(3, "OptedOut", "opt-out-left-out")]


def test_who_is_out_already_is_not_noted() -> None:
    team = Team()
    team.add(contact_id="S1", mobile_number="+17165550101", text=OUT)

    plan = team.plan(file("S1,A,A,7165550101,,yes,T77", "S9,B,B,716,,yes,", more=",OptedOut,StaffId"))

    assert outcomes(plan) == ["failed", "failed"]
    assert notes(plan) == []


def told_by_number(plan: Plan) -> list[tuple[int | None, str | None, str]]:
    return [
        (note.row, note.field, (note.facts or {}).get("number", ""))
        for verdict in plan.verdicts
        for note in verdict.notes
        if note.code == "opt-out-left-out"
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("S9,A,A,7165550101,,yes,", "number-taken"),  # an id that nobody has, and the number of somebody
        (",A,A,7165550101,,yes,", "value-blank"),
        ("S9,A,A,,+17165550101,yes,", "number-taken"),  # would be the mobile number
        ("S9,A,A,7165550101,,yes,T77", "staff-unknown"),
    ],
)
def test_a_number_tells_who_is_meant_where_nobody_has_the_id(row: str, why: str) -> None:
    team = Team()
    team.add(contact_id="S1", mobile_number="+17165550101")

    plan = team.plan(file(row, more=",OptedOut,StaffId"), blank_mobile="infer")

    assert why in [each.code for each in plan.verdicts[0].problems]
    assert told_by_number(plan) == [(2, "OptedOut", "+17165550101")]


def test_a_number_tells_who_is_meant_of_those_without_an_id_too() -> None:
    team = Team()
    team.add(mobile_number="+525512345678")

    plan = team.plan(file("S9,A,A,+5215512345678,,yes", more=",OptedOut"), left_out=frozenset({2}))

    assert told_by_number(plan) == [(2, "OptedOut", "+525512345678")]


def test_a_number_tells_who_is_meant_of_earlier_rows() -> None:
    rows = ("S1,A,A,7165550101,,no", "S9,B,B,7165550101,,yes", "S2,C,C,7165550102,,yes", "S8,D,D,7165550102,,yes")

    plan = Team().plan(file(*rows, more=",OptedOut"))

    assert outcomes(plan) == ["created", "failed", "created", "failed"]
    assert told_by_number(plan) == [(3, "OptedOut", "+17165550101")]


def test_a_row_about_nobody_takes_no_opt_out_with_it() -> None:
    rows = ("S9,A,,7165550101,,yes", "S8,A,A,12,,yes", ",A,A,,,yes")

    assert told_by_number(Team().plan(file(*rows, more=",OptedOut"))) == []

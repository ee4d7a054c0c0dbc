"""Fixes that fit their cause: what is likeliest is chosen already, and said in words that people use."""

from __future__ import annotations

import pytest

from muster.contacts import custom_fields
from muster.core.fixes import FIXES
from muster.imports.draft.bulk_fixes import Proposal, propose
from muster.imports.draft.draft import Draft
from muster.imports.filters import Filter
from tests.cast import Cast
from tests.imports.play import HEADER, drafted, sheet

pytestmark = pytest.mark.django_db(databases="__all__")


def draft(cast: Cast, *rows: str, header: str) -> Draft:
    return Draft.of(drafted(cast.team, cast.alice, sheet(*rows, header=header), blank_mobile="fail"))


def proposed(found: Draft, fix: str, code: str, field: str, **typed: str) -> Proposal:
    return propose(found, Filter("problems", code, field), FIXES[fix], field, typed)


def after(proposal: Proposal) -> list[str]:
    return [each.after for each in proposal.cells]


@pytest.mark.parametrize(
    ("value", "meant"),
    [("Bob Brown", "007"), ("brown, bob", "007"), ("7", "007"), ("Bob", ""), ("8", "")],
)
def test_a_staff_id_is_known_by_a_name_and_without_its_zeros(cast: Cast, value: str, meant: str) -> None:
    found = draft(cast, f'S1,A,B,716-555-0101,,"{value}"', header=f"{HEADER},StaffId")
    proposal = proposed(found, "map", "staff-unknown", "StaffId")
    assert after(proposal) == ([meant] if meant else [])
    assert bool(proposal.problem) == (not meant)


def test_what_was_chosen_counts_and_not_what_is_likely(cast: Cast) -> None:
    found = draft(cast, "S1,A,B,716-555-0101,,7", header=f"{HEADER},StaffId")
    assert after(proposed(found, "map", "staff-unknown", "StaffId", **{"map:7": "T01"})) == ["T01"]
    assert after(proposed(found, "map", "staff-unknown", "StaffId", **{"map:7": ""})) == []


def test_a_choice_that_is_nearly_one_of_the_list_is_proposed(cast: Cast) -> None:
    custom_fields.add(cast.team, cast.alice, name="Term", kind="choice", choices=["Fall", "Spring"])
    found = draft(cast, "S1,A,B,716-555-0101,,Sprng", "S2,A,B,716-555-0102,,x", header=f"{HEADER},Term")
    assert after(proposed(found, "map", "value-not-a-choice", "Term")) == ["Spring"]


def test_dates_that_one_order_reads_propose_it(cast: Cast) -> None:
    custom_fields.add(cast.team, cast.alice, name="Enrolled", kind="date")
    rows = ("S1,A,B,716-555-0101,,03/04/25", "S2,A,B,716-555-0102,,13/04/25")
    agree = draft(cast, *rows, header=f"{HEADER},Enrolled")
    proposal = proposed(agree, "dates", "value-not-a-date", "Enrolled")
    assert (proposal.typed["order"], after(proposal)) == ("dmy", ["2025-04-03", "2025-04-13"])

    several = draft(cast, rows[0], header=f"{HEADER},Enrolled")
    assert proposed(several, "dates", "value-not-a-date", "Enrolled").problem


def test_a_blank_mobile_number_takes_the_whatsapp_number_that_can_be_read(cast: Cast) -> None:
    rows = ("S1,A,B,,+44 1753 495000", "S2,A,B,,0044", "S3,A,B,,")
    proposal = proposed(draft(cast, *rows, header=HEADER), "whatsapp", "value-blank", "MobileNumber")
    assert [(each.row, each.after) for each in proposal.cells] == [(2, "+44 1753 495000")]


def test_a_shortened_number_is_cleared(cast: Cast) -> None:
    found = draft(cast, "S1,A,B,716-555-0101,4.47712E+11", header=HEADER)
    proposal = proposed(found, "empty", "phone-shortened", "WhatsAppMobileNumber")
    assert [(each.before, each.after) for each in proposal.cells] == [("4.47712E+11", "")]

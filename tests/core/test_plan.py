"""What happens to whom: matching, numbers, assignments, repeated rows."""

from __future__ import annotations

import pytest

from muster.core.consent import Channel
from tests.core.memory import Team, file, notes, outcomes, problems

STORED = {"contact_id": "S1", "mobile_number": "+17165550001", "first_name": "A", "last_name": "A"}


@pytest.fixture
def team() -> Team:
    """Admissions, with S1."""
    team = Team()
    team.add(**STORED)
    return team


def test_a_known_id_is_updated_and_an_unknown_one_created(team: Team) -> None:
    plan = team.plan(file("S1,Ada,A,7165550001,", "S2,B,B,7165550002,", "S1 ,A,A,1,"))

    assert outcomes(plan) == ["updated", "created", "failed"]
    assert plan.verdicts[0].before == {"first_name": "A"}
    assert plan.verdicts[0].after == {"first_name": "Ada"}


def test_ids_are_text_and_leading_zeros_count(team: Team) -> None:
    assert (
        outcomes(team.plan(file("00123,A,A,7165550002,", "123,B,B,7165550003,", "s1,C,C,7165550004,")))
        == ["created"] * 3
    )


def test_nothing_to_change_is_unchanged(team: Team) -> None:
    plan = team.plan(file("S1,A,A,(716) 555-0001,"))

    assert outcomes(plan) == ["unchanged"]
    assert (plan.verdicts[0].before, plan.verdicts[0].after) == (None, None)


def test_both_numbers_blank_fails_unless_one_is_stored(team: Team) -> None:
    plan = team.plan(file("S1,A,A,,", "S2,B,B,,"), blank_mobile="infer")

    assert outcomes(plan) == ["unchanged", "failed"]
    assert problems(plan) == [(3, "MobileNumber", "number-none")]


def test_a_contact_without_a_mobile_number_takes_the_whatsapp_number(team: Team) -> None:
    team.add(contact_id="S2")
    plan = team.plan(file("S2,Bo,Kay,,+1 716 555 0002"), blank_mobile="infer")

    assert notes(plan) == [(2, "MobileNumber", "number-inferred")]
    assert plan.verdicts[0].after == {
        "mobile_number": "+17165550002",
        "mobile_number_inferred": True,
        "whatsapp_number": "+17165550002",
    }


def test_an_inferred_number_is_no_longer_inferred_when_the_file_changes_it(team: Team) -> None:
    team.run(file("S2,B,B,,+17165550002"), blank_mobile="infer")
    plan = team.plan(file("S2,B,B,7165550003,"), allow_mobile_updates=True)

    assert plan.verdicts[0].after == {"mobile_number": "+17165550003", "mobile_number_inferred": False}


def test_a_stored_mobile_number_stays_unless_updates_are_allowed(team: Team) -> None:
    text = file("S1,Ada,A,7165550009,")
    kept, changed = team.plan(text), team.plan(text, allow_mobile_updates=True)

    assert (kept.verdicts[0].after, notes(kept)) == ({"first_name": "Ada"}, [(2, "MobileNumber", "number-kept")])
    assert notes(changed) == [(2, "MobileNumber", "number-changed")]
    assert changed.verdicts[0].before == {"first_name": "A", "mobile_number": "+17165550001"}


def test_a_number_held_by_another_contact_fails_and_names_the_holder(team: Team) -> None:
    plan = team.plan(file("S2,B,B,7165550001,"))

    assert problems(plan) == [(2, "MobileNumber", "number-taken")]
    facts = plan.verdicts[0].problems[0].facts
    assert facts is not None
    assert facts["holder"] == "A A (S1)"


def test_a_number_held_by_an_earlier_row_fails_and_names_the_row(team: Team) -> None:
    plan = team.plan(file("S2,B,B,7165550002,", "S3,C,C,,+17165550002"), blank_mobile="infer")

    assert problems(plan) == [(3, "MobileNumber", "number-taken")]
    facts = plan.verdicts[1].problems[0].facts
    assert facts is not None
    assert (facts["holder"], facts["holder_row"]) == ("S2", 2)


def test_a_number_given_up_in_the_same_file_is_still_held(team: Team) -> None:
    plan = team.plan(file("S1,A,A,7165550009,", "S2,B,B,7165550001,"), allow_mobile_updates=True)

    assert outcomes(plan) == ["updated", "failed"]


def test_two_contacts_that_swap_numbers_both_fail(team: Team) -> None:
    team.add(contact_id="S2", mobile_number="+17165550002")
    plan = team.plan(file("S1,A,A,7165550002,", "S2,Bo,Kay,7165550001,"), allow_mobile_updates=True)

    assert problems(plan) == [(2, "MobileNumber", "number-taken"), (3, "MobileNumber", "number-taken")]


def test_a_contact_added_by_hand_is_adopted_once(team: Team) -> None:
    key = team.add(mobile_number="+17165550008", first_name="Walk", last_name="In")
    plan = team.plan(file("S8,Ada,In,7165550008,", "S9,Bo,In,7165550008,"))

    assert outcomes(plan) == ["updated", "failed"]
    assert notes(plan) == [(2, "ContactId", "contact-adopted")]
    assert (plan.verdicts[0].key, plan.verdicts[0].after) == (key, {"contact_id": "S8", "first_name": "Ada"})


def test_a_row_that_fails_adopts_nobody(team: Team) -> None:
    team.add(mobile_number="+17165550008", first_name="Walk", last_name="In")
    plan = team.plan(file("S8,Ada,In,7165550008,", "S9,Bo,In,7165550008,"), left_out=frozenset({2}))

    assert outcomes(plan) == ["failed", "updated"]


def test_an_adopted_contact_keeps_its_consent_when_the_number_is_inferred(team: Team) -> None:
    team.add(mobile_number="+441753495000", first_name="Walk", last_name="In")
    plan = team.plan(file("S8,Walk,In,,+44 1753 495000"), blank_mobile="infer")

    assert notes(plan) == [(2, "ContactId", "contact-adopted")]
    assert plan.verdicts[0].after == {"contact_id": "S8", "whatsapp_number": "+441753495000"}


def test_a_known_contact_does_not_take_the_number_of_one_added_by_hand(team: Team) -> None:
    team.add(mobile_number="+17165550008")

    assert outcomes(team.plan(file("S1,A,A,7165550008,"), allow_mobile_updates=True)) == ["failed"]


def test_the_first_row_of_an_id_that_does_not_fail_counts(team: Team) -> None:
    rows = ["S2,,B,7165550002,", "S2,B,B,7165550002,", "S2,B,B,716-555-0002,", "S2,Zed,B,7165550002,"]
    plan = team.plan(file(*rows))

    assert outcomes(plan) == ["failed", "created", "unchanged", "failed"]
    assert problems(plan) == [(2, "FirstName", "value-blank"), (5, "ContactId", "id-twice")]
    assert notes(plan) == [(4, "ContactId", "row-repeated")]


def test_a_failed_row_holds_nothing(team: Team) -> None:
    assert outcomes(team.plan(file("S2,,B,7165550002,", "S3,C,C,7165550002,"))) == ["failed", "created"]


def test_a_row_that_fails_lists_what_the_team_knows_against_it_too(team: Team) -> None:
    plan = team.plan(file("S2,,B,7165550001,,nobody", more=",StaffId"))

    assert problems(plan) == [
        (2, "FirstName", "value-blank"),
        (2, "StaffId", "staff-unknown"),
        (2, "MobileNumber", "number-taken"),
    ]


def test_a_shared_whatsapp_number_is_noted_and_its_own_is_not(team: Team) -> None:
    team.add(contact_id="S2", mobile_number="+17165550002", whatsapp_number="+447911123456")
    rows = ["S2,Bo,Kay,7165550002,+447911123456", "S3,C,C,7165550003,+447911123456", "S4,D,D,7165550004,+919876543210"]

    assert notes(team.plan(file(*rows))) == [(3, "WhatsAppMobileNumber", "whatsapp-shared")]
    assert notes(team.plan(file(rows[2], "S5,E,E,7165550005,+919876543210"))) == [
        (3, "WhatsAppMobileNumber", "whatsapp-shared")
    ]


def test_a_blank_whatsapp_number_keeps_the_stored_one(team: Team) -> None:
    team.add(contact_id="S2", mobile_number="+17165550002", whatsapp_number="+447911123456")

    assert outcomes(team.plan(file("S2,Bo,Kay,7165550002,"))) == ["unchanged"]


@pytest.mark.parametrize("rows", [file("S2,Bo,Kay,7165550002,,", more=",StaffId"), file("S2,Bo,Kay,7165550002,")])
def test_a_blank_or_absent_staff_id_clears_the_assignment(team: Team, rows: str) -> None:
    team.add(contact_id="S2", mobile_number="+17165550002", staff_id="007")
    plan = team.plan(rows)

    assert notes(plan) == [(2, "StaffId", "staff-cleared")]
    assert plan.verdicts[0].after == {"staff_id": None}


def test_staff_ids_are_compared_exactly(team: Team) -> None:
    plan = team.plan(file("S2,B,B,7165550002,,007", "S3,C,C,7165550003,,7", more=",StaffId"))

    assert problems(plan) == [(3, "StaffId", "staff-unknown")]
    assert plan.verdicts[0].after is not None
    assert plan.verdicts[0].after["staff_id"] == "007"


def test_a_blank_custom_cell_clears_and_an_absent_column_keeps(team: Team) -> None:
    team.add(contact_id="S2", mobile_number="+17165550002", **{"custom.1": "Biology", "custom.2": "Fall"})
    plan = team.plan(file("S2,Bo,Kay,7165550002,,", more=",Major"))

    assert plan.verdicts[0].after == {"custom.1": None}
    assert notes(plan) == [(2, "Major", "value-cleared")]


def test_an_id_erased_before_and_one_that_lost_its_zeros_are_noted(team: Team) -> None:
    team.erased = frozenset({"S666"})
    team.add(contact_id="00123")

    assert notes(team.plan(file("S666,B,B,7165550002,", "123,C,C,7165550003,"))) == [
        (2, "ContactId", "contact-erased-before"),
        (3, "ContactId", "id-zeros-lost"),
    ]


def test_a_row_left_out_fails_and_holds_nothing(team: Team) -> None:
    plan = team.plan(file("S2,B,B,7165550002,", "S3,C,C,7165550002,"), frozenset({2}))

    assert problems(plan) == [(2, None, "row-left-out")]
    assert outcomes(plan) == ["failed", "created"]


def test_the_channels_of_a_row_are_settled_by_the_consent_rules(team: Team) -> None:
    out = Channel(opted_out=True, source="contact", own_out=True)
    team.add(contact_id="S2", mobile_number="+17165550002", whatsapp=out, whatsapp_marketing=Channel(opted_out=True))
    plan = team.plan(file("S2,Bo,Kay,7165550002,,no,,y", more=",WhatsAppOptedOut,WhatsAppMarketingOptedOut,OptedOut"))

    assert notes(plan) == [
        (2, "WhatsAppOptedOut", "opt-out-kept"),
        (2, "WhatsAppMarketingOptedOut", "opted-back-in"),
    ]
    assert plan.verdicts[0].after == {"text": Channel(opted_out=True), "whatsapp_marketing": Channel(opted_out=False)}

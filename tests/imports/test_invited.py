"""People who are invited and have not joined: a file may name their Staff ID, and they may do nothing yet."""

from __future__ import annotations

import pytest

from muster.contacts.models import Contact
from muster.contacts.pages.record import lines
from muster.core.fixes import FIXES
from muster.imports.draft.bulk_fixes import propose
from muster.imports.draft.draft import Draft
from muster.imports.filters import Filter
from muster.teams import invitations, members
from muster.teams.models import Invitation, Membership, User
from tests.cast import Cast
from tests.imports.play import HEADER, contact, drafted, history, imported, sheet, totals

pytestmark = pytest.mark.django_db(databases="__all__")
FILE = sheet("S1,Ana,Lee,716-555-0101,,008", header=f"{HEADER},StaffId")


@pytest.fixture
def bea(cast: Cast) -> Invitation:
    names = {"first_name": "Bea", "last_name": "Otero"}
    return invitations.invite(cast.team, cast.alice, email="bea@example.edu", staff_id="008", **names)


def waiting(cast: Cast) -> Membership:
    return Membership.everybody.get(team=cast.team, joined=False)


def test_their_rows_are_imported_and_assigned_and_stay_theirs_when_they_join(cast: Cast, bea: Invitation) -> None:
    assert totals(imported(cast.team, cast.alice, FILE, blank_mobile="fail")) == (1, 0, 0, 0)
    found = contact(cast.team, "S1")
    assert found.assigned_id == waiting(cast).pk
    [line] = lines(cast.team, [found])
    assert line.assigned == "Bea Otero, invited"
    page = cast.browser(cast.alice).get(f"/t/admissions/contacts/{found.id}/").content.decode()
    assert "Bea Otero, invited" in page

    member = invitations.accept(bea)

    assert (member.joined, member.pk, member.staff_id) == (True, found.assigned_id, "008")
    assert [each.assigned for each in lines(cast.team, [found])] == ["Bea Otero"]


def test_they_are_offered_by_name_for_an_unknown_staff_id(cast: Cast, bea: Invitation) -> None:
    rows = ("S1,A,B,716-555-0101,,8", "S2,A,C,716-555-0102,,bea otero")
    found = Draft.of(drafted(cast.team, cast.alice, sheet(*rows, header=f"{HEADER},StaffId"), blank_mobile="fail"))
    proposal = propose(found, Filter("problems", "staff-unknown", "StaffId"), FIXES["map"], "StaffId", {})
    assert "Bea Otero, invited (008)" in [each.words for each in proposal.choices]
    assert [each.after for each in proposal.cells] == ["008", "008"]


def test_they_may_do_nothing_before_they_join(cast: Cast, bea: Invitation) -> None:
    user = waiting(cast).user
    assert cast.browser(user).get("/t/admissions/contacts/").status_code == 404
    assert not Membership.objects.filter(user=user).exists()
    page = cast.browser(cast.alice).get("/t/admissions/users/")
    assert page.context["count"] == 2
    assert cast.browser(cast.alice).get(f"/t/admissions/users/{waiting(cast).pk}/").status_code == 404


def test_a_withdrawn_invitation_leaves_its_contacts_to_nobody(cast: Cast, bea: Invitation) -> None:
    imported(cast.team, cast.alice, FILE, blank_mobile="fail")
    where = f"/t/admissions/users/invitations/{bea.pk}/withdraw/"
    told = cast.browser(cast.alice).post(where, follow=True).content.decode()
    assert "1 contact is assigned to nobody now." in told
    assert contact(cast.team, "S1").assigned_id is None
    assert [action for action, *_ in history(cast.team, "S1")] == ["created", "updated"]
    assert not User.objects.filter(email="bea@example.edu").exists()
    assert imported(cast.team, cast.alice, FILE, blank_mobile="fail").failed == 1


def test_an_invitation_anew_changes_whom_a_staff_id_is(cast: Cast, bea: Invitation) -> None:
    imported(cast.team, cast.alice, FILE, blank_mobile="fail")
    invitations.invite(cast.team, cast.alice, email="bea@example.edu", staff_id="009")
    assert waiting(cast).staff_id == "009"
    assert Contact.objects.get(team=cast.team).assigned_id == waiting(cast).pk
    invitations.invite(cast.team, cast.alice, email="bea@example.edu")
    assert not Membership.everybody.filter(team=cast.team, joined=False).exists()
    assert contact(cast.team, "S1").assigned_id is None


def test_whoever_has_an_account_keeps_it_when_the_invitation_is_withdrawn(cast: Cast) -> None:
    asked = invitations.invite(cast.team, cast.alice, email=cast.charlie.email, staff_id="C1")
    assert cast.browser(cast.charlie).get("/t/admissions/contacts/").status_code == 404
    invitations.withdraw(asked, cast.alice)
    assert Membership.objects.filter(user=cast.charlie).count() == 1


def test_somebody_invited_who_is_added_by_the_api_joins(cast: Cast, bea: Invitation) -> None:
    imported(cast.team, cast.alice, FILE, blank_mobile="fail")
    member = members.add_user(cast.team, cast.alice, email="bea@example.edu", staff_id="008")
    assert (member.joined, contact(cast.team, "S1").assigned_id) == (True, member.pk)

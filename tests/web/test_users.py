"""The Users page: asking people in, roles and Staff IDs, and taking people out."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from muster.teams import invitations
from muster.teams.models import AuditEntry, Invitation, Membership, User
from tests.cast import PASSWORD, Cast

USERS = "/t/admissions/users/"
NEW = {"email": "Zoe@example.edu", "first_name": "Zoe", "last_name": "Zimmer", "role": "user", "staff_id": "Z 01"}
JOIN = {"first_name": "Zoë", "last_name": "Zimmer", "password": "quite a long one"}


def invited(cast: Cast, **values: str) -> str:
    """Invite somebody on the page; return the path of the mailed link."""
    answer = cast.browser(cast.alice).post(f"{USERS}invite/", NEW | values)
    assert answer.status_code == 302, answer.content.decode()
    return link_in(str(mail.outbox[-1].body))


def link_in(text: str) -> str:
    [path] = re.findall(r"http://127\.0\.0\.1:8000(/invitation/\S+)", text)
    return str(path)


def page(client: Client, path: str = USERS) -> str:
    return client.get(path).content.decode()


def test_it_lists_everybody_with_role_and_staff_id(cast: Cast) -> None:
    html = page(cast.browser(cast.alice))
    assert [name in html for name in ("Alice Adams", "Bob Brown", "T01", "007", "Charlie")] == [True] * 4 + [False]


def test_it_shows_who_has_no_staff_id(cast: Cast) -> None:
    Membership.objects.filter(user=cast.bob).update(staff_id=None)
    html = page(cast.browser(cast.alice), f"{USERS}?staff_id=none")
    assert "bob@example.edu" in html
    assert "T01" not in html


def test_it_names_only_other_teams_the_viewer_may_know_of(cast: Cast) -> None:
    Membership.objects.create(team=cast.other_team, user=cast.bob)
    assert "Financial Aid" not in page(cast.browser(cast.alice))
    assert "Financial Aid" in page(cast.browser(cast.olivia))


def test_it_offers_the_staff_ids_that_a_file_has_and_nobody_else(cast: Cast) -> None:
    html = page(cast.browser(cast.alice), f"{USERS}?missing=T77&missing=%3Cb%3E")
    assert "invite/?staff_id=T77" in html
    assert "<b>" not in html


def test_it_invites_somebody_new_who_then_signs_in(cast: Cast) -> None:
    link = invited(cast)
    assert mail.outbox[0].to == ["zoe@example.edu"]
    assert "zoe@example.edu" in page(cast.browser(cast.alice))
    assert "Zoe Zimmer</span>" in page(cast.browser(cast.alice))
    client = cast.browser()
    assert client.get(link).status_code == 200
    assert client.post(link, JOIN).headers["Location"] == "/t/admissions/"
    zoe = User.objects.get(email="zoe@example.edu")
    member = Membership.objects.get(user=zoe)
    assert (member.team, member.role, member.staff_id, zoe.first_name) == (cast.team, "user", "Z 01", "Zoë")
    assert zoe.check_password("quite a long one")
    assert client.session["_auth_user_id"] == str(zoe.pk)


def test_it_takes_an_invitation_once(cast: Cast) -> None:
    link = invited(cast)
    assert cast.browser().post(link, JOIN).status_code == 302
    assert cast.browser().get(link).status_code == 410
    assert cast.browser().post(link, JOIN | {"password": "another long one"}).status_code == 410


def test_it_asks_somebody_with_an_account_to_sign_in_first(cast: Cast) -> None:
    link = invited(cast, email="charlie@example.edu", role="admin")
    assert b'name="password"' not in cast.browser().get(link).content
    assert cast.browser().post(link, JOIN).status_code == 200
    assert cast.browser(cast.dora).post(link).status_code == 200
    assert not Membership.objects.filter(team=cast.team, user__in=[cast.charlie, cast.dora]).exists()
    assert cast.browser(cast.charlie).post(link).status_code == 302
    assert Membership.objects.get(team=cast.team, user=cast.charlie).role == "admin"
    assert Membership.objects.get(team=cast.other_team, user=cast.charlie).staff_id == "007"
    cast.charlie.refresh_from_db()
    assert cast.charlie.check_password(PASSWORD)


def test_it_ends_with_time(cast: Cast) -> None:
    link = invited(cast)
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23)):
        assert cast.browser().get(link).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        assert cast.browser().get(link).status_code == 410


def test_it_ends_when_withdrawn_replaced_or_altered(cast: Cast) -> None:
    first = invited(cast)
    client = cast.browser(cast.alice)
    client.post(f"{USERS}invitations/{Invitation.objects.get().pk}/resend/")
    second = link_in(str(mail.outbox[-1].body))
    assert [cast.browser().get(link).status_code for link in (first, second)] == [410, 200]
    assert cast.browser().get(second[:-3] + "xx/").status_code == 410
    client.post(f"{USERS}invitations/{Invitation.objects.get().pk}/withdraw/")
    assert cast.browser().get(second).status_code == 410


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "bob@example.edu"}, "email"),
        ({"email": "nobody"}, "email"),
        ({"staff_id": "007"}, "staff_id"),
        ({"role": "owner"}, "role"),
    ],
)
def test_it_says_why_somebody_cannot_be_invited(cast: Cast, values: dict[str, str], field: str) -> None:
    answer = cast.browser(cast.alice).post(f"{USERS}invite/", NEW | values)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not mail.outbox


def test_it_says_whose_the_staff_id_is(cast: Cast) -> None:
    answer = cast.browser(cast.alice).post(f"{USERS}invite/", NEW | {"staff_id": "007"})
    assert "Bob Brown already has Staff ID 007 in Admissions." in answer.content.decode()


def test_it_keeps_the_invitation_when_the_mail_server_is_down(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = cast.browser(cast.alice).post(f"{USERS}invite/", NEW, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert Invitation.objects.filter(email="zoe@example.edu").exists()


def test_it_refuses_to_let_in_when_the_staff_id_went_to_another(cast: Cast) -> None:
    link = invited(cast)
    Membership.everybody.filter(joined=False).delete()  # as it was before the invited had any
    Membership.objects.filter(user=cast.bob).update(staff_id="Z 01")
    assert cast.browser().post(link, JOIN).status_code == 422
    assert not Membership.everybody.filter(user__email="zoe@example.edu").exists()
    assert Invitation.objects.get().accepted_at is None


def test_it_changes_role_and_staff_id_and_names_what_follows(cast: Cast) -> None:
    path = f"{USERS}{cast.membership(cast.bob).pk}/"
    client = cast.browser(cast.alice)
    assert "007" in page(client, path)
    answer = client.post(path, {"role": "admin", "staff_id": "0008"}, follow=True)
    [message] = answer.context["messages"]
    assert "0008" in str(message)
    bob = cast.membership(cast.bob)
    assert (bob.role, bob.staff_id) == ("admin", "0008")
    actions = AuditEntry.objects.filter(team=cast.team).values_list("action", flat=True)
    assert sorted(actions) == ["role-changed", "staff-id-changed"]


def test_it_changes_nothing_when_one_of_the_two_is_refused(cast: Cast) -> None:
    answer = cast.browser(cast.alice).post(
        f"{USERS}{cast.membership(cast.bob).pk}/", {"role": "admin", "staff_id": "T01"}
    )
    assert answer.status_code == 422
    bob = cast.membership(cast.bob)
    assert (bob.role, bob.staff_id) == ("user", "007")


def test_it_removes_a_member_who_then_sees_nothing(cast: Cast) -> None:
    bobs = cast.browser(cast.bob)
    path = f"{USERS}{cast.membership(cast.bob).pk}/remove/"
    client = cast.browser(cast.alice)
    assert client.get(path).status_code == 200
    assert Membership.objects.filter(user=cast.bob).exists()
    assert client.post(path).headers["Location"] == USERS
    assert bobs.get(USERS).status_code == 404
    assert User.objects.filter(pk=cast.bob.pk).exists()


@pytest.mark.parametrize("path", ["{}/remove/", "{}/"])
def test_it_keeps_the_last_admin_and_says_so(cast: Cast, path: str) -> None:
    answer = cast.browser(cast.alice).post(
        USERS + path.format(cast.membership(cast.alice).pk), {"role": "user", "staff_id": "T01"}
    )
    assert answer.status_code in {409, 422}
    assert "only Admin" in answer.content.decode()
    assert cast.membership(cast.alice).role == "admin"


def test_it_asks_admins_for_a_second_factor_where_the_team_wants_one(cast: Cast) -> None:
    cast.team.second_factor = True
    cast.team.save()
    answer = cast.browser(cast.alice).get(USERS)
    assert answer.status_code == 403
    assert "/profile/#second-factor" in answer.content.decode()


def test_it_finds_an_invitation_in_no_other_team(cast: Cast) -> None:
    invitation = invitations.invite(cast.other_team, cast.charlie, email="zoe@example.edu")
    for action in ("resend", "withdraw"):
        assert cast.browser(cast.alice).post(f"{USERS}invitations/{invitation.pk}/{action}/").status_code == 404


def test_it_offers_a_team_without_an_admin_to_invite_its_first(cast: Cast) -> None:
    browser = cast.browser(cast.olivia)
    answer = browser.post("/owner/teams/new/", {"name": "Law School", "home_region": "US", "keep_originals_days": 30})
    assert answer.status_code == 302, answer.context["form"].errors
    users = browser.get(answer["Location"]).content.decode()
    assert "Invite its first Admin." in users
    assert "Nobody is in this team yet." in users
    assert "Everybody has a Staff ID." not in users
    form = browser.get("/t/law-school/users/invite/").context["form"]
    assert form.initial["role"] == "admin"
    assert cast.browser(cast.alice).get("/t/admissions/users/invite/").context["form"].initial["role"] == "user"

"""Teams and the users in them."""

from tests.api.conftest import CallAs, Caller
from tests.cast import Cast


def test_it_makes_a_team(owner: Caller) -> None:
    answer = owner("POST", "/teams", {"name": "Housing", "home_region": "GB"})

    assert answer.status == 201
    assert answer.body == {
        "slug": "housing",
        "name": "Housing",
        "home_region": "GB",
        "strict_numbers": False,
        "time_zone": "",
        "notify": [],
    }


def test_it_leaves_making_teams_to_owners(cast: Cast, call_as: CallAs) -> None:
    assert call_as(cast.alice)("POST", "/teams", {"name": "Housing"}).status == 403


def test_it_refuses_a_slug_that_is_taken(owner: Caller) -> None:
    answer = owner("POST", "/teams", {"name": "Other", "slug": "admissions"})

    assert answer.status == 422
    assert [each["field"] for each in answer.body["problems"]] == ["slug"]


def test_it_changes_only_what_is_sent(cast: Cast, owner: Caller) -> None:
    answer = owner("PATCH", "/teams/admissions", {"notify": ["Registrar@Example.edu"]})

    assert answer.status == 200
    assert (answer.body["notify"], answer.body["name"]) == (["registrar@example.edu"], "Admissions")


def test_it_leaves_a_teams_settings_to_owners_as_the_pages_do(admin: Caller) -> None:
    assert admin("PATCH", "", {"name": "Ours"}).status == 403


def test_it_shows_a_team_to_everybody_in_it(user: Caller) -> None:
    answer = user("GET", "")

    assert (answer.status, answer.body["slug"], answer.body["notify"]) == (200, "admissions", None)


def test_it_adds_a_user_who_has_no_password_yet(cast: Cast, admin: Caller) -> None:
    body = {"email": "Uma@Example.edu", "first_name": "Uma", "last_name": "Ueda", "staff_id": "u 1", "role": "user"}

    answer = admin("POST", "/users", body)

    assert (answer.status, answer.body) == (201, {**body, "email": "uma@example.edu"})
    member = cast.team.memberships.get(staff_id="u 1")
    assert not member.user.has_usable_password()


def test_it_refuses_a_staff_id_that_somebody_has(admin: Caller) -> None:
    answer = admin("POST", "/users", {"email": "uma@example.edu", "staff_id": "007"})

    assert answer.status == 422
    assert [each["field"] for each in answer.body["problems"]] == ["staff_id"]


def test_it_lists_users_a_page_at_a_time(admin: Caller) -> None:
    first = admin("GET", "/users?limit=1").body
    second = admin("GET", f"/users?limit=1&cursor={first['next']}").body

    assert [each["email"] for each in first["items"] + second["items"]] == ["alice@example.edu", "bob@example.edu"]
    assert second["next"] is None


def test_it_leaves_users_to_admins(user: Caller) -> None:
    assert user("GET", "/users").status == 403
    assert user("POST", "/users", {"email": "x@example.edu"}).status == 403


def test_it_lists_the_teams_that_a_token_opens(cast: Cast, owner: Caller, call_as: CallAs) -> None:
    assert [each["slug"] for each in owner("GET", "/teams").body["items"]] == ["admissions", "financial-aid"]
    mine = call_as(cast.bob)("GET", "/teams").body
    assert mine == {"items": [{"slug": "admissions", "name": "Admissions", "role": "user"}], "next": None}


def test_it_changes_a_user_in_the_team(cast: Cast, admin: Caller) -> None:
    answer = admin("PATCH", "/users/bob@example.edu", {"staff_id": "b 1"})
    assert (answer.status, answer.body["staff_id"], answer.body["role"]) == (200, "b 1", "user")
    assert admin("PATCH", "/users/bob@example.edu", {"role": "admin"}).body["staff_id"] == "b 1"
    assert admin("PATCH", "/users/bob@example.edu", {"staff_id": "T01"}).status == 422


def test_it_takes_a_user_out_of_the_team_and_keeps_their_account(cast: Cast, admin: Caller) -> None:
    assert admin("DELETE", "/users/bob@example.edu").status == 204
    assert admin("DELETE", "/users/bob@example.edu").status == 404
    assert not cast.team.memberships.filter(user=cast.bob).exists()
    assert type(cast.bob).objects.filter(pk=cast.bob.pk).exists()


def test_it_keeps_an_admin_in_the_team(admin: Caller) -> None:
    assert admin("DELETE", "/users/alice@example.edu").status == 422
    assert admin("PATCH", "/users/alice@example.edu", {"role": "user"}).status == 422


def test_it_changes_no_user_of_another_team(cast: Cast, admin: Caller, user: Caller) -> None:
    assert admin("PATCH", "/users/charlie@example.edu", {"role": "user"}).status == 404
    assert user("DELETE", "/users/alice@example.edu").status == 403

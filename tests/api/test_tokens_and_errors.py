"""Who may come in, and how the API says no."""

from datetime import timedelta

import pytest
from django.core.handlers.base import BaseHandler
from django.test import RequestFactory
from django.utils import timezone

from muster.teams import tokens
from tests.api.conftest import PROBLEM_JSON, CallAs, Caller
from tests.cast import Cast


def problem_keys(body: object) -> set[str]:
    assert isinstance(body, dict)
    return set(body)


def test_it_says_who_the_token_belongs_to(cast: Cast, call_as: CallAs) -> None:
    answer = call_as(cast.alice)("GET", "/me")

    assert answer.status == 200
    assert answer.body == {
        "email": "alice@example.edu",
        "owner": False,
        "teams": [{"slug": "admissions", "name": "Admissions", "role": "admin"}],
    }


def test_it_refuses_without_a_token(cast: Cast) -> None:
    answer = Caller("muster_nonsense")("GET", "/me")

    assert answer.status == 401
    assert answer.headers["Content-Type"] == PROBLEM_JSON
    assert problem_keys(answer.body) == {"type", "title", "status", "detail"}


def test_it_refuses_an_expired_token(cast: Cast) -> None:
    plain = tokens.make(cast.alice, "old", expires_at=timezone.now() - timedelta(seconds=1))[1]

    assert Caller(plain)("GET", "/me").status == 401


def test_it_refuses_a_revoked_token(cast: Cast) -> None:
    token, plain = tokens.make(cast.alice, "leaked")
    tokens.revoke(token)

    assert Caller(plain)("GET", "/me").status == 401


@pytest.mark.parametrize(
    "path", ["/teams/admissions", "/teams/admissions/contacts", "/teams/no-such-team", "/nothing/here"]
)
def test_it_hides_what_is_not_yours(cast: Cast, call_as: CallAs, path: str) -> None:
    answer = call_as(cast.charlie)("GET", path)

    assert (answer.status, answer.headers["Content-Type"]) == (404, PROBLEM_JSON)


def test_it_looks_at_who_asks_before_it_looks_at_what_is_sent(user: Caller, stranger: Caller) -> None:
    assert user("POST", "/users", {"nonsense": True}).status == 403
    assert stranger("POST", "/users", {"nonsense": True}).status == 404


def test_it_names_the_methods_that_an_address_has(user: Caller) -> None:
    answer = user("DELETE", "/contacts")

    assert (answer.status, answer.headers["Content-Type"]) == (405, PROBLEM_JSON)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}


def test_it_names_every_value_it_cannot_take(owner: Caller) -> None:
    answer = owner("POST", "/teams", {"home_region": "Narnia", "colour": "blue"})

    assert answer.status == 422
    assert {(each["code"], each["field"]) for each in answer.body["problems"]} == {
        ("input", "name"),
        ("input", "home_region"),
        ("input", "colour"),
    }


@pytest.mark.parametrize(
    "body", [b"{", b'{"name": NaN}', b'{"name": "a\\u0000"}', b'{"name": "\\ud800"}', b"\xff", b""]
)
def test_it_answers_bodies_that_are_not_json(owner: Caller, body: bytes) -> None:
    answer = owner.raw("POST", "/teams", body, "application/json")

    assert (answer.status, answer.headers["Content-Type"]) == (422, PROBLEM_JSON)


@pytest.mark.parametrize(
    "path", ["/contacts?q=%00", "/contacts/a%00b", "/contacts?cursor=nonsense", "/contacts?limit=501"]
)
def test_it_answers_addresses_nothing_can_be_found_with(user: Caller, path: str) -> None:
    assert user("GET", path).status in {404, 422}


def test_it_does_not_take_a_session_for_a_token(cast: Cast) -> None:
    assert cast.browser(cast.alice).get("/api/v1/me").status_code == 401


def test_it_names_the_parameter_it_cannot_take(user: Caller) -> None:
    answer = user("GET", "/contacts?limit=0&text=maybe")

    assert {each["field"] for each in answer.body["problems"]} == {"limit", "text"}


def seen(token: str, method: str, path: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body as they leave us; Django's test client takes the body off an answer to HEAD."""
    handler = BaseHandler()
    handler.load_middleware()
    asked = RequestFactory().generic(method, f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
    answer = handler.get_response(asked)
    headers = {name: each for name, each in answer.headers.items() if name != "X-Request-ID"}
    body = b"".join(answer)
    for close in answer._resource_closers:  # type: ignore[attr-defined]  # as a server does at the end
        close()
    return answer.status_code, headers, body


@pytest.mark.parametrize(
    ("path", "status"),
    [("/me", 200), ("/teams/admissions/contacts", 200), ("/teams/admissions/contacts.csv", 200), ("/nothing", 404)],
)
def test_it_answers_head_as_get_without_a_body(cast: Cast, call_as: CallAs, path: str, status: int) -> None:
    token = call_as(cast.alice).token
    got, head = (seen(token, method, path) for method in ("GET", "HEAD"))

    assert got[0] == status
    assert head == (*got[:2], b"")


def test_it_answers_head_only_where_there_is_something_to_get(admin: Caller) -> None:
    assert seen(admin.token, "HEAD", "/teams/admissions/consent")[0] == 405
    assert seen("muster_nonsense", "HEAD", "/me")[0] == 401

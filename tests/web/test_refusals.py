"""What a team cannot have, refused with the same sentence on the page and in the API."""

from typing import Any

import pytest
from django.test import Client

from muster.contacts import custom_fields
from muster.teams import tokens
from tests.cast import Cast

FIELD = {"name": "Program", "kind": "text"}
USER = {"email": "zoe@example.edu", "role": "user"}
REFUSED: dict[str, tuple[str, dict[str, str], str]] = {
    "the 26th field": (
        "fields",
        FIELD | {"name": "One more"},
        "You have 25 custom fields, the most a team can have. Delete one to add another.",
    ),
    "a name that differs only in case": (
        "fields",
        FIELD | {"name": "FIELD 1"},
        "You have a field Field 1 already. Names that differ only in capitals count as the same.",
    ),
    "a system field's name": (
        "fields",
        FIELD | {"name": "whatsappmobilenumber"},
        "whatsappmobilenumber is a system field's name. Choose another.",
    ),
    "a duplicate Staff ID": (
        "users",
        USER | {"staff_id": "007"},
        "Bob Brown already has Staff ID 007 in Admissions.",
    ),
    "somebody who is in already": (
        "users",
        USER | {"email": "bob@example.edu"},
        "bob@example.edu is already in Admissions.",
    ),
}
PAGES = {"fields": "/t/admissions/fields/add/", "users": "/t/admissions/users/invite/"}


@pytest.fixture
def some_fields(cast: Cast, request: pytest.FixtureRequest) -> None:
    """As many as the case needs."""
    for number in range(25 if "26th" in request.node.name else 2):
        custom_fields.add(cast.team, cast.alice, name=f"Field {number}")


@pytest.mark.parametrize("case", REFUSED)
def test_it_says_why_on_the_page(cast: Cast, some_fields: None, case: str) -> None:
    kind, values, sentence = REFUSED[case]
    answer = cast.browser(cast.alice).post(PAGES[kind], values)
    assert answer.status_code == 422
    said = [each for errors in answer.context["form"].errors.values() for each in errors]
    assert said == [sentence]


@pytest.mark.parametrize("case", REFUSED)
def test_it_says_why_in_the_api(cast: Cast, some_fields: None, case: str) -> None:
    kind, values, sentence = REFUSED[case]
    _, token = tokens.make(cast.alice, "test")
    answer: Any = Client().post(
        f"/api/v1/teams/admissions/{kind}",
        values,
        content_type="application/json",
        headers={"authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 422
    assert sentence in str(answer.json())

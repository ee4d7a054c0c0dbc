"""Two send the same form at the same moment, and names with line breaks: told in words, and nothing is there twice."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from django.test import Client

from muster.teams import tokens
from muster.teams.models import Invitation, Team
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
AT_ONCE = 6


def at_once(ask: Callable[[], Any]) -> list[int]:
    """The statuses of as many answers to the same question, all asked at one moment."""
    ready, statuses = threading.Barrier(AT_ONCE), list[int]()

    def one() -> None:
        ready.wait(30)
        statuses.append(ask().status_code)
        connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(AT_ONCE)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(statuses) == AT_ONCE
    return statuses


def page(cast: Cast, path: str, form: dict[str, str]) -> Callable[[], Any]:
    cookies = cast.browser(cast.olivia).cookies

    def ask() -> Any:
        client = Client(raise_request_exception=False)
        client.cookies = cookies
        return client.post(path, form)

    return ask


def told(statuses: list[int]) -> bool:
    return all(status < 500 or status == 503 for status in statuses)  # 503: SQLite had another writer


def test_one_invitation_comes_of_many(cast: Cast) -> None:
    form = {"email": "new@example.edu", "role": "user"}
    assert told(at_once(page(cast, f"/t/{cast.team.slug}/users/invite/", form)))
    assert Invitation.objects.filter(email="new@example.edu").count() == 1


def test_teams_of_one_name_get_an_address_each(cast: Cast) -> None:
    assert told(
        at_once(page(cast, "/owner/teams/new/", {"name": "Nursing", "home_region": "US", "keep_originals_days": "30"}))
    )
    slugs = list(Team.objects.filter(name="Nursing").values_list("slug", flat=True))
    assert len(slugs) == len(set(slugs)) >= 1


def test_the_api_says_that_somebody_else_was_first(cast: Cast) -> None:
    headers = {"authorization": f"Bearer {tokens.make(cast.olivia, 'x')[1]}"}

    def ask() -> Any:
        client = Client(raise_request_exception=False)
        return client.post(
            "/api/v1/teams", {"name": "N", "slug": "n"}, content_type="application/json", headers=headers
        )

    statuses = at_once(ask)
    assert told(statuses)
    assert statuses.count(201) == 1


@pytest.mark.parametrize(
    "name", ["Nursing\r\nBcc: all@example.edu", "Nursing\nSchool", "Nursing\x0bSchool", "\u2028Nursing"]
)
def test_a_name_with_a_line_break_makes_no_header_of_a_mail(cast: Cast, name: str) -> None:
    headers = {"authorization": f"Bearer {tokens.make(cast.olivia, 'x')[1]}"}
    client = Client(raise_request_exception=False)
    made = client.patch(
        f"/api/v1/teams/{cast.team.slug}", {"name": name}, content_type="application/json", headers=headers
    )
    assert made.status_code in {200, 422}
    answer = cast.browser(cast.olivia).post(
        f"/t/{cast.team.slug}/users/invite/", {"email": "new@example.edu", "role": "user"}
    )
    assert answer.status_code == 302
    assert [each.message()["Bcc"] for each in mail.outbox] == [None]
    assert len(mail.outbox[0].subject.splitlines()) == 1

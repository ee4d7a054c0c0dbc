"""The log of a team and of the installation."""

from datetime import UTC, datetime

import pytest

from muster.teams import audit
from muster.teams.models import AuditEntry
from tests.cast import Cast

LOG = "/t/admissions/log/"


def shown(cast: Cast, query: str = "") -> list[str]:
    """The actions on the page, in order."""
    answer = cast.browser(cast.alice).get(LOG + query)
    assert answer.status_code == 200
    return [entry.action for entry, _, _ in answer.context["lines"]]


@pytest.fixture
def entries(cast: Cast) -> None:
    audit.record(cast.team, cast.alice, "role-changed", email="bob@example.edu", role=["user", "admin"])
    audit.record(cast.team, cast.bob, "sign-in", address="192.0.2.1")
    audit.record(cast.other_team, cast.charlie, "field-added", name="<b>Secret")
    audit.record(None, cast.olivia, "owner-made", email="x@example.edu")
    AuditEntry.objects.filter(action="sign-in").update(at=datetime(2025, 5, 4, 23, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("", ["role-changed", "sign-in"]),
        ("?action=sign-in", ["sign-in"]),
        ("?action=field-added", ["role-changed", "sign-in"]),
        ("?by=ALICE", ["role-changed"]),
        ("?since=2025-05-05", ["role-changed"]),
        ("?until=2025-05-04", ["sign-in"]),
        ("?since=yesterday", ["role-changed", "sign-in"]),
        ("?page=99&by=%00", ["role-changed", "sign-in"]),
        ("?by=nobody", []),
    ],
)
def test_it_filters(cast: Cast, entries: None, query: str, actions: list[str]) -> None:
    assert shown(cast, query) == actions


def test_it_shows_what_changed(cast: Cast, entries: None) -> None:
    html = cast.browser(cast.alice).get(LOG).content.decode()
    assert "user → admin" in html
    assert "Secret" not in html


def test_it_pages(cast: Cast) -> None:
    for _ in range(51):
        audit.record(cast.team, cast.alice, "sign-in")
    assert [len(shown(cast, query)) for query in ("", "?page=2")] == [50, 1]


def test_it_shows_owners_what_happened_outside_teams(cast: Cast, entries: None) -> None:
    html = cast.browser(cast.olivia).get("/owner/log/").content.decode()
    assert "x@example.edu" in html
    assert "192.0.2.1" not in html


def test_it_has_words_for_every_action_it_is_given() -> None:
    assert {action for action in audit.ACTIONS if not audit.ACTIONS[action]} == set()

"""The log of a team and of the installation."""

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from muster.teams import audit
from muster.teams.models import AuditEntry
from tests.cast import Cast
from tests.imports.play import HEADER, imported

LOG = "/t/admissions/log/"


def shown(cast: Cast, query: str = "") -> list[str]:
    """The actions on the page, in order."""
    answer = cast.browser(cast.alice).get(LOG + query)
    assert answer.status_code == 200
    return [entry.action for entry, *_ in answer.context["lines"]]


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
    page = cast.browser(cast.alice).get(LOG).content.decode()
    assert "User → Admin" in page
    assert "Secret" not in page


def test_it_pages(cast: Cast) -> None:
    for _ in range(51):
        audit.record(cast.team, cast.alice, "sign-in")
    assert [len(shown(cast, query)) for query in ("", "?page=2")] == [50, 1]


def test_it_shows_owners_what_happened_outside_teams(cast: Cast, entries: None) -> None:
    page = cast.browser(cast.olivia).get("/owner/log/").content.decode()
    assert "x@example.edu" in page
    assert "192.0.2.1" not in page


def test_it_has_words_for_every_action_it_is_given() -> None:
    sources = (path.read_text(encoding="utf-8") for path in Path(audit.__file__).parents[1].rglob("*.py"))
    given = {action for source in sources for action in re.findall(r"audit\.record\([^\"]*?\"([a-z-]+)\"", source)}
    assert len(given) > 40
    assert given - audit.ACTIONS.keys() == set()


@pytest.mark.django_db(databases="__all__")
def test_it_leads_to_what_an_entry_is_about(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, f"{HEADER}\nS1,A,B,+1 716 555 1234,\n".encode())
    audit.record(cast.team, cast.alice, "field-added", name="Program")
    audit.record(cast.team, cast.alice, "user-invited", email="x@example.edu")
    audit.record(cast.team, cast.alice, "webhook-added", url="https://example.edu")
    audit.record(cast.team, cast.alice, "connection-added", name="Twilio")
    audit.record(cast.team, cast.alice, "contacts-assigned", count=2)
    audit.record(cast.team, cast.alice, "recipe-renamed", name=["a", "b"])
    audit.record(cast.team, cast.alice, "stop-lifted", contact="S1", channel="text")
    audit.record(cast.team, cast.alice, "sign-in")
    browser = cast.browser(cast.alice)
    links = re.findall(r'data-label="What"><a href="([^"]+)"', browser.get(LOG).content.decode())
    assert f"/t/admissions/imports/{imp.pk}/" in links
    assert len(set(links)) == 8
    assert {browser.get(html.unescape(link)).status_code for link in links} == {200}
    audit.record(None, cast.olivia, "owner-made", email="x@example.edu")
    assert 'data-label="What"><a href="/owner/people/"' in cast.browser(cast.olivia).get("/owner/log/").content.decode()


def test_codes_stand_in_words_of_the_language(cast: Cast) -> None:
    audit.record(cast.team, cast.alice, "role-changed", email="bob@example.edu", role=["user", "admin"])
    audit.record(cast.team, cast.alice, "field-added", name="user", kind="yes_no")
    audit.record(cast.team, cast.alice, "exported", audience="text", count=3)
    cast.alice.language = "de"
    cast.alice.save()
    page = html.unescape(cast.browser(cast.alice).get(LOG).content.decode())
    assert all(each in page for each in ("Benutzer → Admin", "Ja oder nein", "SMS"))
    assert ">user<" in page
    assert "yes_no" not in page

"""Whoever reads, page or API, writes nothing: on SQLite they would wait for whatever import is running."""

import re
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from muster.teams import tokens
from muster.teams.models import Token, User
from muster.teams.seen import SEEN
from tests.cast import PASSWORD, Cast
from tests.web.doors import PAGES
from tests.web.test_walls import World, addresses, operations, path_of, world  # noqa: F401  a fixture

pytestmark = [pytest.mark.django_db(databases="__all__")]
WRITES = re.compile(r'^\s*(INSERT|UPDATE|DELETE|REPLACE)\b.*?"(\w+)"', re.IGNORECASE | re.DOTALL)
LOGGED = {
    "contacts:export",
    "contacts:workbook",
    "contacts:stopped",
    "GET /teams/{team}/contacts.csv",
    "GET /teams/{team}/contacts.xlsx",
}  # who took everything away is in the log before it leaves
LIBRARY = ("/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/3rdparty/")


def written_by_getting(client: Client, path: str, **headers: str) -> list[str]:
    """The tables that one GET wrote to. The cache is one on PostgreSQL, where no writer waits for another."""
    client.raise_request_exception = False
    with CaptureQueriesContext(connections["default"]) as main, CaptureQueriesContext(connections["progress"]) as other:
        answer: Any = client.get(path, headers=headers)
        if answer.streaming:
            b"".join(answer.streaming_content)
    found = (WRITES.match(query["sql"]) for query in (*main, *other))
    return [f"{match[1]} {match[2]}" for match in found if match and match[2] != "cache"]


def test_it_writes_nothing_for_a_page(world: World) -> None:  # noqa: F811
    client = world.cast.browser()
    client.post("/accounts/login/", {"login": world.cast.alice.email, "password": PASSWORD})
    paths = {name: path_of(name, addresses()[name], world.ours) for name in PAGES}
    got = {name: written_by_getting(client, path) for name, path in (paths | {each: each for each in LIBRARY}).items()}
    assert {name: tables for name, tables in got.items() if tables and name not in LOGGED} == {}


def test_it_writes_nothing_for_a_reading_operation(world: World) -> None:  # noqa: F811
    bearer = f"Bearer {tokens.make(world.cast.alice, 'reader')[1]}"
    got = {
        label: written_by_getting(Client(), path.format(**world.ours.api), authorization=bearer)
        for label, method, path in operations()
        if method == "get"
    }
    assert {label: tables for label, tables in got.items() if tables and label not in LOGGED} == {}


def test_it_notes_the_team_in_the_browser_at_once_and_for_the_others_later(cast: Cast) -> None:
    here, elsewhere = cast.browser(cast.olivia), cast.browser(cast.olivia)
    here.get("/t/financial-aid/contacts/")
    assert here.get("/").headers["Location"] == "/t/financial-aid/"
    assert elsewhere.get("/").headers["Location"] == "/t/admissions/"

    SEEN.write()

    assert elsewhere.get("/").headers["Location"] == "/t/financial-aid/"


def test_it_sends_nobody_to_a_team_that_the_browser_remembers_of_another(cast: Cast) -> None:
    client = cast.browser(cast.charlie)
    client.cookies["team"] = "admissions"
    assert client.get("/").headers["Location"] == "/t/financial-aid/"


def test_it_keeps_what_the_database_does_not_take_for_the_next_time(cast: Cast) -> None:
    token, plain = tokens.make(cast.alice, "CRM")
    tokens.find(plain)
    with connections["default"].execute_wrapper(refuse):
        SEEN.write()
    assert Token.objects.get(pk=token.pk).last_used_at is None

    SEEN.write()

    assert Token.objects.get(pk=token.pk).last_used_at is not None
    assert User.objects.filter(pk=cast.alice.pk, last_team=None).exists()


def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """As a database that another writer has locked."""
    if sql.startswith("UPDATE"):
        raise OperationalError("database is locked")
    return execute(sql, params, many, context)

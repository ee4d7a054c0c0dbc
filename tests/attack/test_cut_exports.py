"""A download that fails on the way is told as a fault, and is never a file that looks complete."""

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from muster.teams import tokens
from tests.cast import Cast
from tests.imports.play import imported, sheet

WORKBOOKS = ("/t/admissions/contacts/contacts.xlsx", "/api/v1/teams/admissions/contacts.xlsx")
DOWNLOADS = ("/t/admissions/contacts/contacts.csv", "/t/admissions/contacts/audience.csv?reach=text")


@pytest.fixture
def many(cast: Cast) -> Cast:
    """More contacts than are read at once."""
    imported(cast.team, cast.alice, sheet(*(f"S{n},A,B,+1 716 555 {n:04}," for n in range(2_500))))
    return cast


def failing_on(times: int) -> Any:
    """As a server that forgets a cursor: reading the contacts fails after so many queries about them."""
    seen = 0

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        if re.search(r'FROM "contacts_contact".*ORDER BY', sql, re.DOTALL):
            seen += 1
            if seen >= times:
                raise OperationalError("cursor does not exist")
        return execute(sql, params, many, context)

    return wrapper


@pytest.mark.parametrize("path", DOWNLOADS)
@pytest.mark.django_db(databases="__all__")
def test_it_tells_the_length_of_every_file(many: Cast, path: str) -> None:
    answer = many.browser(many.alice).get(path)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.headers["Content-Length"] == str(len(content))
    assert content.count(b"\n") == 2_501


@pytest.mark.parametrize("path", [*DOWNLOADS, "/api/v1/teams/admissions/contacts.csv", *WORKBOOKS])
@pytest.mark.django_db(databases="__all__")
def test_it_sends_no_part_of_a_file_that_failed(
    many: Cast, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    bearer = {"authorization": f"Bearer {tokens.make(many.alice, 'x')[1]}"}
    client = Client() if path.startswith("/api/") else many.browser(many.alice)
    client.raise_request_exception = False
    with connection.execute_wrapper(failing_on(1)):
        answer = client.get(path, headers=bearer)
    assert answer.status_code >= 500
    assert not answer.streaming
    assert list(tmp_path.iterdir()) == []

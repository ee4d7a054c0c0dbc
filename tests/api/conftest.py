"""The API as a program sees it: a token, JSON in, status and JSON out."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from muster.imports import worker
from muster.teams import tokens
from muster.teams.models import Team, User
from tests.cast import Cast

PROBLEM_JSON = "application/problem+json"
HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber"


@dataclass
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class Caller:
    """Somebody with a token. Paths begin below /api/v1."""

    token: str
    base: str = ""

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        data = json.dumps(body) if body is not None else ""
        return self.raw(method, path, data, "application/json", **headers)

    def raw(self, method: str, path: str, data: Any, content_type: str, **headers: str) -> Answer:
        url = path if path.startswith("/api/") else f"/api/v1{self.base}{path}"
        sent = {
            "Authorization": f"Bearer {self.token}",
            **{name.replace("_", "-"): each for name, each in headers.items()},
        }
        answer = Client(raise_request_exception=False).generic(method, url, data, content_type, headers=sent)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        kind = answer.headers.get("Content-Type", "")
        plain = content if "spreadsheetml" in kind else content.decode()
        body = json.loads(content) if "json" in kind and content else plain
        return Answer(answer.status_code, body, dict(answer.headers.items()))

    def form(self, path: str, parts: dict[str, Any], **headers: str) -> Answer:
        """Post multipart/form-data; a (name, bytes) pair is a file."""
        return self.raw("POST", path, multipart(parts), "multipart/form-data; boundary=MuStEr", **headers)

    def import_text(self, *rows: str, **values: Any) -> Answer:
        """Post rows under the five required headers, or under the first row if it is a header."""
        lines = rows if rows and "ContactId" in rows[0] else (HEADER, *rows)
        return self("POST", "/imports", {"text": "\n".join(lines) + "\n", "blank_mobile": "fail", **values})


def multipart(parts: dict[str, Any]) -> bytes:
    body = b""
    for name, value in parts.items():
        filename, content = value if isinstance(value, tuple) else (None, str(value).encode())
        extra = f'; filename="{filename}"' if filename is not None else ""
        body += f'--MuStEr\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode() + content + b"\r\n"
    return body + b"--MuStEr--\r\n"


def let_the_worker_work() -> None:
    """Do everything that waits, in this test's own transaction."""
    while worker.one_round("tests"):
        pass


CallAs = Callable[..., Caller]


@pytest.fixture
def call_as(cast: Cast) -> CallAs:
    """`call_as(cast.bob)("GET", "/me")`; with a team, paths begin below the team."""

    def make(user: User, team: Team | None = None) -> Caller:
        return Caller(tokens.make(user, "test")[1], f"/teams/{team.slug}" if team else "")

    return make


@pytest.fixture
def admin(cast: Cast, call_as: CallAs) -> Caller:
    """Alice, in Admissions."""
    return call_as(cast.alice, cast.team)


@pytest.fixture
def user(cast: Cast, call_as: CallAs) -> Caller:
    """Bob, a User in Admissions."""
    return call_as(cast.bob, cast.team)


@pytest.fixture
def stranger(cast: Cast, call_as: CallAs) -> Caller:
    """Charlie, Admin of another team, asking about Admissions."""
    return call_as(cast.charlie, cast.team)


@pytest.fixture
def owner(cast: Cast, call_as: CallAs) -> Caller:
    """Olivia, Owner of the installation."""
    return call_as(cast.olivia)

"""The command line, played in this process."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from muster.cli import app

HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber"


@dataclass
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Muster = Callable[..., Said]


@pytest.fixture
def muster() -> Muster:
    """`muster("check", "-", input="…")`."""

    def run(*arguments: str, input: str | None = None, **env: str) -> Said:  # noqa: A002
        done = CliRunner().invoke(app, list(arguments), input=input, env=env)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Said(done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture
def rows() -> Callable[..., str]:
    """Rows under the five required headers."""
    return lambda *lines: "\n".join((HEADER, *lines)) + "\n"

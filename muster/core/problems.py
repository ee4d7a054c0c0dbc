"""What is wrong with a file, a row or a cell, as data: a code, where, and the facts of its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Problem(NamedTuple):
    """Something a person has to put right. `row` is None for the file; `value` is what they wrote.

    `facts` fill the placeholders of the code's message, e.g. {"limit": 255}.
    """

    code: str
    row: int | None = None
    field: str | None = None
    value: str | None = None
    facts: Mapping[str, Any] | None = None


class Note(NamedTuple):
    """Something a person should know about a row that is imported all the same."""

    code: str
    row: int | None = None
    field: str | None = None
    facts: Mapping[str, Any] | None = None


class BadFile(Exception):  # noqa: N818  it says what it is
    """The file cannot be imported as it stands: all its problems at once. The only exception the core raises."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


LEFT_OUT = "opt-out-left-out"

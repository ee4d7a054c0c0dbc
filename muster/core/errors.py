"""Problems and notes as data, the one exception of the core, and how a code becomes a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


class BadFile(Exception):
    """The file cannot be imported as it stands: all its problems at once. The only exception the core raises."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One entry of the catalogue. `message` and `fix` have {placeholders}; `bad` raises the code and `good` does not.

    `bad` and `good` are small files as text, or a function of none for the ones that text cannot show.
    """

    code: str
    level: str  # file, header, row, cell, phone, contact, note
    message: str
    cause: str
    fix: str
    bad: str
    good: str

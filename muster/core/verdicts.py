"""What happens to each row of a file, as data: the plan that a preview shows and an import does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from muster.core.problems import Note, Problem

ERASED_SINCE = "contact-erased"  # the code of a row whose person was erased after the file came


class Verdict(NamedTuple):
    """What happens to one row. `before` and `after` hold what changes, by field key; a new contact has no `before`."""

    row: int
    outcome: str  # created, updated, unchanged, failed
    contact_id: str | None
    key: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Every row's verdict, in the order of the file, and what there is to say of the file itself."""

    verdicts: list[Verdict]
    notes: tuple[Note, ...] = ()


OUTCOMES = ("created", "updated", "unchanged", "failed")

"""What a request of the grid says: the list it looks at, what it knows already, and the cells it changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from muster.core.cells.whole import whole
from muster.imports.filters import Filter

MOST_ROWS = 500  # in one window


class Refused(Exception):  # noqa: N818  says what happened
    """The request cannot be done as it stands; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser looks at and knows. None: nothing yet.

    `listed`: the revision at which its filter was pressed; `revision`, `version` and `step`: what it saw last.
    """

    wanted: Filter
    listed: int | None = None
    revision: int | None = None
    version: str = ""
    step: int = 0

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Asked:
        """Read it from a query or a body."""
        wanted = Filter.of({key: str(value) for key, value in said.items()})
        listed, revision, step = (whole(said.get(key)) for key in ("list", "rev", "step"))
        return cls(wanted, listed, revision, str(said.get("v", "")), step or 0)


def needed(said: Mapping[str, Any], name: str) -> int:
    """Return a whole number that must be there. Raises Refused."""
    found = whole(said.get(name))
    if found is None:
        raise Refused(f"“{name}” must be a whole number.")
    return found


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object in the body. Raises Refused."""
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Refused("The body must be JSON.") from error
    if not isinstance(said, dict):
        raise Refused("The body must be an object.")
    return said


def span(said: Mapping[str, Any], name: str, end: int) -> range:
    """Return a range given as [first, last], both included, within `end`. Raises Refused."""
    pair = said.get(name)
    if not isinstance(pair, list) or len(pair) != 2:
        raise Refused(f"“{name}” must be [first, last].")
    first, last = whole(pair[0]), whole(pair[1])
    if first is None or last is None or not first <= last < end:
        raise Refused(f"“{name}” is outside the rows or columns.")
    return range(first, last + 1)

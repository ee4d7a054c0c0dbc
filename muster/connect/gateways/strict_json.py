"""JSON from elsewhere: read once, refused when it is none, never deeper than a person would write it."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from muster.connect.gateways.said import BadCall


def load(body: bytes) -> Any:
    """Return the value. Raises BadCall."""
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadCall("The body is not JSON.") from None


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")

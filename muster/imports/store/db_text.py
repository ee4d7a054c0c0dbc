"""Text that every database takes: PostgreSQL has no NUL, and neither takes half a character."""

from __future__ import annotations

from typing import Any

from orjson import JSONEncodeError, dumps


def fit(text: str) -> str:
    """Return the text with NUL shown as its picture, and "?" for half a character."""
    return text.replace("\x00", "\u2400").encode("utf-8", "replace").decode()


def fit_for_json(value: Any) -> Any:
    """Return the same lists and mappings with every text made fit; nearly always, it is already."""
    try:
        is_fit = rb"\u0000" not in dumps(value)
    except JSONEncodeError:  # half a character, or what only another writer of JSON takes
        is_fit = False
    return value if is_fit else _each_fit(value)


def _each_fit(value: Any) -> Any:
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, dict):
        return {_each_fit(key): _each_fit(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_each_fit(each) for each in value]
    return value

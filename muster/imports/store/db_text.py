"""Text that every database takes: PostgreSQL has no NUL, and neither takes half a character."""

from __future__ import annotations

from typing import Any


def fit(text: str) -> str:
    """Return the text with NUL shown as its picture, and "?" for half a character."""
    return text.replace("\x00", "\u2400").encode("utf-8", "replace").decode()


def fit_for_json(value: Any) -> Any:
    """Return the same lists and mappings with every text made fit."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, dict):
        return {fit_for_json(key): fit_for_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [fit_for_json(each) for each in value]
    return value

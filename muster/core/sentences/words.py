"""Pieces of the core's that stand in sentences and lists."""

from __future__ import annotations

from muster.core.fields import REVERSED
from muster.core.sentences.language import gettext


def shortened(text: str, most: int) -> str:
    """Return a text, or as much of the beginning of a long one as people need to know which it is."""
    return text if len(text) <= most else f"{text[:most]}…"


def answer_in_words(answer: str) -> str:
    """Return what a column is used as, for people: "WhatsAppOptedOut, reversed: yes means opted in"."""
    if not answer.startswith(REVERSED):
        return answer
    return gettext("{field}, reversed: yes means opted in", field=answer.removeprefix(REVERSED))

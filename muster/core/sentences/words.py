"""Pieces of the core's that stand in sentences and lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from muster.core.fields import REVERSED
from muster.core.sentences.language import gettext, gettext_of


class Words(Mapping[str, str]):
    """Texts by their codes, each in the language of whoever looks it up. What stands in it is marked and English."""

    def __init__(self, english: Mapping[Any, str]) -> None:
        self._english = dict(english)

    def __getitem__(self, code: str) -> str:
        return gettext_of(self._english[code])

    def __iter__(self) -> Iterator[str]:
        return iter(self._english)

    def __len__(self) -> int:
        return len(self._english)


def shortened(text: str, most: int) -> str:
    """Return a text, or as much of the beginning of a long one as people need to know which it is."""
    return text if len(text) <= most else f"{text[:most]}…"


def answer_in_words(answer: str) -> str:
    """Return what a column is used as, for people: "WhatsAppOptedOut, reversed: yes means opted in"."""
    if not answer.startswith(REVERSED):
        return answer
    return gettext("{field}, reversed: yes means opted in", field=answer.removeprefix(REVERSED))

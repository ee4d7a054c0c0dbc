"""The core's texts in the language of the moment, by Django's gettext."""

from __future__ import annotations

import threading
from functools import lru_cache

from django.utils import formats, translation
from django.utils.translation import trans_real

from muster.core.sentences import language

MOST_REMEMBERED = 10_000  # texts of a language; there are about 2,500, some of them with many counts


class Remembering(trans_real.DjangoTranslation):
    """The catalogues of a language, in which each text is looked up once.

    Django keeps one catalogue for each app, and asks every one of them, twice, before it says a text in English.
    """

    def __init__(self, language: str, domain: str | None = None, localedirs: list[str] | None = None) -> None:
        super().__init__(language, domain, localedirs)
        remembered = lru_cache(MOST_REMEMBERED, typed=True)  # a text that is safe in HTML is not one that is not
        self.gettext = remembered(self.gettext)  # type: ignore[method-assign]
        self.ngettext = remembered(self.ngettext)  # type: ignore[method-assign]


class OfDjango:
    """Asks the catalogues for the language that the thread speaks now."""

    def text(self, english: str, context: str = "") -> str:
        """Return the text in that language, as it is meant in a context."""
        if context:
            return translation.pgettext(context, english)
        return translation.gettext(english) if english else ""

    def counted(self, one: str, many: str, count: int) -> str:
        """Return the form of a text that goes with a count."""
        return translation.ngettext(one, many, count)

    def number(self, value: float) -> str:
        """Return a number as that language writes it."""
        return formats.number_format(value, force_grouping=True)


def speak() -> None:
    """Have the core say its texts so.

    The language of the moment is a thread's own: no view of ours is a coroutine, for which Django keeps it in an object
    that takes ten times as long to ask, once for every text of a page.
    """
    trans_real._active = threading.local()  # type: ignore[attr-defined]
    trans_real.DjangoTranslation = Remembering  # type: ignore[misc]
    trans_real._translations.clear()  # type: ignore[attr-defined]  # models had theirs read when they were loaded
    trans_real._default = None  # type: ignore[attr-defined]
    language.speak(OfDjango())

"""The core's texts in the language of the moment, by Django's gettext."""

from __future__ import annotations

import threading

from django.utils import formats, translation
from django.utils.translation import trans_real

from muster.core.sentences import language


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
    language.speak(OfDjango())

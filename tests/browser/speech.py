"""What a page calls things in a language: by the English text, from the catalogues that Muster itself reads."""

from __future__ import annotations

import re
from gettext import GNUTranslations

from django.utils.translation import to_locale

from muster.settings import LOCALE

DOMAINS = ("django", "djangojs")
NUMBER = r"\d[\d.,]*"
_HOLE = re.compile(r"%\\?\((\w+)\\?\)s|\\\{\w+\\\}")


class Speech:
    """Says a text in the language; a text that the catalogues do not have is an error of the test."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.known: dict[str, list[str]] = {}
        for domain in DOMAINS if language != "en" else ():
            path = LOCALE / to_locale(language) / "LC_MESSAGES" / f"{domain}.mo"
            with path.open("rb") as file:
                self._take(GNUTranslations(file))

    def _take(self, read: GNUTranslations) -> None:
        for key, text in read._catalog.items():  # type: ignore[attr-defined]
            english = key[0] if isinstance(key, tuple) else key
            self.known.setdefault(english, []).append(text)

    def __call__(self, english: str) -> str:
        """Return a text."""
        return english if self.language == "en" else self.known[english][0]

    def named(self, *english: str, more: bool = False) -> str:
        """Return a pattern of names that are one of these texts, or with `more` begin so."""
        return f"^({'|'.join(re.escape(self(each)) for each in english)}){'' if more else '$'}"

    def counted(self, one: str, many: str) -> str:
        """Return a pattern of names that are a text with a number in it, in any of its forms."""
        forms = (one, many) if self.language == "en" else self.known[one]
        patterns = (_HOLE.sub(lambda _: NUMBER, re.escape(each)) for each in forms)
        return f"^({'|'.join(patterns)})$"

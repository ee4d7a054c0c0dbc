"""The texts of the scripts in one language, as a page carries them: English pages carry none."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from gettext import GNUTranslations
from gettext import find as find_catalogue
from pathlib import Path

from django.conf import settings as django_settings
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import to_locale

DOMAIN = "djangojs"
FIRST = 200  # counts whose form is told one by one; beyond, only the last two digits count, and whole millions
MILLION = 1_000_000


class Catalogue(GNUTranslations):
    """A compiled catalogue that hands out all it has."""

    _catalog: dict[str | tuple[str, int], str]
    plural: Callable[[int], int]

    def texts(self) -> dict[str, str | list[str]]:
        """Return each translation by its English text: forms for counts as a list, by the English of one."""
        found: dict[str, str | list[str]] = {}
        forms: dict[str, dict[int, str]] = {}
        for english, text in self._catalog.items():
            if isinstance(english, tuple):
                forms.setdefault(english[0], {})[english[1]] = text
            elif english and text:
                found[english] = text
        return found | {one: [by_place[place] for place in sorted(by_place)] for one, by_place in forms.items()}

    def plurals(self) -> dict[str, int | list[int]]:
        """Return which form goes with a count, for a script that must not evaluate a rule."""
        return {"first": [int(self.plural(count)) for count in range(FIRST)], "million": int(self.plural(MILLION))}


def of_page(language: str) -> SafeString:
    """Return the element that a page in this language gives its scripts; nothing where the texts are English."""
    return _element(language, tuple(str(path) for path in django_settings.LOCALE_PATHS))


@lru_cache(maxsize=32)
def _element(language: str, folders: tuple[str, ...]) -> SafeString:
    for folder in folders:
        found = find_catalogue(DOMAIN, folder, [to_locale(language)])
        if found:
            with Path(found).open("rb") as file:
                catalogue = Catalogue(file)
            texts = catalogue.texts()
            if texts:
                return json_script({"texts": texts, "plurals": catalogue.plurals()}, "texts")
    return SafeString("")

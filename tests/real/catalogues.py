"""Catalogues made for a test, that Django's gettext reads in place of the product's."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.conf.locale import LANG_INFO
from django.test import override_settings
from django.utils import translation


class InContext(NamedTuple):
    """A text that is another word elsewhere, with the context that tells which is meant."""

    text: str | tuple[str, ...]
    context: str


Said = str | tuple[str, ...]
Text = Said | InContext


@contextmanager
def spoken(folder: Path, **languages: Mapping[Any, Any]) -> Iterator[None]:
    """Speak English and these languages alone, each with the texts given."""
    for locale, texts in languages.items():
        write(folder / locale / "LC_MESSAGES" / "django.mo", locale, texts)
    codes = ["en", *(locale.lower().replace("_", "-") for locale in languages)]
    offered = [(code, LANG_INFO[code]["name_local"]) for code in codes]
    with override_settings(LOCALE_PATHS=[folder], LANGUAGES=offered), translation.override("en"):
        yield


def write(path: Path, locale: str, texts: Mapping[Any, Any]) -> None:
    """Write a compiled catalogue."""
    catalog = Catalog(locale)
    for text, said in texts.items():
        if isinstance(text, InContext):
            catalog.add(text.text, said, context=text.context)
        else:
            catalog.add(text, said)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_mo(file, catalog)

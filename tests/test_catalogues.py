"""The catalogues of the languages: complete, filled as the English texts are, and compiled from what is committed."""

import pytest
from babel.messages.catalog import Catalog

from tools import catalogues

LOCALES = sorted(path.parent.name for path in catalogues.LOCALE.glob("*/LC_MESSAGES"))
DOMAINS = ("django", "djangojs")


@pytest.fixture(scope="module")
def texts() -> dict[str, Catalog]:
    """Every text of the product, by domain."""
    return {domain: catalogues.template(domain) for domain in DOMAINS}


def test_every_language_there_is_has_every_text(texts: dict[str, Catalog]) -> None:
    asked = [(locale, domain) for locale in LOCALES for domain in DOMAINS]
    found = [each for locale, domain in asked for each in catalogues.complaints(locale, domain, texts[domain])]

    assert found == []


def test_it_finds_the_texts_of_pages_code_and_the_catalogue_of_codes(texts: dict[str, Catalog]) -> None:
    for text in ("Save the language", "{field} is blank.", "Your name is saved."):
        assert text in texts["django"]


@pytest.mark.parametrize(
    ("english", "other", "differs"),
    [
        ("{rows:,} rows", "{rows:,} Zeilen", False),
        ("{rows:,} rows", "{rows} Zeilen", True),
        ("%(name)s is here", "%(nom)s est ici", True),
        ("{name} of {team}", "{team}: {name}", False),
    ],
)
def test_it_compares_placeholders(english: str, other: str, differs: bool) -> None:
    assert (catalogues.placeholders(english) != catalogues.placeholders(other)) is differs

"""The catalogues of the languages: complete, filled as the English texts are, and compiled from what is committed."""

import subprocess
import sys
import zipfile
from pathlib import Path

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


@pytest.mark.slow
def test_a_wheel_brings_the_compiled_catalogues_and_forms_along(tmp_path: Path) -> None:
    top = catalogues.MUSTER.parent
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=top, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        held = {name: wheel.getinfo(name).file_size for name in wheel.namelist()}

    for locale in LOCALES:
        for domain in DOMAINS:
            compiled = catalogues.po(locale, domain).with_suffix(".mo")
            assert held[compiled.relative_to(top).as_posix()] == compiled.stat().st_size
        assert held[f"muster/formats/{locale}/formats.py"]

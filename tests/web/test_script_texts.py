"""The texts of scripts: found by the catalogues, and given to pages in other languages."""

import gettext
import json
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.test import Client

from muster.teams.languages import script_texts
from tests.real.catalogues import Text, spoken, write
from tools import catalogues

SCRIPTS = sorted(Path("muster/static/js").rglob("*.js"))
MARKED = re.compile(r'\bn?gettext\("((?:[^"\\]|\\.)*)"')
ELEMENT = re.compile(r'<script id="texts" type="application/json">(.*?)</script>')


def form_of(plurals: dict[str, int | list[int]], count: int) -> int:
    """As texts.js finds it."""
    first, million = plurals["first"], plurals["million"]
    assert isinstance(first, list)
    assert isinstance(million, int)
    if count and count % 1_000_000 == 0:
        return million
    return first[count] if count < len(first) else first[100 + count % 100]


def test_every_text_that_is_marked_in_a_script_is_found() -> None:
    marked = {text for script in SCRIPTS for text in MARKED.findall(script.read_text(encoding="utf-8"))}
    found = catalogues.template("djangojs")

    assert len(marked) > 150
    assert {text for text in marked if text not in found} == set()


@pytest.mark.django_db
def test_a_page_carries_the_texts_of_its_scripts_in_its_language(tmp_path: Path) -> None:
    with spoken(tmp_path, de={}):
        texts: dict[Text, Text] = {
            "Saved": "</script>Gespeichert",
            ("{count} row", "{count} rows"): ("{count} Zeile", "{count} Zeilen"),
        }
        write(tmp_path / "de" / "LC_MESSAGES" / "djangojs.mo", "de", texts)
        german, english = (
            Client().get("/accounts/login/", headers={"accept-language": language}).content.decode()
            for language in ("de", "en")
        )

    assert ELEMENT.search(english) is None
    element = ELEMENT.search(german)
    assert element is not None
    told = json.loads(element[1])
    assert told["texts"] == {"Saved": "</script>Gespeichert", "{count} row": ["{count} Zeile", "{count} Zeilen"]}
    assert [form_of(told["plurals"], count) for count in (0, 1, 2, 101)] == [1, 0, 1, 1]


@pytest.mark.parametrize("locale", ["es", "pt_BR", "fr", "de", "ar"])
def test_the_form_for_a_count_is_that_of_the_rule(tmp_path: Path, locale: str) -> None:
    path = tmp_path / "djangojs.mo"
    write(path, locale, {"Saved": "…"})
    with path.open("rb") as file:
        plurals = script_texts.Catalogue(file).plurals()
    rule = getattr(gettext, "c2py")(Catalog(locale).plural_expr)  # noqa: B009  not in the library's list, and there since Python 2
    counts = [*range(1_200), 1_000_000, 1_000_001, 1_000_011, 2_000_000, 1_000_102]

    assert [form_of(plurals, count) for count in counts] == [int(rule(count)) for count in counts]

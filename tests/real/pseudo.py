"""A language made for tests, in which every text of the catalogues stands in ⟦…⟧, and what of a page does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import GNUTranslations
from html.parser import HTMLParser
from pathlib import Path

import allauth
import django

from tests.real import catalogues
from tools.catalogues import LOCALE, template

CODE = "eo"  # Django knows its plurals and forms; no page is offered in it
OPEN, CLOSE = "⟦", "⟧"
LIBRARIES = (Path(django.__file__).parent / "conf", Path(allauth.__file__).parent)
SPOKEN_BY_ATTRIBUTES = {"alt", "aria-label", "aria-description", "data-label", "label", "placeholder", "title"}
# What people wrote or machines read. Everything else is a text of the product.
DATA = {"bdi", "code", "pre", "kbd", "script", "style", "svg", "template"}
DATA_CLASSES = {"mono"}
ALONE = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}
BLOCKS = re.compile(
    r"address|article|aside|body|button|caption|d[dlt]|div|fieldset|footer|form|h[1-6]|head(?:er)?|html|label|legend|li|"
    r"main|nav|ol|option|p|section|select|summary|t(?:able|body|d|h|head|r|itle)|ul"
)
WORD = re.compile(r"[^\W\d_]{2,}")


@contextmanager
def spoken(folder: Path) -> Iterator[None]:
    """Speak English, and this language beside it."""
    texts = {domain: _wrapped(domain) for domain in ("django", "djangojs")}
    catalogues.write(folder / CODE / "LC_MESSAGES" / "djangojs.mo", CODE, texts["djangojs"])
    with catalogues.spoken(folder, **{CODE: texts["django"]}):
        yield


def _wrapped(domain: str) -> dict[catalogues.Text, catalogues.Said]:
    found: dict[catalogues.Text, catalogues.Said] = {}
    for message in template(domain):
        if message.id:
            english: catalogues.Said = message.id if isinstance(message.id, str) else tuple(message.id)
            key = english if message.context is None else catalogues.InContext(english, message.context)
            found[key] = _in_brackets(english)
    return {**_of_libraries(), **found} if domain == "django" else found


def _in_brackets(text: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(text, tuple):
        return tuple(str(_in_brackets(each)) for each in text)
    bare = text.strip()
    return text.replace(bare, f"{OPEN}{bare}{CLOSE}", 1) if bare else text


def _of_libraries() -> dict[catalogues.Text, catalogues.Said]:
    """Every text of Django and of the accounts' library that they translate into each of our languages."""
    kept: list[set[str]] = []
    for locale in sorted(path.name for path in LOCALE.iterdir()):
        found: set[str] = set()
        for library in LIBRARIES:
            path = library / "locale" / locale / "LC_MESSAGES" / "django.mo"
            if path.exists():
                with path.open("rb") as file:
                    found |= _ids(GNUTranslations(file))
        kept.append(found)
    return {text: _in_brackets(text) for text in set.intersection(*kept)}


def _ids(read: GNUTranslations) -> set[str]:
    ids = read._catalog  # type: ignore[attr-defined]
    return {each for each in ids if isinstance(each, str) and each and "\4" not in each}


def left(page: str) -> list[str]:
    """Return the texts of a page, with words in them, that stand in no brackets and are no data of a user."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.left


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.left: list[str] = []
        self.open: list[tuple[str, bool]] = []  # tags, each with whether its text is data
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        is_data = tag in DATA or said.get("dir") == "auto" or bool(DATA_CLASSES & set(said.get("class", "").split()))
        is_data |= said.get("translate") == "no"
        if BLOCKS.fullmatch(tag):
            self.depth = 0
        if not (is_data or self._in_data()):
            spoken_here = SPOKEN_BY_ATTRIBUTES | ({"value"} if said.get("type") in {"submit", "button"} else set())
            for name in spoken_here & said.keys():
                self._keep(outside(said[name])[0])
        if tag not in ALONE:
            self.open.append((tag, is_data))

    def handle_endtag(self, tag: str) -> None:
        if tag not in {each for each, _ in self.open}:
            return
        while self.open.pop()[0] != tag:
            pass
        if BLOCKS.fullmatch(tag):
            self.depth = 0

    def handle_data(self, data: str) -> None:
        if not self._in_data():
            found, self.depth = outside(data, self.depth)
            self._keep(found)

    def _in_data(self) -> bool:
        return any(is_data for _, is_data in self.open)

    def _keep(self, text: str) -> None:
        if WORD.search(text):
            self.left.append(" ".join(text.split()))


def outside(text: str, depth: int = 0) -> tuple[str, int]:
    """Return what of a text stands outside the brackets, and how many are open at its end."""
    kept = []
    for char in text:
        if char == OPEN:
            depth += 1
        elif char == CLOSE:
            depth = max(depth - 1, 0)
        elif not depth:
            kept.append(char)
    return "".join(kept), depth

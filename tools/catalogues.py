"""Takes the texts out of the code, and keeps the catalogues of the languages: `bin/lang extract|compile|check`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache
from gettext import c2py  # type: ignore[attr-defined]  # not in the library's list, and there since Python 2
from io import BytesIO
from pathlib import Path
from string import Formatter

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation.template import templatize

MUSTER = Path(__file__).resolve().parents[1] / "muster"
LOCALE = MUSTER / "locale"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy", "pgettext_noop"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# What stands in the catalogue of error codes, with no mark of its own.
OF_A_CODE = ("title", "message", "cause", "fix")
COUNTS = {"count", "n", "shown"}  # the placeholders that a form for one number alone may leave out
_PERCENT = re.compile(r"%\((\w+)\)[sd]")
_TAG = re.compile(r"</?[a-z][^>]*>")
_SHOWN = 90  # characters of a text in a complaint


class Stable(Catalog):
    """A catalogue whose files say nothing of the day, the tool or the person that wrote them."""

    def _get_mime_headers(self) -> list[tuple[str, str]]:
        wanted = ("Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")
        found = dict(super()._get_mime_headers())
        return [*((name, found[name]) for name in wanted[:-1]), (wanted[-1], found[wanted[-1]] + "\n")]

    mime_headers = property(_get_mime_headers, Catalog._set_mime_headers)


Found = Iterator[tuple[str, str | tuple[str, ...], list[str], str | None]]  # file, text, comments, context


def texts(domain: str) -> Found:
    """Yield the texts of the scripts (djangojs), or of everything else (django)."""
    if domain == "djangojs":
        for path in sorted((MUSTER / "static" / "js").rglob("*.js")):
            yield from _in(path, "javascript", path.read_bytes())
        return
    yield from _codes()
    for path in sorted(MUSTER.rglob("*.py")):
        if not {"migrations", "locale", "formats"} & set(path.relative_to(MUSTER).parts):
            yield from _in(path, "python", path.read_bytes())
    for path in sorted((MUSTER / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            # In brackets, lest the white space of the page count as that of a program.
            code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            yield from _in(path, "python", f"(\n{code}\n)".encode())


def _in(path: Path, kind: str, code: bytes) -> Found:
    place = path.relative_to(MUSTER.parent).as_posix()
    marks = ("Translators:",)
    for _, text, comments, context in extract(kind, BytesIO(code), KEYWORDS, marks, strip_comment_tags=True):
        yield place, text, comments, context


def _codes() -> Found:
    from muster.core.catalogue import REGISTRY  # noqa: PLC0415  the core is read, not its file

    for entry in REGISTRY.values():
        for part in OF_A_CODE:
            yield "muster/core/catalogue.py", getattr(entry, part), [f"{part} of {entry.code}"], None


def template(domain: str) -> Catalog:
    """Return a catalogue of all texts, without translations."""
    found = Catalog()
    for place, text, comments, context in texts(domain):
        if text:
            found.add(text, locations=[(place, 1)], auto_comments=comments, context=context)
    return found


def po(locale: str, domain: str) -> Path:
    """Return the file of a language."""
    return LOCALE / locale / "LC_MESSAGES" / f"{domain}.po"


def read(locale: str, domain: str) -> Catalog:
    """Return what is translated so far."""
    found = Stable(locale, fuzzy=False)
    path = po(locale, domain)
    if path.exists():
        with path.open("rb") as file:
            for each in read_po(file, locale, ignore_obsolete=True):
                if each.id:
                    found[each.id] = each
    return found


def updated(locale: str, domain: str, wanted: Catalog) -> Catalog:
    """Return what is translated, with every new text, and without those that are gone."""
    found = read(locale, domain)
    found.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
    found.obsolete.clear()
    for each in found:
        each.flags &= {"fuzzy"}  # no python-format: our placeholders are checked here
    return found


def as_po(catalog: Catalog) -> bytes:
    """Return the text of a .po file: by file, without lines and dates, so that it changes only with its texts."""
    catalog.header_comment = ""
    file = BytesIO()
    write_po(file, catalog, width=120, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    return file.getvalue().lstrip(b"\n")


def as_mo(catalog: Catalog) -> bytes:
    """Return the compiled form."""
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def complaints(locale: str, domain: str, wanted: Catalog) -> Iterator[str]:
    """Yield whatever is wrong with the files of a language."""
    catalog, path = read(locale, domain), po(locale, domain)
    name = f"{locale}/{domain}"
    if not path.exists():
        yield f"{name}: there is no {domain}.po; run bin/lang extract {locale}"
        return
    if as_po(updated(locale, domain, wanted)) != path.read_bytes():
        yield f"{name}: does not have the texts of the code; run bin/lang extract"
    for message in catalog:
        for complaint in _wrong(message, catalog) if message.id else ():
            yield f"{name}: {complaint}: {str(message.id)[:_SHOWN]}"
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != as_mo(catalog):
        yield f"{name}: the .mo is not what the .po says; run bin/lang compile"


def _wrong(message: Message, catalog: Catalog) -> Iterator[str]:
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    if message.fuzzy:
        yield "fuzzy"
    if not all(forms) or (message.pluralizable and len(forms) != catalog.num_plurals):
        yield "not translated"
        return
    alone = _alone(catalog.plural_expr) if message.pluralizable else set()
    for place, form in enumerate(forms):
        missing = placeholders(ids[-1]) ^ placeholders(form)
        may = {each for each in placeholders(ids[-1]) if each[0] in COUNTS} if place in alone else set()
        if missing - may:
            yield f"other placeholders ({', '.join(sorted(name for name, _ in missing))})"
        if sorted(_TAG.findall(ids[-1])) != sorted(_TAG.findall(form)):
            yield "other tags"
        if (ids[-1][:1].isspace(), ids[-1][-1:].isspace()) != (form[:1].isspace(), form[-1:].isspace()):
            yield "other white space at an end"


@cache
def _alone(expression: str) -> Collection[int]:
    """Return the forms that stand for one number alone, as Arabic's for two."""
    form_of = c2py(expression)
    counted = Counter(int(form_of(number)) for number in range(1000))
    return {form for form, count in counted.items() if count == 1}


def placeholders(text: str) -> set[tuple[str, str]]:
    """Return what a text is filled with: names, each with how it is written."""
    found = {(name, "%") for name in _PERCENT.findall(text)}
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:  # a brace that is no placeholder
        return found
    return found | {(name, spec or "") for _, name, spec, _ in parsed if name}


def main(arguments: list[str]) -> int:
    """Do what is asked for the languages named, or for all."""
    if not arguments or arguments[0] not in {"extract", "compile", "check"}:
        print(__doc__)
        return 2
    asked, *locales = arguments
    set_up()
    unknown = [locale for locale in locales if locale.lower().replace("_", "-") not in LANG_INFO]
    if unknown:
        print(f"Django knows no language {', '.join(unknown)}. Write pt_BR, say.")
        return 2
    wanted = {domain: template(domain) for domain in ("django", "djangojs")}
    wrong = 0
    for locale in locales or sorted(path.parent.name for path in LOCALE.glob("*/LC_MESSAGES")):
        for domain, texts_of_domain in wanted.items():
            path = po(locale, domain)
            if asked == "extract":
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(as_po(updated(locale, domain, texts_of_domain)))
            if asked in ("extract", "compile"):
                path.with_suffix(".mo").write_bytes(as_mo(read(locale, domain)))
            found = list(complaints(locale, domain, texts_of_domain)) if asked == "check" else []
            print(*found, sep="\n", end="\n" if found else "")
            wrong += len(found)
    counts = ", ".join(f"{len(each)} in {domain}" for domain, each in wanted.items())
    print(f"Texts: {counts}." + (f" Wrong: {wrong}." if asked == "check" else ""))
    return int(wrong > 0)


def set_up() -> None:
    """Let Django read templates. It needs neither an installation nor a database."""
    if not settings.configured:
        settings.configure()
        django.setup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Every text of a template that a person reads is marked for translation, and counts are left to the language."""

import ast
import re
from pathlib import Path

import pytest

MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext"}
TEMPLATES = Path(__file__).resolve().parents[1] / "muster" / "templates"
PATHS = sorted([*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")])

# The same in every language, and why.
EXCEPTIONS = {
    "Muster",  # the product's name
    "- Muster",  # the same, at the end of a title
    "UTC",  # a zone of time
    "José",  # an example of letters, as a file holds them
    "JosÃ©",  # the same, garbled
}
MARKED = re.compile(
    r"{%\s*block page_class\s*%}[^{]*|{%\s*blocktranslate\b.*?endblocktranslate\s*%}|{%\s*comment\b.*?endcomment\s*%}"
    r"|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
NOT_READ = re.compile(r"<(script|style|code|svg)\b.*?</\1>|<!--.*?-->|<!doctype html>|&\w+;", re.DOTALL)
READ_OUT = re.compile(r'\s(?:aria-label|alt|data-label|label|placeholder|title)="([^"]*)"')
TAG = re.compile(r"<[^>]*>")
HANDED_ON = re.compile(r'{%\s*include\b[^%]*\b(?:label|unit|title|text)="[^"]')


def left(template: str) -> list[str]:
    """The texts with letters that stand outside every mark."""
    plain = MARKED.sub("\0", template)
    read = READ_OUT.findall(plain) + TAG.split(NOT_READ.sub("\0", plain))
    texts = (piece.strip() for text in read for piece in text.split("\0"))
    return [text for text in texts if re.search(r"[^\W\d_]", text) and text not in EXCEPTIONS]


@pytest.mark.parametrize("path", PATHS, ids=[str(path.relative_to(TEMPLATES)) for path in PATHS])
def test_every_text_of_a_template_is_marked(path: Path) -> None:
    template = path.read_text(encoding="utf-8")
    assert left(template) == []
    assert HANDED_ON.findall(template) == []


@pytest.mark.parametrize("path", PATHS, ids=[str(path.relative_to(TEMPLATES)) for path in PATHS])
def test_no_template_glues_an_english_plural(path: Path) -> None:
    assert "pluralize" not in path.read_text(encoding="utf-8")


def test_it_sees_a_text_that_is_not_marked() -> None:
    assert left('<p title="{% translate "a" %}">{% translate "Marked" %} {{ n }}</p>') == []
    assert left("<p>{% blocktranslate %}Marked {{ n }}{% endblocktranslate %}</p>") == []
    assert left("<p>Plain {{ n }} rows</p>") == ["Plain", "rows"]
    assert left('<a aria-label="Plain {{ n }}">{{ n }}</a>') == ["Plain"]


def test_no_mark_stands_in_an_f_string_where_nothing_finds_it() -> None:
    hidden = [
        f"{path.relative_to(TEMPLATES.parent)}:{call.lineno}"
        for path in TEMPLATES.parent.rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS
        if call.args and isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []

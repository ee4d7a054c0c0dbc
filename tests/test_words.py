"""One vocabulary: what people read says new, updated, no change, left out, phone, and no word that was used before."""

import re
from pathlib import Path

import pytest

from muster.core.errors import REGISTRY

MUSTER = Path(__file__).resolve().parents[1] / "muster"
FORBIDDEN = re.compile(
    r"\b(unchanged|rejected|skipped contacts|information system|telephones?|look at these twice|left as they are)\b"
    r"|already up to date</dt>",
    re.IGNORECASE,
)
TEMPLATES = sorted((MUSTER / "templates").rglob("*.html")) + sorted((MUSTER / "templates").rglob("*.txt"))
SCRIPTS = sorted((MUSTER / "static" / "js").rglob("*.js"))


def read(template: str) -> str:
    """What a template says: neither its tags nor its variables."""
    marked = re.sub(r"{%\s*translate \"([^\"]*)\".*?%}", r"\1", template)
    plain = re.sub(r"{%\s*comment.*?endcomment\s*%}|{%.*?%}|{{.*?}}|{#.*?#}", " ", marked, flags=re.DOTALL)
    return re.sub(r"<(?!/dt)[^>]*>", " ", plain)


@pytest.mark.parametrize("path", TEMPLATES, ids=[str(path.relative_to(MUSTER)) for path in TEMPLATES])
def test_a_page_or_mail_says_no_word_of_before(path: Path) -> None:
    assert FORBIDDEN.findall(read(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=[str(path.relative_to(MUSTER)) for path in SCRIPTS])
def test_a_script_says_no_word_of_before(path: Path) -> None:
    texts = re.findall(r"\"(?:[^\"\\\\\n]|\\\\.)*\"|`[^`]*`", path.read_text(encoding="utf-8"))
    assert [said for said in texts if " " in said and FORBIDDEN.search(said)] == []


@pytest.mark.parametrize("code", REGISTRY)
def test_a_message_says_no_word_of_before(code: str) -> None:
    entry = REGISTRY[code]
    for said in (entry.title, entry.message, entry.cause, entry.fix):
        assert not FORBIDDEN.search(said), said


def test_it_reads_what_a_template_says() -> None:
    assert "unchanged" not in read("<dd class='unchanged'>{{ imp.unchanged }}</dd>{% if unchanged %}x{% endif %}")
    assert FORBIDDEN.search(read("<dt>Unchanged</dt>"))
    assert FORBIDDEN.search(read('<dt>{% translate "Unchanged" %}</dt>'))

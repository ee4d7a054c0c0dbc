"""The documentation is true: its examples run, its links lead somewhere."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
PAGES = sorted([TOP / "README.md", TOP / "CONTRIBUTING.md", *TOP.glob("docs/*.md")])


def test_the_example_of_the_python_library_runs_as_shown() -> None:
    text = (TOP / "docs" / "python.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    first, shown = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(first, names)

    example = doctest.DocTestParser().get_doctest(shown, names, "python.md", "docs/python.md", 0)
    assert len(example.examples) >= 4
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_of_ours_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"https?:|mailto:|#|/", link)]
    broken = [link for link in links if not (page.parent / link.partition("#")[0]).exists()]

    assert broken == []


def test_every_test_that_the_page_of_faults_names_is_there() -> None:
    text = (TOP / "docs" / "reliability.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", text))
    assert len(named) > 10
    assert sorted(name for name in named if not (TOP / name).is_file()) == []

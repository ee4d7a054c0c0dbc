"""The house rules that a machine can hold: sizes, first sentences, and what must never reach a commit."""

import ast
import importlib.util
import os
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

TOP = Path(__file__).resolve().parents[1]
LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION, P90_FUNCTION = 400, 60, 8, 25

# Put together here, so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    "|".join((r"pypi\." + "org", "python" + "hosted", r"npm" + r"js\.(org|com)", "find-" + "links", "extra-" + "index"))
)
THIS_MACHINE = re.compile(r"(?<![\w.-])/(work|root|home/\w+)/" + r"\w")
LEFT_TO_DO = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=True).stdout
    return [TOP / name for name in listed.split("\0") if name and (TOP / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in committed():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture, a font: nothing to read


def places(pattern: re.Pattern[str], *folders: str) -> list[str]:
    """`file:line` of every line with the pattern."""
    return [
        f"{path.relative_to(TOP)}:{number}"
        for path, text in texts()
        if not folders or path.relative_to(TOP).parts[0] in folders
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def modules(folder: str = "muster") -> list[Path]:
    return [path for path in (TOP / folder).rglob("*.py") if "migrations" not in path.parts]


def functions() -> Iterator[tuple[str, int]]:
    """`file:name` and length of every function of the product."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(TOP)}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_it_names_no_registry_in_a_committed_file() -> None:
    assert places(REGISTRIES) == []


def test_it_names_no_folder_of_one_machine_in_a_committed_file() -> None:
    assert places(THIS_MACHINE) == []


def test_it_leaves_no_word_for_later_in_code_or_tests() -> None:
    assert places(LEFT_TO_DO, "muster", "tests") == []


def test_it_keeps_modules_short() -> None:
    lengths = {str(path.relative_to(TOP)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_it_keeps_every_function_short() -> None:
    assert {name: length for name, length in functions() if length > LONGEST_FUNCTION} == {}


def test_it_keeps_most_functions_very_short() -> None:
    lengths = [length for _, length in functions()]
    assert statistics.median(lengths) <= MEDIAN_FUNCTION
    assert statistics.quantiles(lengths, n=10)[-1] <= P90_FUNCTION


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(TOP)))
def test_it_opens_every_module_with_a_sentence(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if tree.body:
        first = (ast.get_docstring(tree) or "").split("\n", 1)[0]
        assert re.fullmatch(r"\S.*[.!?]", first), f"{path.relative_to(TOP)} opens with: {first!r}"


def test_it_has_programs_one_can_run() -> None:
    programs = [path for path in committed() if path.parent in {TOP / "bin", TOP / ".ci"}]
    assert {path.name for path in programs} >= {"run", "test"}
    assert [path.name for path in programs if not os.access(path, os.X_OK)] == []


def test_packages_are_compiled_when_they_are_installed() -> None:
    """Else every process compiles Django and all the rest anew where bytecode may not be written, for seconds.

    All of Django, most of which nothing imports: what is imported is compiled by whoever may write bytecode.
    """
    modules = Path(django.__file__).parent.rglob("*.py")
    assert [path for path in modules if not Path(importlib.util.cache_from_source(str(path))).exists()] == []

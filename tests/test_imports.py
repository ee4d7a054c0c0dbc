"""Who may import whom: core ◄ teams ◄ contacts ◄ connect ◄ imports ◄ api, cli, urls. Arrows never turn round."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.structure import fullest_folder, longest_chain

MUSTER = Path(__file__).resolve().parents[1] / "muster"
LAYERS = (
    "core",
    "settings",
    "workbooks",
    "teams",
    "contacts",
    "connect",
    "imports",
    "overview",
)  # each may import itself and what stands before it
ALONE = {"core": {"core"}, "settings": {"settings"}, "workbooks": {"core", "workbooks"}}
LONGEST_CHAIN, FULLEST_FOLDER = 12, 16
PURE = {
    *sys.stdlib_module_names,
    "phonenumbers",
    "ftfy",
    "olefile",
    "python_calamine",
    "muster",
}  # bytes and text in, facts out


def imports(path: Path) -> Iterator[str]:
    """Every module that the file imports, wherever in it, as `muster.core` or `django`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "muster":
            yield from (f"muster.{name.name}" for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def files(layer: str) -> list[Path]:
    return [*MUSTER.glob(f"{layer}.py"), *(MUSTER / layer).rglob("*.py")]


@pytest.mark.parametrize("layer", LAYERS)
def test_it_imports_only_what_stands_before_it(layer: str) -> None:
    allowed = ALONE.get(layer, set(LAYERS[: LAYERS.index(layer) + 1]))
    found = {(path.name, name) for path in files(layer) for name in imports(path) if name.split(".")[0] == "muster"}
    assert {(file, name) for file, name in found if name.split(".")[1] not in allowed} == set()


def test_it_keeps_the_core_free_of_everything_but_readers_of_numbers_and_files() -> None:
    assert {name for path in files("core") for name in imports(path) if name.split(".")[0] not in PURE} == set()


def test_it_hides_no_cycle_inside_a_function() -> None:
    """`AppConfig.ready` may: Django loads models after it has loaded the app."""
    hidden = [
        f"{path.relative_to(MUSTER)}:{inner.lineno}"
        for layer in LAYERS
        for path in files(layer)
        if path.name != "apps.py"
        for outer in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom) and "muster" in ast.unparse(inner)
    ]
    assert hidden == []


def test_it_keeps_the_longest_chain_of_imports_short() -> None:
    chain = longest_chain()
    assert len(chain) <= LONGEST_CHAIN, chain


def test_it_keeps_every_folder_small() -> None:
    folder, modules = fullest_folder()
    assert modules <= FULLEST_FOLDER, folder


def test_it_hides_no_module_behind_a_name_of_its_package() -> None:
    hidden = [
        f"{path.parent.relative_to(MUSTER)}: {name}"
        for path in MUSTER.rglob("__init__.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for name in (each.asname or each.name for each in node.names)
        if (path.parent / f"{name}.py").exists() or (path.parent / name).is_dir()
        if not (node.module or "").endswith(path.parent.name)
    ]
    assert hidden == []

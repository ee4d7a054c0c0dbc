"""The scripts: their units, run by the Node that Playwright brings, and how they lean on each other."""

import re
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

TOP = Path(__file__).resolve().parents[1]
SCRIPTS = sorted((TOP / "muster" / "static" / "js").rglob("*.js"))
LONGEST = 300


def name(path: Path) -> str:
    return str(path.relative_to(TOP))


@pytest.mark.parametrize("units", sorted((TOP / "tests" / "js").glob("*.test.mjs")), ids=lambda path: path.name)
def test_the_units_of_the_scripts_pass(units: Path) -> None:
    node = str(compute_driver_executable()[0])
    played = subprocess.run([node, "--test", str(units)], capture_output=True, text=True, check=False, timeout=60)
    assert played.returncode == 0, played.stdout + played.stderr


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_a_script_opens_with_a_sentence_and_is_short(script: Path) -> None:
    text = script.read_text(encoding="utf-8").removeprefix("// @ts-check\n")
    assert re.match(r"(// .*\n)*// .*\.\n", text)
    assert text.count("\n") <= LONGEST


def test_scripts_import_each_other_without_a_circle() -> None:
    imports = {
        script: [
            (script.parent / found).resolve()
            for found in re.findall(r'^import .* from "(\..*)";$', script.read_text(encoding="utf-8"), re.MULTILINE)
        ]
        for script in SCRIPTS
    }
    assert {path for paths in imports.values() for path in paths} <= set(SCRIPTS)
    assert set(TopologicalSorter(imports).static_order()) == set(SCRIPTS)

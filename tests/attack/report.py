"""Runs the attacks at full size and prints what held as a table: `bin/attack [--fuzz INPUTS [--seed SEED]] [TESTS]`.

`--fuzz`: random inputs alone, so many of them. Everything else is handed on to pytest.
"""

from __future__ import annotations

import argparse
import ast
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

TOP = Path(__file__).parents[2]
ATTACKS = (
    "tests/attack", "tests/web/test_walls.py", "tests/web/test_headers.py", "tests/imports/test_redact.py",
    "tests/imports/test_stop_races.py", "tests/contacts/test_stop_list.py", "tests/imports/test_slow_mail.py",
    "tests/cli/test_people.py", "tests/connect/test_forgeries.py", "tests/connect/test_reach.py",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/attack")
    parser.add_argument("--fuzz", type=int, default=0, metavar="INPUTS", help="random inputs alone, so many of them")
    parser.add_argument("--seed", type=int, default=1)
    asked, others = parser.parse_known_args()
    env = {**os.environ, "MUSTER_TEST_FULL": "yes"}
    if asked.fuzz:
        env |= {"MUSTER_TEST_FUZZ_INPUTS": str(asked.fuzz), "MUSTER_TEST_FUZZ_SEED": str(asked.seed)}
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-s", "tests/attack/test_fuzz.py"]
        return subprocess.run([*command, *others], cwd=TOP, env=env, check=False).returncode
    with tempfile.NamedTemporaryFile(suffix=".xml") as found:
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal", f"--junitxml={found.name}"]
        status = subprocess.run([*command, *(others or ATTACKS)], cwd=TOP, env=env, check=False).returncode
        print("\n".join(("", *table(ET.parse(found.name)))))
    return status


def table(report: ET.ElementTree[ET.Element]) -> Iterator[str]:
    """The lines of a table: a module, what it is about, how many of its tests held, and in how many seconds."""
    modules: dict[str, list[tuple[bool, float]]] = {}
    for case in report.iter("testcase"):
        held = case.find("failure") is None and case.find("error") is None
        modules.setdefault(case.attrib["classname"], []).append((held, float(case.attrib["time"])))
    yield "| attack | held | seconds |"
    yield "|---|--:|--:|"
    for module, cases in sorted(modules.items()):
        good = sum(each for each, _ in cases)
        shown = f"{good} of {len(cases)}" if good == len(cases) else f"**{good} of {len(cases)}**"
        yield f"| {about(module)} | {shown} | {sum(seconds for _, seconds in cases):.1f} |"


def about(module: str) -> str:
    """The first sentence of a module."""
    path = TOP / f"{module.replace('.', '/')}.py"
    told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) if path.exists() else None
    return (told or module).partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())

"""The bench itself: it runs, on few rows; what it compares is the same; and it tells so in lines of JSON."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.report import table

TOP = Path(__file__).resolve().parents[1]
Case = dict[str, Any]


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    """Every case on SQLite, with 200 rows and two turns."""
    command = [sys.executable, "-m", "bench", "--rows", "200", "--rounds", "2", "--on", "sqlite", "--no-peers"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {case["case"]: case for case in found}


@pytest.mark.slow
def test_it_measures_every_case(cases: dict[str, Case]) -> None:
    stopped = [f"{name}, numbers stopped" for name in ("fresh", "unchanged", "mixed")]
    assert list(cases) == ["fresh", "muster import", "unchanged", "mixed", *stopped, "preview", "preview, all known"]
    assert {case["database"] for case in cases.values()} == {"sqlite"}


@pytest.mark.slow
def test_it_gives_the_limit_the_very_rows_that_muster_wrote(cases: dict[str, Case]) -> None:
    assert [cases[name]["same rows"] for name in ("fresh", "mixed")] == [True, True]


@pytest.mark.slow
def test_it_loses_no_row(cases: dict[str, Case]) -> None:
    totals = {name: cases[name]["muster"]["totals"] for name in ("fresh", "unchanged", "mixed")}
    assert totals == {
        "fresh": {"rows": 200, "created": 190, "updated": 0, "unchanged": 0, "failed": 10},
        "unchanged": {"rows": 200, "created": 0, "updated": 0, "unchanged": 190, "failed": 10},
        "mixed": {"rows": 200, "created": 50, "updated": 90, "unchanged": 50, "failed": 10},
    }
    assert cases["unchanged"]["wrote nothing"] is True


@pytest.mark.slow
def test_it_tells_stages_versions_and_load(cases: dict[str, Case]) -> None:
    fresh = cases["fresh"]
    assert list(fresh["muster"]["stages"]) == ["parse", "check", "plan", "apply"]
    assert set(fresh["versions"]) == {"python", "django", "phonenumbers", "sqlite"}
    assert len(fresh["load"]) == 3
    assert fresh["ratio"] > 1
    assert fresh["muster"]["cpu"]["best"] <= fresh["muster"]["cpu"]["median"] <= fresh["muster"]["cpu"]["worst"]


@pytest.mark.slow
def test_it_prints_a_table_with_every_case_and_the_targets(cases: dict[str, Case]) -> None:
    lines = list(table(list(cases.values())))
    assert sum(line.startswith(f"| {name} |") for name in cases for line in lines) >= len(cases)
    assert any("met" in line for line in lines)

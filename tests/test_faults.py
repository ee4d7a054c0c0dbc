"""The program that kills at random: a few moments of it here, a hundred by hand (docs/reliability.md)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[1]


@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("on", "what"),
    [("sqlite", "worker"), ("sqlite", "web"), ("postgres", "worker"), ("postgres", "web"), ("postgres", "postgres")],
)
def test_nothing_is_to_be_seen_of_what_was_killed(on: str, what: str) -> None:
    command = [sys.executable, "-m", "bench.faults", "--on", on, "--what", what, "--kills", "2", "--rows", "200"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False, timeout=800)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["kills"], told["unequal"]) == (2, [])

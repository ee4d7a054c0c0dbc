"""The conformance cases, played against a real server on both databases: our own, and those published."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import StartMuster
from tests.real.server import PROGRAM, MusterServer

TOP = Path(__file__).resolve().parents[1]
PUBLISHED = TOP.parent / "shared" / "conformance" / "run.py"
NOT_YET = tomllib.loads((TOP / "tests" / "not_yet.toml").read_text(encoding="utf-8"))
FEWEST = {"own": 56, "published": 44}
SECOND_EDITION = "FAIL second: "


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, start_muster: StartMuster) -> MusterServer:
    if request.param == "sqlite":
        return start_muster()
    return start_muster(DATABASE_URL=request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="module")
def token(server: MusterServer) -> str:
    server.run("owner", "olivia@example.edu", MUSTER_PASSWORD="olivia owns it all")
    return server.run("token", "olivia@example.edu", "--name", "conformance").strip()


# The published ones are a second witness, wherever they are checked out beside this repository.
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("witness", ["own", "published"] if PUBLISHED.exists() else ["own"])
def test_it_does_what_every_case_says(server: MusterServer, token: str, witness: str) -> None:
    own, published = [str(PROGRAM), "conform"], [sys.executable, str(PUBLISHED), "--url"]
    command = [*(own if witness == "own" else published), server.url, "--token", token]
    played = subprocess.run(command, capture_output=True, text=True, check=False)
    *said, totals = played.stdout.splitlines() or [played.stderr]

    not_yet, passed = set(NOT_YET[witness]), int(totals.split()[0])
    failed = {found[1]: line for line in said if (found := re.match(r"FAIL \w+: (.*?) \[.*?\]: ", line))}
    assert [line for name, line in failed.items() if name not in not_yet or not line.startswith(SECOND_EDITION)] == []
    assert not_yet - set(failed) == set(), "These hold now: take them off tests/not_yet.toml."
    assert (passed >= FEWEST[witness], played.returncode) == (True, 1 if failed else 0)

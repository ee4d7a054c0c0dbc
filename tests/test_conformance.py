"""The published conformance cases, played by their own runner against a real server, on both databases."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import StartMuster
from tests.real.server import MusterServer

RUNNER = Path(__file__).resolve().parents[2] / "shared" / "conformance" / "run.py"
FEWEST_CASES = 44


@pytest.fixture(params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, start_muster: StartMuster) -> MusterServer:
    if request.param == "sqlite":
        return start_muster()
    return start_muster(DATABASE_URL=request.getfixturevalue("postgres_url"))


def owners_token(server: MusterServer) -> str:
    server.run("owner", "olivia@example.edu", MUSTER_PASSWORD="olivia owns it all")
    return server.run("token", "olivia@example.edu", "--name", "conformance").strip()


@pytest.mark.slow
def test_it_passes_every_published_case(server: MusterServer) -> None:
    if not RUNNER.exists():
        missing = f"{RUNNER} is not there: check the cases out beside this repository."
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)

    played = subprocess.run(
        [sys.executable, str(RUNNER), "--url", server.url, "--token", owners_token(server)],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )

    said = played.stdout.splitlines()
    passed = int(said[-1].split()[0])
    assert (said[:-1], played.returncode, passed >= FEWEST_CASES) == ([], 0, True)

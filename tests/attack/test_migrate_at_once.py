"""Three processes that bring the database up to date at the same moment, and a worker that comes too early."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.real.server import PROGRAM, clean_environment

pytestmark = pytest.mark.slow
AT_ONCE = 3


@pytest.fixture(params=["sqlite", "postgres"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """An installation without a database yet."""
    env = clean_environment() | {"MUSTER_DATA": str(tmp_path)}
    if request.param == "sqlite":
        return env
    url: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS at_once")
        connection.execute("CREATE DATABASE at_once")
    return env | {"DATABASE_URL": url.rsplit("/", 1)[0] + "/at_once"}


def test_it_lets_the_others_wait_and_keeps_a_worker_from_starting(environment: dict[str, str]) -> None:
    run = partial(subprocess.run, env=environment, capture_output=True, text=True, check=False)
    early = run([str(PROGRAM), "work", "--once"])
    assert (early.returncode, early.stdout) == (3, "")
    assert early.stderr.startswith("Run `muster migrate` first")

    with ThreadPoolExecutor(AT_ONCE) as terminals:
        ended = list(terminals.map(run, [[str(PROGRAM), "migrate"]] * AT_ONCE))
    assert [each.returncode for each in ended] == [0] * AT_ONCE, [each.stderr for each in ended]

    assert run([str(PROGRAM), "work", "--once"]).returncode == 0

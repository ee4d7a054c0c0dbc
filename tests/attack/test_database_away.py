"""PostgreSQL goes away and comes back, under each way of serving."""

import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.real.ports import wait_until
from tests.real.postgres import Postgres, postgres_server
from tests.real.server import PROGRAM, MusterServer, clean_environment, muster

pytestmark = pytest.mark.slow
PAGE = "/accounts/login/"
AT_ONCE, ASKED = 8, 40


@pytest.fixture
def database() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield server


def status(server: MusterServer, path: str) -> int:
    try:
        with urllib.request.urlopen(server.url + path, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def statuses(server: MusterServer, path: str) -> set[int]:
    with ThreadPoolExecutor(AT_ONCE) as browsers:
        return set(browsers.map(lambda _: status(server, path), range(ASKED)))


def connections_of_the_web(database: Postgres) -> int:
    with psycopg.connect(database.url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = 'postgres'").fetchone()
        return int(row[0]) - 1 if row else 0


@pytest.mark.parametrize("command", ["serve", "web"])
def test_it_serves_again_once_the_database_is_back(database: Postgres, command: str) -> None:
    env = clean_environment() | {"DATABASE_URL": database.url}
    subprocess.run([str(PROGRAM), "migrate"], env=env, check=True, capture_output=True)
    with muster(command, DATABASE_URL=database.url) as server:
        assert statuses(server, "/healthz") == {200}
        assert connections_of_the_web(database) > 1, "every process has connections of its own"

        database.restart()

        assert statuses(server, "/healthz") == {200}, "not one request gets a connection that died in the pool"
        assert status(server, PAGE) == 200


def test_it_is_not_up_while_it_can_serve_nothing(database: Postgres) -> None:
    with muster(DATABASE_URL=database.url) as server:
        assert status(server, "/healthz") == 200

        database.stop()
        assert status(server, "/healthz") == 503

        database.start()
        wait_until(lambda: status(server, "/healthz") == 200, seconds=30, what=server.log)

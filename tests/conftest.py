"""Fixtures: a real PostgreSQL, SMTP server, Chromium, LibreOffice and Muster. Each starts when first asked for."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

from muster.pools import close_pools
from muster.upkeep.partition import partition
from tests.real.chromium import chromium as start_chromium
from tests.real.libreoffice import LibreOffice, libreoffice
from tests.real.ports import wait_until
from tests.real.postgres import postgres
from tests.real.prepared import prepare
from tests.real.server import PROGRAM, MusterServer, clean_environment, muster
from tests.real.smtp import Mailbox, smtp

pytest_plugins = ["tests.cast"]

PARTITIONS = int(os.environ.get("MUSTER_TEST_PARTITIONS", "0"))  # on PostgreSQL
StartMuster = Callable[..., MusterServer]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """On SQLite, begin with databases that `muster migrate` has made: from nothing it takes ten seconds."""
    if connection.vendor == "sqlite":
        made = tmp_path_factory.mktemp("migrated")
        prepare(made, PROGRAM, clean_environment())
        for each in connections.all():
            names = each.settings_dict
            shutil.move(made / Path(names["NAME"]).name, names["TEST"]["NAME"])


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """What is there is not made anew, nor taken away: it goes with this process's folder, or server."""
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Divide the tables that grow, where asked to; give back what the pools hold before the test database goes."""
    with django_db_blocker.unblock():
        if PARTITIONS:
            partition(PARTITIONS)
    yield
    close_pools()
    if connection.vendor == "postgresql":
        wait_until(lambda: sessions() == 0, seconds=20, what=lambda: f"{sessions()} sessions are still open")


def sessions() -> int:
    """How many still use the test's database: PostgreSQL ends those that were closed a moment later."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as server:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        found = server.execute(asked, [connection.settings_dict["NAME"]]).fetchone()
        return int(found[0]) if found else 0


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """`postgres://…` of a real, empty server that this test process owns."""
    with postgres() as url:
        yield url


@pytest.fixture
def smtp_server() -> Iterator[Mailbox]:
    """A real SMTP server: `.url`, `.messages`, `.refuse(times)`."""
    with smtp() as mailbox:
        yield mailbox


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; make a context of your own in it."""
    with start_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def calc() -> Iterator[LibreOffice]:
    """LibreOffice without a window: `calc.saved(data, "ods", {"B2": "typed"})`."""
    with libreoffice() as program:
        yield program


@pytest.fixture(scope="module")
def start_muster() -> Iterator[StartMuster]:
    """`start_muster(DATABASE_URL=…)` starts one more `muster serve`; all stop when the module is done."""
    with ExitStack() as started:
        yield lambda command="serve", **env: started.enter_context(muster(command, **env))


@pytest.fixture(scope="module")
def muster_server(start_muster: StartMuster) -> MusterServer:
    """A running `muster serve` on an empty embedded database, one for each module of tests."""
    return start_muster()

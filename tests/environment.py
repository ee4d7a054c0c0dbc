"""A pytest plugin, loaded before Django's settings: where the tests keep their data, and on which database they run.

`MUSTER_TEST_DATABASE=postgres` runs them on a real PostgreSQL; without it, on SQLite in a file, as in the product.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack

import hypothesis
import pytest
from django.conf import settings

from tests.real.postgres import postgres
from tests.real.server import clean_environment

ON_POSTGRES = os.environ.get("MUSTER_TEST_DATABASE", "sqlite") == "postgres"
IN_CI = bool(os.environ.get("CI"))
KEPT = "MUSTER_TEST_"
TOUCHING = {"db", "transactional_db", "postgres_url"}  # fixtures that lead to a database
owned = ExitStack()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Before pytest-django reads the settings."""
    in_worker = "PYTEST_XDIST_WORKER" in os.environ
    database = os.environ.get("DATABASE_URL") if in_worker else None
    forget_outer_settings()
    if ON_POSTGRES:
        os.environ["DATABASE_URL"] = database or owned.enter_context(postgres())
    data = owned.enter_context(tempfile.TemporaryDirectory(prefix="muster-test-"))
    os.environ["MUSTER_DATA"] = data
    # Playwright's loop lives in the main thread, where Django would refuse plain database calls.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # A busy machine is no fault of an example; in CI the same examples run every time.
    hypothesis.settings.register_profile("muster", deadline=None, derandomize=IN_CI, print_blob=True)
    hypothesis.settings.load_profile("muster")
    yield


def pytest_configure() -> None:
    """Look for a static file when it is asked for: each test client would read all of them at its first request."""
    settings.WHITENOISE_AUTOREFRESH = True


def forget_outer_settings() -> None:
    """What the developer has set for a Muster of their own must not change a test."""
    kept = clean_environment()
    for name in set(os.environ) - set(kept):
        if name.startswith(("MUSTER_", "DATABASE_URL")) and not name.startswith(KEPT):
            del os.environ[name]


def pytest_unconfigure(config: pytest.Config) -> None:
    owned.close()


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {'PostgreSQL' if ON_POSTGRES else 'SQLite'}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark by what a test asks for; leave out, not skip, what the other database is for."""
    for item in items:
        folder = item.path.relative_to(config.rootpath / "tests").parts[0] if in_tests(config, item) else ""
        if "chromium" in getattr(item, "fixturenames", ()) or folder == "browser":
            item.add_marker("browser")
        if {"start_muster", "calc", "postgres_url"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
        if folder == "postgres":
            item.add_marker("postgres")
    other = [item for item in items if not is_of_this_database(item)]
    if other and len(other) == len(items):
        needed = "do not touch the database" if ON_POSTGRES else "need PostgreSQL: set MUSTER_TEST_DATABASE=postgres"
        raise pytest.UsageError(f"These tests {needed}.")
    if other:
        config.hook.pytest_deselected(items=other)
        items[:] = [item for item in items if item not in other]


def is_of_this_database(item: pytest.Item) -> bool:
    """On PostgreSQL, what touches the database; on SQLite, what does not need PostgreSQL."""
    if not ON_POSTGRES:
        return not item.get_closest_marker("postgres")
    marks = ("django_db", "postgres", "slow", "browser")
    return any(map(item.get_closest_marker, marks)) or not TOUCHING.isdisjoint(getattr(item, "fixturenames", ()))


def in_tests(config: pytest.Config, item: pytest.Item) -> bool:
    return item.path.is_relative_to(config.rootpath / "tests")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if IN_CI and skipped:
        terminalreporter.write_line(f"{len(skipped)} skipped: in CI everything must run", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter and reporter.stats.get("skipped") and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

"""A new team on a database of its own, for the benches of pages: each database in a process of its own."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

DATABASES = ("sqlite", "postgres")


class Bench(NamedTuple):
    """A team, its only user, a browser that this user is signed in with, and the clock: milliseconds of CPU."""

    team: Any
    user: Any
    browser: Any
    clock: Callable[[], float]
    database: str


def on_each_database(program: str, arguments: Sequence[object], on: str | None = None) -> int:
    """Run `python -m PROGRAM ARGUMENTS --inside` on every database, or on one; return the largest exit code."""
    codes = []
    for database in [on] if on else DATABASES:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="muster-bench-"))
            env = {**os.environ, "MUSTER_DATA": folder}
            env.pop("DATABASE_URL", None)
            if database == "postgres":
                from tests.real.postgres import postgres  # noqa: PLC0415  only where it is wanted

                env["DATABASE_URL"] = stack.enter_context(postgres())
            command = [sys.executable, "-m", program, *map(str, arguments), "--inside"]
            codes.append(subprocess.run(command, env=env, check=False).returncode)
    return max(codes)


def new_team() -> Bench:
    """Make a team without contacts on the empty database of the environment, and sign its user in."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "muster.django_settings"
    import django  # noqa: PLC0415  needs the environment above

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from muster.teams.models import Membership, Role, Team, User  # noqa: PLC0415

    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    team = Team.objects.create(slug="bench", name="Bench")
    user = User.objects.create(email="alice@example.edu")
    Membership.objects.create(team=team, user=user, role=Role.ADMIN)
    browser = Client()
    browser.force_login(user)
    return Bench(team, user, browser, clock(connection), connection.vendor)


def clock(connection: Any) -> Callable[[], float]:
    """Return a function that says how many ms of CPU we, and the server's process for us, have used."""
    if connection.vendor == "sqlite":
        return lambda: time.thread_time() * 1e3
    connection.ensure_connection()
    path = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return lambda: time.thread_time() * 1e3 + int(path.read_text().split()[0]) / 1e6

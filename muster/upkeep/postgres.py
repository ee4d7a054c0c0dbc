"""PostgreSQL's own programs, pg_dump, pg_restore and psql, on our database."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection

from muster.upkeep.archive import NotDone

# Django's name of a setting → the variable by which the programs know it: no password on a command line.
VARIABLES = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
OPTIONS = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}


def run(program: str, *arguments: str | Path) -> None:
    """Run one of the programs. Raises NotDone with what it said when it fails, or is not installed."""
    found = shutil.which(program) or _of_debian(program)
    if not found:
        raise NotDone(f"{program} is not installed here: it belongs to PostgreSQL's client programs.")
    done = subprocess.run([found, *arguments], env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotDone(f"{program} ended with {done.returncode}: {done.stderr.strip()}")


def environment() -> dict[str, str]:
    """Return this process's environment, with our database for the programs."""
    kept: dict[str, Any] = connection.settings_dict
    ours = {name: str(kept[key]) for key, name in VARIABLES.items() if kept.get(key)}
    options = {name: str(kept["OPTIONS"][key]) for key, name in OPTIONS.items() if kept["OPTIONS"].get(key)}
    return {**os.environ, **ours, **options, "PGAPPNAME": "muster"}


def _of_debian(program: str) -> str | None:
    """Debian keeps the programs of each version in a folder of its own."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    return str(newest[-1]) if newest else None

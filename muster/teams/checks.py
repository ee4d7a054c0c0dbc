"""Checks of the installation that Django runs: whether others on this machine can read what is kept here."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core import checks

from muster.settings import settings

OTHERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH


@checks.register(checks.Tags.security)
def data_is_private(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """The folder of the data, and each file of the database in it, are closed to other accounts of the machine."""
    return [
        checks.Warning(
            f"Every account of this machine can open {path}.",
            hint=f"chmod {'700' if path.is_dir() else '600'} {path}",
            id="muster.W001",
        )
        for path in _private()
        if path.stat().st_mode & OTHERS
    ]


def _private() -> Iterator[Path]:
    folder = settings().data
    if folder.is_dir():
        yield folder
        yield from sorted(folder.glob("*.sqlite3*"))

"""Other accounts of the machine: what the installation keeps is closed to them."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.real.server import PROGRAM, clean_environment

pytestmark = pytest.mark.slow


def migrate(folder: Path) -> str:
    """Make an installation as somebody whose files are open to everybody; return what was said."""
    done = subprocess.run(
        [str(PROGRAM), "migrate"],
        env=clean_environment() | {"MUSTER_DATA": str(folder)},
        capture_output=True,
        text=True,
        umask=0o022,
        check=True,
    )
    return done.stderr


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_keeps_everything_to_itself(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert "Warning" not in migrate(folder)

    assert mode(folder) == 0o700
    files = {path.name: mode(path) for path in folder.iterdir() if path.is_file()}
    assert set(files) >= {"muster.sqlite3", "progress.sqlite3", "secret-key"}
    assert set(files.values()) == {0o600}


def test_it_warns_of_what_was_made_open_before(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    migrate(folder)
    folder.chmod(0o755)
    (folder / "muster.sqlite3").chmod(0o644)

    said = migrate(folder)

    assert f"chmod 700 {folder}" in said
    assert f"chmod 600 {folder}{os.sep}muster.sqlite3" in said

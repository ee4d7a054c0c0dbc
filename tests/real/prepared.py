"""A data folder as `muster migrate` leaves it, made once for all tests of a checkout."""

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import muster

PACKAGE = Path(muster.__file__).parent
KEPT = PACKAGE.parent / ".venv" / "prepared"


def prepare(folder: Path, program: Path, env: dict[str, str]) -> None:
    """Copy the migrated databases into a new data folder."""
    for database in _made(program, env).glob("*.sqlite3"):
        shutil.copy(database, folder)


def _made(program: Path, env: dict[str, str]) -> Path:
    """Return the folder that is copied: one for each state of the migrations."""
    KEPT.mkdir(parents=True, exist_ok=True)
    made = KEPT / _state()
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            new = made.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(mode=0o700)
            at = env | {"MUSTER_DATA": str(new)}
            subprocess.run([str(program), "migrate"], env=at, stdout=subprocess.DEVNULL, check=True, timeout=300)
            new.rename(made)
    return made


def _state() -> str:
    found = hashlib.sha256()
    for file in sorted(PACKAGE.rglob("migrations/*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()[:16]

"""A data folder as `muster migrate` leaves it, made once for all tests of a checkout."""

import datetime as dt
import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import muster

PACKAGE = Path(muster.__file__).parent
KEPT = PACKAGE.parent / ".venv" / "prepared"


def prepare(folder: Path, program: Path, env: dict[str, str], *, demo: bool = False) -> None:
    """Copy what the program has made into a new data folder: migrated databases, or those of the demo team."""
    shutil.copytree(_made(program, env, demo=demo), folder, dirs_exist_ok=True)


def _made(program: Path, env: dict[str, str], *, demo: bool) -> Path:
    """Return the folder that is copied: one for each state of the migrations, or of the program and the day."""
    KEPT.mkdir(parents=True, exist_ok=True)
    made = KEPT / (f"demo-{dt.datetime.now(tz=dt.UTC):%Y%m%d}-{_state('*.py')}" if demo else _state("migrations/*.py"))
    with (KEPT / f"lock-{demo}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            new = made.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(mode=0o700)
            if demo:
                prepare(new, program, env)
            command = [str(program), "demo" if demo else "migrate"]
            at = env | {"MUSTER_DATA": str(new)}
            subprocess.run(command, env=at, stdout=subprocess.DEVNULL, check=True, timeout=300)
            new.rename(made)
    return made


def _state(files: str) -> str:
    found = hashlib.sha256()
    for file in sorted(PACKAGE.rglob(files)):
        found.update(file.read_bytes())
    return found.hexdigest()[:16]

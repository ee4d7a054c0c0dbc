"""Install the wheel in empty environments, one for each Python here; run, import and stop there, on both databases.

    .venv/test/bin/python -m bench.wheel python3.11 python3.12 python3.13

One line of JSON for each Python and database: seconds of a command that asks the database, of `muster import`, and
from SIGTERM to the end of `muster serve`. Exit code 1 where ending takes longer than three seconds.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from bench.meter import load
from tests.real.ports import free_port, wait_until
from tests.real.postgres import postgres

TOP = Path(__file__).resolve().parents[1]
MOST_TO_END = 3.0
HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program"
SHEET = f"{HEADER}\nS1,Ana,Núñez,+1 716 555 1234,,Biology\n"


def main(pythons: list[str]) -> int:
    """Try each Python; return the exit code."""
    slow = False
    with tempfile.TemporaryDirectory(prefix="muster-wheel-") as made:
        folder = Path(made)
        wheel = build(folder)
        for python in pythons:
            program = install(python, wheel, folder)
            for database in ("sqlite", "postgres"):
                found = {"python": version(program), "database": database, **tried(program, folder, database)}
                print(json.dumps(found), flush=True)
                slow = slow or max(found["command"], found["stop"]) > MOST_TO_END
    return int(slow)


def build(folder: Path) -> Path:
    """Make the wheel of this checkout."""
    uv = [TOP / ".venv/uv/bin/uv", "--no-config", "--quiet", "build", "--wheel", "--no-build-isolation"]
    subprocess.run([*uv, "--python", sys.executable, "--out-dir", folder, TOP], check=True)
    return next(folder.glob("*.whl"))


def install(python: str, wheel: Path, folder: Path) -> Path:
    """Install it in an environment of its own; return its `muster`."""
    place = folder / python.replace("/", "_")
    subprocess.run([python, "-m", "venv", place], check=True)
    pip = [place / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, wheel], check=True, stderr=subprocess.DEVNULL)
    return place / "bin/muster"


def version(program: Path) -> str:
    """Return which Python runs it."""
    asked = subprocess.run([program.parent / "python", "--version"], check=True, capture_output=True, text=True)
    return asked.stdout.split()[1]


def tried(program: Path, folder: Path, database: str) -> dict[str, float]:
    """Serve and import, from a folder that is not the checkout; return the seconds."""
    with (
        tempfile.TemporaryDirectory(dir=folder) as data,
        postgres() if database == "postgres" else nullcontext() as url,
    ):
        kept = {
            name: each for name, each in os.environ.items() if not name.startswith(("MUSTER_", "DATABASE_", "PYTHON"))
        }
        env = {**kept, "MUSTER_DATA": data, **({"DATABASE_URL": url} if url else {})}
        sheet = Path(data) / "sheet.csv"
        sheet.write_text(SHEET, encoding="utf-8")
        timed(program, ["demo"], data, env)
        with served(program, data, env) as server:
            arguments = ["import", str(sheet), "--team", "admissions-demo", "--blank-mobile", "infer"]
            seconds = {
                "command": timed(program, ["token", "ana@example.edu", "--name", "wheel"], data, env),
                "import": timed(program, arguments, data, env),
            }
            begun = time.monotonic()
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)
            return {**seconds, "stop": round(time.monotonic() - begun, 2), "load": load()[0]}


@contextmanager
def served(program: Path, data: str, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`muster serve`; whatever happens, nothing of it stays behind."""
    port = str(free_port())
    with (Path(data) / "log").open("wb") as log:
        command = [program, "serve", "--port", port]
        server = subprocess.Popen(command, cwd=data, env=env, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until(lambda: answers(port), seconds=60, what=(Path(data) / "log").read_text)
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def timed(program: Path, arguments: list[str], data: str, env: dict[str, str]) -> float:
    """Run a command; return how long it took until it had ended."""
    begun = time.monotonic()
    done = subprocess.run([program, *arguments], cwd=data, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"muster {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return round(time.monotonic() - begun, 2)


def answers(port: str) -> bool:
    """Whether the server is up."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["python3"]))

"""The steps of the Dockerfile in a bare Debian made by debootstrap: as user 10001, with a root that is read only.

    .venv/test/bin/python -m bench.container [--suite bookworm] [--rows 60000]

Needs root, debootstrap and unshare. Wheels are fetched outside, for Debian's own Python. One line of JSON; exit code 1
where an import or its export is not whole, or where the log complains.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from tests.real.ports import free_port, wait_until

TOP = Path(__file__).resolve().parents[1]
USER = 10001
PACKAGED = ("pyproject.toml", "LICENSE", "README.md", "muster", "conformance", "requirements")
HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program"
COMPLAINTS = re.compile(r"Traceback|Read-only|Permission denied|\[error", re.IGNORECASE)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.container")
    parser.add_argument("--suite", default="bookworm")
    parser.add_argument("--rows", type=int, default=60_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="muster-container-") as made:
        root = Path(made) / "root"
        build(root, asked.suite)
        found = tried(root, asked.rows)
        print(json.dumps(found), flush=True)
    return int(found["exported"] != asked.rows or bool(found["complaints"]))


def build(root: Path, suite: str) -> None:
    """Debian, and what the Dockerfile does in it."""
    packages = "--include=python3,python3-venv,ca-certificates"
    told(["debootstrap", "--variant=minbase", packages, suite, str(root)])
    source = root / "src"
    source.mkdir()
    for name in PACKAGED:
        copy = shutil.copytree if (TOP / name).is_dir() else shutil.copy
        copy(TOP / name, source / name)
    lists = [part for name in ("run", "build") for part in ("-r", f"requirements/{name}.txt")]
    fetch = [
        str(TOP / ".venv/uv/bin/python"),
        "-m",
        "pip",
        "download",
        "--quiet",
        "--require-hashes",
        "--dest",
        str(root / "wheels"),
    ]
    told([*fetch, *lists], cwd=TOP)
    install = "/opt/muster/bin/pip install --quiet --no-index -f /wheels"
    for step in (
        "python3 -m venv /opt/muster",
        f"cd /src && {install} --require-hashes {' '.join(lists)}",
        f"cd /src && {install} --no-deps --no-build-isolation .",
        f"useradd --system --uid {USER} muster && install -d -o muster -m 700 /data",
    ):
        told(["chroot", str(root), "sh", "-ec", step])


def told(command: list[str], cwd: Path | None = None) -> None:
    """Run a step; what it prints comes only with its failure."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def tried(root: Path, rows: int) -> dict[str, object]:
    """Serve, upload, import, export, stop."""
    port, log = free_port(), root.parent / "serve.log"
    url = f"http://127.0.0.1:{port}"
    text = "\n".join((HEADER, *(f"N{n},Ana,Núñez,+1716{2000000 + n},,Biology" for n in range(rows))))
    with log.open("wb") as written:
        process = subprocess.Popen(inside(root, "serve", "--port", str(port)), stdout=written, stderr=written)
    try:
        wait_until(lambda: is_ready(url), seconds=120, what=lambda: log.read_text(errors="replace"))
        answered(inside(root, "demo"))
        token = answered(inside(root, "token", "ana@example.edu", "--name", "bench")).split()[-1]
        ask = Api(f"{url}/api/v1/teams/admissions-demo", token)
        before = int(ask("GET", "contacts.csv").count(b"\n"))
        began = time.monotonic()
        made = json.loads(ask("POST", "imports", json.dumps({"text": text, "blank_mobile": "fail"}).encode()))
        wait_until(lambda: ask.state(made["id"]) == "done", seconds=300, what=lambda: ask.state(made["id"]))
        seconds = round(time.monotonic() - began, 1)
        exported = int(ask("GET", "contacts.csv").count(b"\n")) - before
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
    said = log.read_text(errors="replace")
    return {
        "python": answered(["chroot", str(root), "python3", "--version"]).split()[-1],
        "bytes": len(text.encode()),
        "exported": exported,
        "seconds": seconds,
        "exit": process.returncode,
        "complaints": [line for line in said.splitlines() if COMPLAINTS.search(line) and "/readyz" not in line],
    }


def inside(root: Path, *arguments: str) -> list[str]:
    """`muster ARGUMENTS` in the chroot, whose root is read only but for /data, and for /tmp, which is in memory."""
    steps = f"""
        mount --make-rprivate /
        mount --bind {root} {root}
        mount --bind {root}/data {root}/data
        mount -o remount,ro,bind {root}
        mount -t tmpfs tmpfs {root}/tmp
        mount -t proc proc {root}/proc
        exec chroot --userspec={USER}:{USER} {root} env -i "$@"
    """
    told = (
        "PATH=/opt/muster/bin:/usr/bin:/bin",
        "PYTHONUNBUFFERED=1",
        "PYTHONDONTWRITEBYTECODE=1",
        "MUSTER_DATA=/data",
    )
    return ["unshare", "--mount", "sh", "-ec", steps, "inside", *told, "muster", *arguments]


def answered(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def is_ready(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


class Api:
    """A team's part of the API."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token

    def __call__(self, method: str, path: str, body: bytes | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/{path}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())

    def state(self, key: str) -> str:
        return str(json.loads(self("GET", f"imports/{key}"))["state"])


if __name__ == "__main__":
    sys.exit(main())

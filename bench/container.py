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
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.beside import HEADER, OWNER, PASSWORD, Api
from tests.real.ports import free_port, wait_until
from tests.real.server import MusterServer

TOP = Path(__file__).resolve().parents[1]
USER = 10001
PACKAGED = ("pyproject.toml", "LICENSE", "README.md", "muster", "conformance", "requirements")
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


class Inside(MusterServer):
    """`muster` in the chroot, whose root is read only but for /data, and for /tmp, which is in memory."""

    @classmethod
    def serve(cls, root: Path) -> Inside:
        """Begin `muster serve`."""
        port, folder = free_port(), root.parent
        with (folder / "serve.log").open("wb") as log:
            process = subprocess.Popen(
                command(root, {}, "serve", "--port", str(port)), stdout=log, stderr=log, start_new_session=True
            )
        return cls(f"http://127.0.0.1:{port}", folder, {}, process)

    def run(self, *arguments: str, input: str | None = None, check: bool = True, **env: str) -> str:  # noqa: A002
        """Run `muster ARGUMENTS` there and return what it printed."""
        asked = command(self.data / "root", env, *arguments)
        return subprocess.run(asked, input=input, capture_output=True, text=True, check=check).stdout


def command(root: Path, env: dict[str, str], *arguments: str) -> list[str]:
    """Return what runs `muster ARGUMENTS` in the chroot, as the image does."""
    steps = f"""
        mount --make-rprivate /
        mount --bind {root} {root}
        mount --bind {root}/data {root}/data
        mount -o remount,ro,bind {root}
        mount -t tmpfs tmpfs {root}/tmp
        mount -t proc proc {root}/proc
        exec chroot --userspec={USER}:{USER} {root} env -i "$@"
    """
    python = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    whole = {"PATH": "/opt/muster/bin:/usr/bin:/bin", "MUSTER_DATA": "/data", **python, **env}
    told = [f"{name}={value}" for name, value in whole.items()]
    return ["unshare", "--mount", "sh", "-ec", steps, "inside", *told, "muster", *arguments]


def tried(root: Path, rows: int) -> dict[str, object]:
    """Serve, upload, import, export, stop."""
    text = "\n".join((HEADER, *(f"N{n},Ana,Núñez,+1716{2000000 + n}," for n in range(rows))))
    server = Inside.serve(root)
    try:
        wait_until(server.is_ready, seconds=120, what=server.log)
        server.run("owner", OWNER, MUSTER_PASSWORD=PASSWORD)
        api = Api(server)
        team = api.team("Bench")
        began = time.monotonic()
        made = api.post(f"/teams/{team}/imports", json={"text": text, "blank_mobile": "fail"})
        api.ended(team, made["id"])
        seconds = round(time.monotonic() - began, 1)
        exported = server.run("export", "--team", team).count("\n") - 1
    finally:
        server.stop()
    said = server.log().splitlines()
    return {
        "python": subprocess.check_output(["chroot", str(root), "python3", "--version"], text=True).split()[-1],
        "bytes": len(text.encode()),
        "exported": exported,
        "seconds": seconds,
        "exit": server.process.returncode,
        "complaints": [line for line in said if COMPLAINTS.search(line) and "/readyz" not in line],
    }


if __name__ == "__main__":
    sys.exit(main())

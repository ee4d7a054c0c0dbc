"""Kill -9 at random moments of imports: whether afterwards all is as if nothing had happened.

    python -m bench.faults [--on sqlite|postgres] [--what worker|web|postgres] [--kills 100] [--rows 600] [--seed 1]

Two teams import the same files, one after the other: the first undisturbed, the second each time with the worker, the
web process with its children, or PostgreSQL with all of its own, killed at a random moment between the upload and the
end of the import, and begun again. After each the feed (what became of whom, from what, in which order) of the two
must be equal; at the end contacts, the history of everybody in the last files, and mails too. Who uploads sends again
what was not answered, with its `Idempotency-Key`, as a program does. One line of JSON; exit code 1 where anything
differs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from bench.beside import AREAS, ENDED, HEADER, OWNER, PASSWORD
from bench.meter import load
from tests.real.ports import free_port, wait_until
from tests.real.postgres import COMMITTED, Postgres, postgres_server, runs
from tests.real.server import PROGRAM, clean_environment
from tests.real.smtp import Mailbox, smtp

TOP = Path(__file__).resolve().parents[1]
LEASE_SECONDS = 1
MOST_SECONDS = 120  # for one import, whatever happens to it
NAMES = ("calm", "tried")
OF_ITS_OWN = {"at", "cursor", "id", "import", "created_at", "updated_at"}  # what differs between any two imports


class Installation:
    """`muster web` and `muster work` on one database, each of which is killed and begins again."""

    def __init__(self, folder: Path, database: Postgres | None, mails: Mailbox) -> None:
        self.port, self.log, self.database = free_port(), folder / "log", database
        ours = {
            "MUSTER_DATA": str(folder),
            "MUSTER_URL": f"http://127.0.0.1:{self.port}",
            "MUSTER_EMAIL_URL": mails.url,
            "MUSTER_LEASE_SECONDS": str(LEASE_SECONDS),
            "MUSTER_USER_REQUESTS": "100000",
        }
        self.env = clean_environment() | ours | ({"DATABASE_URL": database.url} if database else {})
        self.run("migrate")
        self.begins = subprocess.Popen(
            [sys.executable, "-m", "bench.begun"],
            cwd=TOP, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log.open("wb"), text=True,
        )  # fmt: skip
        self.running: dict[str, int] = {}

    def run(self, *arguments: str, **env: str) -> str:
        command = [str(PROGRAM), *arguments]
        done = subprocess.run(command, env=self.env | env, capture_output=True, text=True, check=True, timeout=120)
        return done.stdout.strip()

    def begin(self, name: str) -> None:
        assert self.begins.stdin
        assert self.begins.stdout
        self.begins.stdin.write("work\n" if name == "worker" else f"web --port {self.port} --workers 1\n")
        self.begins.stdin.flush()
        self.running[name] = int(self.begins.stdout.readline())

    def kill(self, name: str) -> None:
        """End one as a power cut would, and begin it again."""
        if name == "postgres" and self.database:
            self.database.kill()
            self.database.start()
            return
        end(self.running[name])
        if name == "worker":
            time.sleep(LEASE_SECONDS + 0.1)  # the next one finds at its first look that the lease has run out
        self.begin(name)

    def close(self) -> None:
        for each in self.running.values():
            end(each)
        self.begins.communicate()


def end(process: int) -> None:
    """Kill a process and those that it has made."""
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    wait_until(lambda: not runs(process), seconds=60, what=lambda: f"{process} does not end")


class Team:
    """A team as a program sees it that goes on asking until it is answered."""

    def __init__(self, url: str, token: str, name: str) -> None:
        self.api, self.name = f"{url}/api/v1/teams", name
        self.headers = {"Authorization": f"Bearer {token}"}
        self.cursor = "0"
        self.url = f"{self.api}/{self.asked('POST', '', json={'name': name.title()})['slug']}"
        self.asked("PATCH", self.url, json={"notify": [f"{name}@example.edu"]})

    def asked(self, method: str, url: str, **what: Any) -> Any:
        """Ask until there is an answer; a refusal is an error."""
        ends = time.monotonic() + MOST_SECONDS
        headers = self.headers | what.pop("headers", {})
        while time.monotonic() < ends:
            try:
                answer = requests.request(method, url or self.api, headers=headers, timeout=30, **what)
                if answer.status_code < 500:
                    answer.raise_for_status()
                    return answer.json() if "json" in answer.headers["Content-Type"] else answer.text
            except (requests.ConnectionError, requests.Timeout):
                pass
            time.sleep(0.05)
        raise TimeoutError(f"{method} {url} is not answered")

    def upload(self, sheet: bytes, number: int) -> str:
        """Send a file to be imported; return the address of the import."""
        values = {"blank_mobile": "fail", "allow_mobile_updates": "true", "confirm": "true"}
        files, key = {"file": (f"{number}.csv", sheet)}, {"Idempotency-Key": f"file-{number}"}
        return f"{self.url}/imports/" + str(
            self.asked("POST", f"{self.url}/imports", data=values, files=files, headers=key)["id"]
        )

    def ended(self, address: str) -> dict[str, Any]:
        """Wait until an import has ended; return it."""
        ends = time.monotonic() + MOST_SECONDS
        while time.monotonic() < ends:
            found: dict[str, Any] = self.asked("GET", address)
            if found["state"] in ENDED:
                return found
            time.sleep(0.05)
        raise TimeoutError(f"the import is still {found['state']}")

    def news(self) -> list[Any]:
        """What the feed tells since it was read last."""
        found: list[Any] = []
        while True:
            page = self.asked("GET", f"{self.url}/changes", params={"after": self.cursor, "limit": 500})
            found += page["items"]
            self.cursor = page["cursor"]
            if not page["more"]:
                return [common(each) for each in found]

    def histories(self, keys: list[str]) -> list[Any]:
        return [common(self.asked("GET", f"{self.url}/contacts/{key}/history")) for key in keys]

    def contacts(self) -> list[str]:
        return sorted(self.asked("GET", f"{self.url}/contacts.csv").splitlines())


def common(told: Any) -> Any:
    """What must be equal, without ids and times."""
    if isinstance(told, dict):
        return {key: common(each) for key, each in told.items() if key not in OF_ITS_OWN}
    return [common(each) for each in told] if isinstance(told, list) else told


def sheet(number: int, rows: int) -> bytes:
    """The so-manieth file: about half is new, some numbers are bad, some change, some people opt out or in."""
    chance = random.Random(number)
    lines = [f"{HEADER},OptedOut"]
    for row in range(rows):
        key = number * rows // 2 + row
        line = 2_000_000 + (key * 31 + chance.randrange(3) * 1_500_007) % 7_000_000
        mobile = f"+1{AREAS[key % len(AREAS)]}{line}" if chance.random() > 0.02 else "4.41E+11"
        name = chance.choice(("Ana", "José", "Zoë", "Li"))
        lines.append(f"S{key},{name},Okafor,{mobile},,{chance.choice(('', 'yes', 'no'))}")
    return "\n".join(lines).encode()


def undisturbed(team: Team, data: bytes, number: int) -> float:
    """Import; return the seconds from the upload to the end."""
    begun = time.monotonic()
    team.ended(team.upload(data, number))
    return time.monotonic() - begun


def tried(muster: Installation, team: Team, data: bytes, number: int, *, name: str, moment: float) -> str:
    """Import while something is killed so many seconds after the upload began; return where that hit it."""
    sent: list[str] = []
    sending = threading.Thread(target=lambda: sent.append(team.upload(data, number)), daemon=True)
    sending.start()
    time.sleep(moment)
    state = team.asked("GET", sent[0])["state"] if sent else "upload"
    muster.kill(name)
    sending.join()
    if not sent:
        raise RuntimeError("the file was not taken")
    told = team.ended(sent[0])
    if told["state"] != "done":
        raise RuntimeError(f"the import is {told['state']}")
    return str(state)


def mails_of(mails: Mailbox, name: str) -> Counter[tuple[str, str]]:
    """What was written to a team: subject and text, without addresses and names of its own."""
    found: Counter[tuple[str, str]] = Counter()
    for message, to in zip(mails.messages, mails.recipients, strict=True):
        if to == [f"{name}@example.edu"]:
            body = message.get_body(("plain",))
            text = re.sub(r"https?://\S+|\d{1,2} \w+ \d{4}.*|\d\d:\d\d.*", "", body.get_content() if body else "")
            found[same(message["Subject"], name), same(text, name)] += 1
    return found


def same(text: str, name: str) -> str:
    return text.replace(name.title(), "")


@contextmanager
def installation(on: str) -> Iterator[tuple[Installation, Mailbox]]:
    """A whole one with an empty database, which keeps what it has committed."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="muster-faults-")))
        mails = opened.enter_context(smtp())
        database = opened.enter_context(postgres_server(COMMITTED)) if on == "postgres" else None
        muster = Installation(folder, database, mails)
        opened.callback(muster.close)
        muster.run("owner", OWNER, MUSTER_PASSWORD=PASSWORD)
        for name in ("web", "worker"):
            muster.begin(name)
        try:
            yield muster, mails
        except Exception:
            sys.stderr.write("\n".join(muster.log.read_text(errors="replace").splitlines()[-60:]))
            raise


def play(on: str, what: str, kills: int, rows: int, seed: int) -> bool:
    """Kill so many times; say what came of it, and return whether all was equal."""
    begun, chance, hit, unequal = time.monotonic(), random.Random(seed), Counter[str](), []
    with installation(on) as (muster, mails):
        token = muster.run("token", OWNER, "--name", "faults")
        calm, hurt = (Team(muster.env["MUSTER_URL"], token, name) for name in NAMES)
        takes = min(undisturbed(each, sheet(0, rows), 0) for each in (hurt, calm))
        for number in range(1, kills + 1):
            data = sheet(number, rows)
            hit[tried(muster, hurt, data, number, name=what, moment=chance.uniform(0, takes))] += 1
            takes = min(takes, undisturbed(calm, data, number))  # the worker may have just begun
            if calm.news() != hurt.news():
                unequal.append(f"feed after {number}")
            print(f"{number} of {kills} {dict(hit)} {takes:.1f} s", file=sys.stderr, flush=True)
        last = [f"S{kills * rows // 2 + row}" for row in range(0, rows, max(1, rows // 50))]
        last = [key for key in last if key in {each.split(",")[0] for each in calm.contacts()}]
        unequal += ["contacts"] * (calm.contacts() != hurt.contacts())
        unequal += ["history"] * (calm.histories(last) != hurt.histories(last))
        wait_until(
            lambda: all(len(mails_of(mails, name)) == kills + 1 for name in NAMES),
            seconds=400,  # one whose sender was killed is another's after five minutes
            what=lambda: f"mails: {[len(mails_of(mails, name)) for name in NAMES]} of {kills + 1}",
        )
        written, told = mails_of(mails, "tried"), len(calm.contacts()) - 1
        unequal += ["mails"] * (set(written) != set(mails_of(mails, "calm")))
    found = {
        "on": on,
        "killed": what,
        "kills": kills,
        "rows of each import": rows,
        "when": dict(hit),
        "contacts": told,
        "histories": len(last),
        "mails": sum(written.values()),
        "mails sent twice": sum(written.values()) - sum(mails_of(mails, "calm").values()),
        "unequal": unequal,
        "seconds": round(time.monotonic() - begun),
        "load": load(),
    }
    print(json.dumps(found), flush=True)
    return not unequal


def main() -> int:
    """Play each of what is asked for; return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing stays behind
    parser = argparse.ArgumentParser(prog="bench.faults")
    parser.add_argument("--on", choices=["sqlite", "postgres"])
    parser.add_argument("--what", choices=["worker", "web", "postgres"])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    equal = True
    for on in [asked.on] if asked.on else ["sqlite", "postgres"]:
        for what in [asked.what] if asked.what else ["worker", "web", "postgres"]:
            if what == "postgres" and on == "sqlite":
                continue
            equal = play(on, what, asked.kills, asked.rows, asked.seed) and equal
    return int(not equal)


if __name__ == "__main__":
    sys.exit(main())

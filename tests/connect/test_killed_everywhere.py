"""Web and worker killed at random while events are due: each arrives at least once, in order at every address."""

import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.real.ports import free_port, wait_until
from tests.real.prepared import prepare
from tests.real.receiver import Receiver, failing, receiver
from tests.real.server import PROGRAM, clean_environment

pytestmark = pytest.mark.timeout(1800)


class Installation:
    """`muster web` and `muster work` on one database, each of which is killed and begins again."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.port, self.log = free_port(), (folder / "log").open("wb")
        self.url = f"http://127.0.0.1:{self.port}"
        ours = {"MUSTER_DATA": str(folder), "MUSTER_URL": self.url, "MUSTER_WEBHOOK_NETWORKS": "127.0.0.0/8"}
        self.env = clean_environment() | ours | ({"DATABASE_URL": database_url} if database_url else {})
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, *arguments: str, **env: str) -> str:
        command = [str(PROGRAM), *arguments]
        done = subprocess.run(command, env=self.env | env, capture_output=True, text=True, check=True, timeout=120)
        return done.stdout.strip()

    def begin(self, name: str) -> None:
        options = ["--port", str(self.port), "--workers", "1"] if name == "web" else []
        self.running[name] = subprocess.Popen(
            [str(PROGRAM), name, *options], env=self.env, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def kill(self, name: str) -> None:
        """As a power cut would end it, with the processes that it has made."""
        subprocess.run(["kill", "-9", "--", f"-{self.running[name].pid}"], check=False)
        self.running[name].wait()


@contextmanager
def installation(folder: Path, database_url: str) -> Iterator[Installation]:
    made = Installation(folder, database_url)
    if database_url:
        made.run("migrate")
    else:
        prepare(folder, PROGRAM, made.env)
    try:
        for name in ("web", "work"):
            made.begin(name)
        yield made
    finally:
        for name in made.running:
            made.kill(name)
        made.log.close()


def send(address: str, header: dict[str, str], body: Any) -> Any:
    """Send until it is answered, as a gateway does whose call broke off."""
    ends = time.monotonic() + 120
    while True:
        try:
            answer = requests.post(address, json=body, headers=header, timeout=20)
            if answer.status_code < 500:
                answer.raise_for_status()
                return answer.json()
        except (requests.ConnectionError, requests.Timeout):
            pass
        assert time.monotonic() < ends, "nobody answers"
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("database", "words", "kills"),  # a word is an event for each of four addresses
    [
        pytest.param("sqlite", 24, 3, marks=pytest.mark.slow),
        pytest.param("sqlite", 250, 8, marks=pytest.mark.proof),
        pytest.param("postgres", 250, 8, marks=pytest.mark.proof),
    ],
)
def test_nothing_is_lost_and_nothing_overtakes(
    database: str, words: int, kills: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    database_url = request.getfixturevalue("postgres_url") if database == "postgres" else ""
    chance = random.Random(1)
    with (
        receiver(status=failing(1 / 3, 1)) as first,
        receiver(status=failing(1 / 3, 2)) as second,
        receiver(status=failing(1 / 3, 3)) as third,
        receiver(status=failing(1 / 3, 4)) as fourth,
        installation(tmp_path, database_url) as muster,
    ):
        receivers = [first, second, third, fourth]
        muster.run("owner", "o@example.edu", MUSTER_PASSWORD="the rain in Spain")
        header = {"Authorization": f"Bearer {muster.run('token', 'o@example.edu', '--name', 'x')}"}
        api = f"{muster.url}/api/v1/teams"
        send(api, header, {"name": "Admissions"})
        ana = {"first_name": "Ana", "last_name": "Ray", "contact_id": "S1", "mobile_number": "+17165551234"}
        send(f"{api}/admissions/contacts", header, ana)
        for each in receivers:
            asked = {"url": each.url, "events": ["consent.changed"]}
            each.secret = send(f"{api}/admissions/webhooks", header, asked)["secret"]
        for number in range(words):
            word = {"number": "+17165551234", "channel": "text", "source": "contact", "opted_out": number % 2 == 0}
            send(f"{api}/admissions/consent", header, {**word, "message_id": f"m{number}"})
            if chance.random() < kills / words:
                name = chance.choice(("web", "work"))
                time.sleep(chance.random())  # at any moment of what it does
                muster.kill(name)
                muster.begin(name)
        wait_until(
            lambda: all(len(ids(each)) == words for each in receivers),
            seconds=1200,
            what=lambda: f"arrived: {[len(ids(each)) for each in receivers]}",
        )

        for each in receivers:
            told = {taken.id: taken.data for taken in each.taken}
            assert [told[one]["opted_out"] for one in ids(each)] == [number % 2 == 0 for number in range(words)]
            cursors = [tuple(map(int, told[one]["cursor"].split("."))) for one in ids(each)]
            assert cursors == sorted(cursors)


def ids(receiving: Receiver) -> list[str]:
    """Each message once, in the order in which it arrived first."""
    with receiving.lock:
        return list(dict.fromkeys(each.id for each in receiving.taken))

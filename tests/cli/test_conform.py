"""`muster conform` plays cases against a real server, and says plainly which do not hold and what cannot be played."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Muster, Said
from tests.real.ports import free_port
from tests.real.server import MusterServer

TOP = Path(__file__).resolve().parents[2]
HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber"


@pytest.fixture(scope="module")
def token(muster_server: MusterServer) -> str:
    muster_server.run("owner", "olivia@example.edu", MUSTER_PASSWORD="olivia owns it all")
    return muster_server.run("token", "olivia@example.edu", "--name", "cases").strip()


def play(muster: Muster, server: MusterServer, token: str, tmp_path: Path, case: str) -> Said:
    file = tmp_path / "mine.toml"
    file.write_text(case, encoding="utf-8")
    return muster("conform", server.url, "--token", token, "--cases", str(file))


def case(expect: str, more: str = "") -> str:
    text = json.dumps(f"{HEADER}\n2001,Nadia,Haddad,7165550101,\n")
    return f'[[case]]\nname = "a case: of mine"\nrules = ["R1"]\n{more}\n[[case.step]]\ntext = {text}\n{expect}\n'


def test_it_plays_the_cases_whose_name_contains_what_is_asked(
    muster: Muster, muster_server: MusterServer, token: str
) -> None:
    said = muster("conform", muster_server.url + "/", "--token", token, "--only", "zeros in front")
    assert (said.code, said.out) == (0, "1 passed, 0 failed\n")


def test_it_names_a_case_that_does_not_hold_and_everything_about_it(
    muster: Muster, muster_server: MusterServer, token: str, tmp_path: Path
) -> None:
    wrong = 'expect.totals = { created = 2 }\nexpect.absent = ["2001"]\nexpect.contacts.2001 = { first_name = "Piet" }'
    said = play(muster, muster_server, token, tmp_path, case(wrong))

    differences = "created: 1, expected 2; contact 2001, first_name: 'Nadia', expected 'Piet'; contact 2001 is there"
    assert said.code == 1
    assert said.out == f"FAIL mine: a case: of mine [R1]: step 1: {differences}\n0 passed, 1 failed\n"


def test_it_refuses_a_key_that_the_format_does_not_know(
    muster: Muster, muster_server: MusterServer, token: str, tmp_path: Path
) -> None:
    said = play(muster, muster_server, token, tmp_path, case("expect.total = { created = 1 }"))
    assert (said.code, "mine.toml, a case: of mine" in said.err, "expect.total" in said.err) == (2, True, True)


def test_it_says_when_nothing_was_played(muster: Muster, muster_server: MusterServer, token: str) -> None:
    said = muster("conform", muster_server.url, "--token", token, "--only", "no case is called this")
    assert (said.code, said.out) == (2, "0 passed, 0 failed\n")


def test_it_says_that_the_token_is_not_known(muster: Muster, muster_server: MusterServer) -> None:
    said = muster("conform", muster_server.url, "--token", "mst_nobody")
    assert (said.code, said.err) == (2, "The cases cannot be played: the server answers 401 to this token.\n")


def test_it_says_that_nobody_answers(muster: Muster) -> None:
    said = muster("conform", f"http://127.0.0.1:{free_port()}", "--token", "mst_nobody")
    assert (said.code, said.err.startswith("The cases cannot be played: ")) == (2, True)


def test_a_wheel_brings_the_cases_along(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=TOP,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "site")
    program = "from muster.cli.conforming import *; print(len(list(read_cases(own_cases()))), own_cases())"
    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )

    count, place = said.stdout.split()
    assert (int(count) >= 80, Path(place)) == (True, tmp_path / "site" / "muster" / "conformance")

"""Backups: made while an import runs, checked, put back, equal. On both databases, by the program itself."""

import json
import sqlite3
import stat
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.upkeep.conftest import TEAM, Installation

pytestmark = pytest.mark.slow
ROWS = 20_000


def long_file(folder: Path) -> Path:
    head = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program"
    rows = (f"N{n},Nia{n},Okafor,+1716{2000000 + n},,Biology" for n in range(ROWS))
    path = folder / "long.csv"
    path.write_text("\n".join((head, *rows)) + "\n")
    return path


def test_it_backs_up_while_an_import_runs_and_goes_on_from_there(
    two: tuple[Installation, Installation], tmp_path: Path
) -> None:
    here, there = two
    here.make(demo=True)
    (here.data / "mail").mkdir(exist_ok=True)
    (here.data / "mail" / "1.eml").write_text("Subject: kept\n\n")
    before, taken = here.contacts(), 0
    with here.start("import", long_file(tmp_path), *TEAM, "--blank-mobile", "infer", "--quiet") as importing:
        while importing.poll() is None:
            here.run("backup", tmp_path / f"{taken}.backup")
            taken += 1
    assert importing.returncode == 0
    assert taken > 1, "the import ended before it could be backed up"
    after = here.contacts()
    assert len(after) == len(before) + ROWS

    _, said = there.run("restore", tmp_path / f"{taken - 2}.backup")  # the last that ended before the import did
    assert "The installation is as it was on" in said
    assert (there.data / "mail" / "1.eml").read_text() == "Subject: kept\n\n"
    assert (there.data / "secret-key").read_text() == (here.data / "secret-key").read_text()
    time.sleep(2.5)  # until the lease of the worker that is not here has run out
    there.run("work", "--once")
    now = there.contacts()
    assert now in (before, after)  # the first may be of before the import was there
    if now == before:
        there.run("import", tmp_path / "long.csv", *TEAM, "--blank-mobile", "infer", "--quiet")
        assert there.contacts() == after


def test_it_puts_nothing_in_the_place_of_an_installation_unless_told(
    two: tuple[Installation, Installation], tmp_path: Path
) -> None:
    here, there = two
    here.make(demo=True)
    here.run("backup", tmp_path / "first.backup")
    there.make(demo=False)
    _, said = there.run("restore", tmp_path / "first.backup", code=1)
    assert said == "There is an installation here already. Stop it, and use --force to put the backup in its place.\n"
    there.run("restore", tmp_path / "first.backup", "--force")
    assert there.contacts() == here.contacts()


def test_it_is_for_its_owner_alone(one: Installation, tmp_path: Path) -> None:
    one.run("backup", tmp_path / "a.backup")
    assert stat.S_IMODE((tmp_path / "a.backup").stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.backup", "data"]


def test_it_puts_back_no_backup_that_is_damaged(one: Installation, tmp_path: Path) -> None:
    one.run("backup", tmp_path / "a.backup")
    contacts, whole = one.contacts(), (tmp_path / "a.backup").read_bytes()
    for name, bad in {"short": whole[: len(whole) // 2], "none": b"not a backup", "bit": flipped(whole)}.items():
        (tmp_path / name).write_bytes(bad)
        _, said = one.run("restore", tmp_path / name, "--force", code=1)
        assert "backup" in said
        assert len(said.splitlines()) == 1
    assert one.contacts() == contacts


def flipped(whole: bytes) -> bytes:
    place = len(whole) // 3
    return whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]


def test_it_puts_back_no_backup_of_a_later_version(one: Installation, tmp_path: Path) -> None:
    one.run("backup", tmp_path / "a.backup")
    with zipfile.ZipFile(tmp_path / "a.backup") as old, zipfile.ZipFile(tmp_path / "b.backup", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "contents.json":
                about = json.loads(data)
                data = json.dumps({**about, "migrations": [*about["migrations"], "imports.9999_later"]}).encode()
            new.writestr(name, data)
    _, said = one.run("restore", tmp_path / "b.backup", "--force", code=1)
    assert "which is a later one: install that" in said


def test_it_keeps_what_was_there_aside(one: Installation, tmp_path: Path) -> None:
    one.run("backup", tmp_path / "a.backup")
    with closing(sqlite3.connect(one.data / "muster.sqlite3")) as database:
        database.execute("DELETE FROM contacts_contact")
        database.commit()
    one.run("restore", tmp_path / "a.backup", "--force")
    assert len(one.contacts()) > 5
    aside = next(one.data.glob("before-restore-*"))
    with closing(sqlite3.connect(aside / "muster.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM contacts_contact").fetchone() == (0,)


def test_it_waits_for_nobody_who_still_works(one: Installation, tmp_path: Path) -> None:
    one.run("backup", tmp_path / "a.backup")
    with one.start("work") as worker:
        try:
            until_seen(one)
            _, said = one.run("restore", tmp_path / "a.backup", code=1)
        finally:
            worker.terminate()
    assert said == "A worker has been seen in the last minute. Stop web and workers first.\n"


def until_seen(one: Installation) -> None:
    for _ in range(300):
        with closing(sqlite3.connect(one.data / "progress.sqlite3")) as database:
            if database.execute("SELECT count(*) FROM imports_progress WHERE phase = 'worker'").fetchone()[0]:
                return
        time.sleep(0.1)
    raise AssertionError("no worker has been seen")

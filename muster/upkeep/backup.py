"""`muster backup`: the database, the secret key and the mail files in one file, while everything runs."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings as django_settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from muster import __version__
from muster.settings import settings
from muster.teams.mailing import given
from muster.upkeep import postgres
from muster.upkeep.archive import DUMP, KEY, MAIL, POSTGRES, SQLITE, Archive, NotDone, read_contents

# In this order: a call that is kept as waiting and was applied meanwhile is applied again, and changes nothing; one
# that is kept as applied, and whose change is not, would be lost.
DATABASES = ("calls.sqlite3", "muster.sqlite3")


def backup(path: Path) -> int:
    """Write the backup, and return its size in bytes. Nothing is there under its name before it is whole."""
    if not path.absolute().parent.is_dir():
        raise NotDone(f"There is no folder {path.absolute().parent}.")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.touch(mode=0o600)
    try:
        _write(part)
        _check(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path.stat().st_size


def _write(part: Path) -> None:
    archive, is_sqlite = Archive(part), not settings().database_url
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    with tempfile.TemporaryDirectory(dir=part.absolute().parent, prefix=".muster-backup-") as folder:
        if is_sqlite:
            for name in DATABASES:
                archive.add(name, _snapshot(name, Path(folder)))
        else:
            postgres.run("pg_dump", "--format=custom", "--no-owner", "--no-acl", "--file", Path(folder) / DUMP)
            archive.add(DUMP, Path(folder) / DUMP)
        applied = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
    archive.add_text(KEY, str(django_settings.SECRET_KEY))
    mails = Path(django_settings.MAIL_FILES)
    for mail in (*sorted(mails.glob("*.eml")), *mails.glob(given.NAME)):
        archive.add(MAIL + mail.name, mail)
    database = SQLITE if is_sqlite else POSTGRES
    archive.close(version=__version__, made_at=made_at, database=database, migrations=applied)


def _snapshot(name: str, folder: Path) -> Path:
    """Copy one of the databases as it is at a moment: whoever reads or writes meanwhile is not held up."""
    copy = folder / name
    copy.touch(mode=0o600)
    source = f"{(settings().data / name).absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(source, uri=True, timeout=60)) as here, closing(sqlite3.connect(copy)) as there:
        here.backup(there)
        there.execute("PRAGMA journal_mode = DELETE")
    return copy


def _check(part: Path) -> None:
    """Read it once more, as it is on the disk."""
    with part.open("rb") as kept:
        os.fsync(kept.fileno())
    with zipfile.ZipFile(part) as archive:
        read_contents(archive)
        if damaged := archive.testzip():
            raise NotDone(f"The backup could not be read again: {damaged} is damaged.")

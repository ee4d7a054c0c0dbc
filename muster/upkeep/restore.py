"""`muster restore`: puts a backup back, after it has been checked whole."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from django.db import DatabaseError, connection, connections
from django.db.migrations.loader import MigrationLoader

from muster.imports.process import presence
from muster.pools import close_pools
from muster.settings import settings
from muster.upkeep import postgres
from muster.upkeep.archive import DUMP, KEY, POSTGRES, SQLITE, Contents, NotDone, read_contents, unpack
from muster.upkeep.backup import DATABASES

DROP = "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"


def restore(path: Path, *, force: bool) -> Contents:
    """Put back what the backup holds, and return what it says of itself. Raises NotDone, and then changed nothing.

    `force`: also in place of what is there; on SQLite that is moved aside, into a folder of the data.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise NotDone(f"{path} is no backup of Muster, or can't be read.") from error
    with archive:
        contents = read_contents(archive)
        _fits(contents)
        if not force:
            _is_free()
        with tempfile.TemporaryDirectory(dir=settings().data, prefix=".restoring-") as folder:
            unpack(archive, contents, Path(folder))
            close_pools()
            _put_back(Path(folder), contents)
    return contents


def _fits(contents: Contents) -> None:
    here = POSTGRES if settings().database_url else SQLITE
    if contents.database != here:
        raise NotDone(f"The backup is of {contents.database}, and this installation is on {here}.")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    ours = {name for name in contents.migrations if name.split(".")[0] in ("teams", "contacts", "connect", "imports")}
    if ours - known:
        raise NotDone(f"Muster {contents.version} has made this backup, which is a later one: install that.")


def _is_free() -> None:
    """Raise NotDone where there is an installation already, or a worker of one."""
    try:
        if "imports_progress" in connections["progress"].introspection.table_names() and presence.count():
            raise NotDone("A worker has been seen in the last minute. Stop web and workers first.")
        if "teams_team" in connection.introspection.table_names():
            raise NotDone(
                "There is an installation here already. Stop it, and use --force to put the backup in its place."
            )
    except DatabaseError as error:
        raise NotDone(f"The database does not answer: {error}") from error


def _put_back(folder: Path, contents: Contents) -> None:
    if contents.database == SQLITE:
        for name in DATABASES:
            _is_whole(folder / name)
        _move_aside()
        for name in DATABASES:
            (folder / name).replace(settings().data / name)
    else:
        _fill_postgres(folder)
    (folder / KEY).replace(settings().data / KEY)
    if (folder / "mail").is_dir():
        shutil.rmtree(settings().data / "mail", ignore_errors=True)
        (folder / "mail").replace(settings().data / "mail")
    shutil.rmtree(settings().data / "cache", ignore_errors=True)  # of what was here before


def _is_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        found = database.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise NotDone(f"The backup is damaged: {path.name}: {found}")


def _move_aside() -> None:
    """Keep what is there, in a folder named by the time."""
    there = [each for each in settings().data.iterdir() if ".sqlite3" in each.name or each.name == KEY]
    if there:
        aside = settings().data / f"before-restore-{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
        aside.mkdir(mode=0o700)
        for each in there:
            each.replace(aside / each.name)


def _fill_postgres(folder: Path) -> None:
    """In one transaction: what was there is gone only when all of the backup has come in its place."""
    empty, script = folder / "empty.sql", folder / "all.sql"
    empty.write_text(DROP, encoding="utf-8")
    postgres.run("pg_restore", "--no-owner", "--no-acl", "--file", script, folder / DUMP)
    once = ("--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1")
    postgres.run("psql", *once, "--output", "/dev/null", "--file", empty, "--file", script)

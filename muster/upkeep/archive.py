"""A backup as one file: a zip archive of the database, the secret key and the mail files, with a list of its own."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

FORM = 1
CONTENTS, KEY, DUMP, MAIL = "contents.json", "secret-key", "database.dump", "mail/"
SQLITE, POSTGRES = "SQLite", "PostgreSQL"
CHUNK = 1 << 20


class NotDone(Exception):  # noqa: N818  says what happened
    """What was asked for was not done. The message says why, for a person."""


class Contents(NamedTuple):
    """What an archive says of itself."""

    form: int
    version: str  # of Muster
    made_at: str
    database: str  # SQLITE or POSTGRES
    migrations: list[str]
    files: dict[str, str]  # name → SHA-256


class Archive:
    """An archive that is being written."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.files: dict[str, str] = {}

    def add(self, name: str, path: Path) -> None:
        """Take in a file, however long."""
        digest = hashlib.sha256()
        with path.open("rb") as source, self._zip.open(name, "w", force_zip64=True) as kept:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                kept.write(chunk)
        self.files[name] = digest.hexdigest()

    def add_text(self, name: str, text: str) -> None:
        """Take in a short text."""
        self._zip.writestr(name, text)
        self.files[name] = hashlib.sha256(text.encode()).hexdigest()

    def close(self, **about: Any) -> None:
        """Write the list of contents, and end."""
        contents = Contents(form=FORM, files=self.files, **about)
        self._zip.writestr(CONTENTS, json.dumps(contents._asdict(), indent=1))
        self._zip.close()


def read_contents(archive: zipfile.ZipFile) -> Contents:
    """Return the list of contents. Raises NotDone where this is no backup, or one of a later form."""
    try:
        kept = json.loads(archive.read(CONTENTS))
        contents = Contents(**{name: kept[name] for name in Contents._fields})
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise NotDone("This file is no backup of Muster.") from error
    if contents.form != FORM:
        raise NotDone(f"A later version of Muster has made this backup ({contents.version}): install that one.")
    return contents


def unpack(archive: zipfile.ZipFile, contents: Contents, folder: Path) -> None:
    """Write every file of the list below the folder. Raises NotDone where one is not as it was backed up."""
    for name, wanted in contents.files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise NotDone(f"The backup names a file outside of its folder: {name}.")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        if _copy(archive, name, path) != wanted:
            raise NotDone(f"The backup is damaged: {name} is not as it was backed up.")


def _copy(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as kept, path.open("wb") as out:
            while chunk := kept.read(CHUNK):
                digest.update(chunk)
                out.write(chunk)
    except (KeyError, zipfile.BadZipFile, EOFError) as error:
        raise NotDone(f"The backup is damaged: {name} can't be read.") from error
    return digest.hexdigest()

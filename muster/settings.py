"""Every setting of an installation, each with one line of help. The documentation is generated from this class."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from environment variables; a `…_FILE` variable names a file that holds the value."""

    model_config = SettingsConfigDict(env_prefix="MUSTER_", extra="ignore")

    data: Path = Field(Path("data"), description="Folder of the embedded database, the secret key and the mail files.")
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("DATABASE_URL"),
        description="postgres://user:password@host/name; unset: SQLite in MUSTER_DATA.",
    )
    email_url: str = Field(
        "", description="smtp://user:password@host:587?tls=true; unset: each mail is a file in MUSTER_DATA/mail."
    )
    email_from: str = Field("Muster <muster@localhost>", description="Sender of the mails.")
    secret_key: str = Field(
        "", description="Signs sessions and links; unset: made on the first run and kept in MUSTER_DATA."
    )
    url: str = Field("http://127.0.0.1:8000", description="Address of this installation, as written in mails.")
    max_file_bytes: int = Field(5 * 1024 * 1024, description="Largest upload on the web page, in bytes.")
    max_paste_rows: int = Field(5_000, description="Most rows in one paste, header not counted.")
    max_api_rows: int = Field(1_000_000, description="Most rows in one import by API or command line.")
    max_api_bytes: int = Field(500 * 1024 * 1024, description="Largest file by API or command line, in bytes.")
    draft_days: int = Field(7, description="Days an import that was not confirmed is kept.")
    undo_days: int = Field(14, description="Days an import can be undone.")
    lease_seconds: int = Field(30, description="Seconds after which a silent worker's import is taken over by another.")
    debug: bool = Field(False, description="Development only: show errors in the browser.")


@lru_cache
def settings() -> Settings:
    """Read the environment once."""
    return Settings()

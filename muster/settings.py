"""Every setting of an installation, each with one line of help. The documentation is generated from this class."""

from __future__ import annotations

import os
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import AliasChoices, Field, JsonValue, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "MUSTER_"
MARKS = ("<!-- settings, written by bin/docs -->", "<!-- end of settings -->")
SECRET: dict[str, JsonValue] = {"secret": True}  # never shown
LOCALE = Path(__file__).with_name("locale")
# English, and every language that has a folder in `locale`: "pt-br" for pt_BR.
LANGUAGES = ("en", *sorted(path.parent.name.lower().replace("_", "-") for path in LOCALE.glob("*/LC_MESSAGES")))


class Settings(BaseSettings):
    """Read from environment variables; a `…_FILE` variable names a file that holds the value."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", env_ignore_empty=True)

    data: Path = Field(Path("data"), description="Folder of the embedded database, the secret key and the mail files.")
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("DATABASE_URL"),
        description="postgres://user:password@host/name; unset: SQLite in MUSTER_DATA.",
    )
    database_pool: int = Field(
        20,
        ge=0,
        description="PostgreSQL: most connections in each of a process's pools; 0: one a request, closed after it.",
    )
    database_cursors: bool = Field(
        True, description="PostgreSQL: read long lists by cursors of the server; false behind a pooler by transactions."
    )
    lock_seconds: float = Field(
        1, gt=0, description="Seconds a request waits for another writer, an import say; then it is told to come again."
    )
    email_url: str = Field(
        "", description="smtp://user:password@host:587?tls=true; unset: each mail is a file in MUSTER_DATA/mail."
    )
    email_from: str = Field("Muster <muster@localhost>", description="Sender of the mails.")
    language: str = Field(
        "en",
        description="Language where neither profile nor browser says one: en, es, pt-br, fr, de, ar.",
    )
    secret_key: str = Field(
        "",
        description="Signs sessions and links; unset: made on the first run and kept in MUSTER_DATA.",
        json_schema_extra=SECRET,
    )
    old_secret_keys: str = Field(
        "",
        description="Secret keys of before, by commas, after a change: what they signed and hashed still counts.",
        json_schema_extra=SECRET,
    )
    url: str = Field(
        "http://127.0.0.1:8000",
        description="Address of this installation, as in mails. With https:, cookies and redirects are for TLS only.",
    )
    hosts: str = Field("", description="Other host names it answers to, by commas; its own and this machine's always.")
    proxies: int | None = Field(
        None, description="Reverse proxies in front, whose X-Forwarded-For is believed; unset: 1 with https:, else 0."
    )
    hsts_seconds: int = Field(31_536_000, description="How long browsers insist on TLS, once MUSTER_URL is https:.")
    metrics: str = Field("127.0.0.0/8,::1/128", description="Networks that may read /metrics, by commas.")
    metrics_token: str = Field(
        "", description="Bearer token that opens /metrics from anywhere.", json_schema_extra=SECRET
    )
    webhook_networks: str = Field(
        "",
        description="Private networks that webhooks may reach, by http: too, by commas: 10.1.0.0/16. Unset: none.",
    )
    call_days: int = Field(90, description="Days the calls of gateways are listed: of each connection the last 1,000.")
    delivery_days: int = Field(30, description="Days the deliveries of webhooks are listed.")
    mail_days: int = Field(90, description="Days a sent mail is kept, also one that is a file.")
    audit_days: int = Field(0, description="Days the log of who did what is kept; 0: for ever.")
    message_days: int = Field(
        90, description="Days the message ids of gateways are kept, by which a message said twice counts once."
    )
    sentry_dsn: str = Field(
        "",
        description="Address of a Sentry server that hears of errors, without data; needs muster-contacts[sentry].",
        json_schema_extra=SECRET,
    )
    log_format: str = Field("text", description="text, or json: one object per line.")

    max_file_bytes: int = Field(5 * 1024 * 1024, description="Largest upload on the web page, in bytes.")
    max_cells: int = Field(5_000_000, description="Most cells in one upload or paste: its rows times its columns.")
    max_paste_rows: int = Field(5_000, description="Most rows in one paste, header not counted.")
    max_api_rows: int = Field(1_000_000, description="Most rows in one import by API or command line.")
    max_api_cells: int = Field(50_000_000, description="Most cells in one import by API or command line.")
    max_api_bytes: int = Field(500 * 1024 * 1024, description="Largest file by API or command line, in bytes.")
    team_drafts: int = Field(200, ge=0, description="Most open drafts of a team; 0: no limit.")
    user_drafts: int = Field(100, ge=0, description="Most open drafts that one person has brought to a team.")
    team_draft_bytes: int = Field(5 * 1024**3, ge=0, description="Most bytes in all open drafts of a team.")
    user_requests: int = Field(
        50, ge=0, description="Requests a second that one person may make of a process, with a burst of ten seconds."
    )
    draft_days: int = Field(7, description="Days an import that was not confirmed is kept.")
    undo_days: int = Field(14, description="Days an import can be undone.")
    page_rows: int = Field(100_000, description="Most rows that are checked while a page waits; else a worker does.")
    page_cells: int = Field(2_000_000, description="Most cells that are checked while a page waits.")
    undo_rows: int = Field(
        5_000, description="Most contacts of an import for which a page waits to say what undoing would do."
    )
    worker_seconds: float = Field(
        600, description="Processor time, in seconds, that checking a file or importing it may take of a worker."
    )
    worker_memory_mb: int = Field(4096, description="Most memory of a worker, in MB; 0: no limit of ours.")
    worker_nice: int = Field(
        10, ge=0, le=19, description="How much a worker gives way to pages and calls on a busy machine: 0 to 19."
    )
    lost_workers: int = Field(3, description="Workers that may end over one import before it is given up as failed.")
    lease_seconds: int = Field(30, description="Seconds after which a silent worker's import is taken over by another.")

    invitation_days: int = Field(7, description="Days an invitation can be accepted.")
    session_days: int = Field(14, description="Days after which one has to sign in again.")
    oidc_url: str = Field("", description="OpenID Connect: address of the issuer; unset: no such sign-in.")
    oidc_name: str = Field("Single sign-on", description="OpenID Connect: the words on the button.")
    oidc_client_id: str = Field("", description="OpenID Connect: our client id there.")
    oidc_client_secret: str = Field("", description="OpenID Connect: our secret there.", json_schema_extra=SECRET)
    oidc_trust_email: bool = Field(
        False,
        description="OpenID Connect: believe its e-mail addresses even if it does not say that they are verified.",
    )
    saml_metadata_url: str = Field("", description="SAML: address of the identity provider's metadata; unset: none.")
    saml_entity_id: str = Field("", description="SAML: entity id of the identity provider.")
    saml_name: str = Field("Single sign-on", description="SAML: the words on the button.")
    saml_email: str = Field(
        "urn:oid:0.9.2342.19200300.100.1.3", description="SAML: the attribute that holds the e-mail address."
    )
    debug: bool = Field(False, description="Development only: show errors in the browser.")

    @field_validator("language")
    @classmethod
    def known_language(cls, value: str) -> str:
        """Take only a language that there is a catalogue of."""
        if value not in LANGUAGES:
            raise ValueError(f"is not one of {', '.join(LANGUAGES)}")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """A variable wins over the file that its `…_FILE` twin names."""
        return init_settings, env_settings, NamedFiles(settings_cls)


class NamedFiles(PydanticBaseSettingsSource):
    """Values from files: MUSTER_SECRET_KEY_FILE=/run/secrets/key."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The file's content without the line end, or nothing when no file is named."""
        path = os.environ.get(variable(field_name) + "_FILE")
        return (Path(path).read_text(encoding="utf-8").strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {alias(name): value for name, value in found.items() if value is not None}


def make_folder() -> None:
    """Make the folder of the data, closed to the other accounts of the machine."""
    settings().data.mkdir(mode=0o700, parents=True, exist_ok=True)


class Described(NamedTuple):
    """One line of `muster settings`."""

    variable: str
    value: str
    source: str  # environment, file, default
    help: str


@lru_cache
def settings() -> Settings:
    """Read the environment once."""
    return Settings()


def describe() -> list[Described]:
    """Every setting, its value without secrets, where it came from and what it is for."""
    now = settings()
    return [
        Described(variable(name), _shown(getattr(now, name), field), _source(name), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return "DATABASE_URL" if name == "database_url" else PREFIX + name.upper()


def alias(name: str) -> str:
    """The key under which pydantic takes a value for the setting."""
    return "DATABASE_URL" if name == "database_url" else name


def _source(name: str) -> str:
    if os.environ.get(variable(name)):
        return "environment"
    return "file" if os.environ.get(variable(name) + "_FILE") else "default"


def _shown(value: Any, field: FieldInfo) -> str:
    """The value for people to see; passwords in addresses are starred too."""
    if field.json_schema_extra == SECRET:
        return "***" if value else ""
    return re.sub(r"(?<=://)([^:/@]*):[^@/]*@", r"\1:***@", "" if value is None else str(value))


def as_markdown() -> str:
    """A table of every setting and what it is without one."""
    rows = [
        f"| `{variable(name)}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(("| variable | without it | what it is |", "|---|---|---|", *rows))


def document(path: Path) -> None:
    """Write the table between the two marks of a page."""
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    path.write_text(f"{before}{MARKS[0]}\n{as_markdown()}\n{MARKS[1]}{after}", encoding="utf-8")


def _default(field: FieldInfo) -> str:
    """A default as it is written in the environment."""
    default = field.default
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`" if default not in {None, ""} else ""


if __name__ == "__main__":
    document(Path(sys.argv[1]))

"""The mail server that an owner named on a page. MUSTER_EMAIL_URL wins over it."""

from __future__ import annotations

import json
import smtplib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from muster.teams.mailing.timed_smtp import TimedSmtp

NAME = "server.json"
SECONDS_TO_ANSWER = 10
PORTS = {"tls": 587, "ssl": 465, "none": 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in. `security`: tls (STARTTLS), ssl (TLS from the first byte), none."""

    host: str
    port: int
    security: str = "tls"
    user: str = ""
    password: str = ""
    sender: str = ""

    def connection(self, **more: Any) -> TimedSmtp:
        """Return Django's way to it."""
        return TimedSmtp(
            host=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.security == "tls",
            use_ssl=self.security == "ssl",
            timeout=SECONDS_TO_ANSWER,
            **more,
        )

    def why_not(self) -> str:
        """Try it: say what it answers when it does not let us in; nothing when it does."""
        connection = self.connection()
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            said = getattr(error, "smtp_error", b"") or str(error) or type(error).__name__
            told = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
            return _("The mail server did not let us in: %(answer)s") % {"answer": told[:200]}
        connection.close()
        return ""


def path() -> Path:
    """Where it is kept: with the mails that are files, which a backup holds too."""
    return Path(settings.MAIL_FILES) / NAME


def given() -> MailServer | None:
    """Return the one that was named, if any."""
    try:
        return MailServer(**json.loads(path().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def keep(server: MailServer) -> None:
    """Use this one from the next mail on. The file can be read by nobody else: it may hold a password."""
    path().parent.mkdir(parents=True, exist_ok=True)
    part = path().with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(json.dumps(asdict(server)), encoding="utf-8")
    part.replace(path())


def forget() -> None:
    """Use none: mails are files again."""
    path().unlink(missing_ok=True)

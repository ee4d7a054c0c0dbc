"""Mails as files, for an installation without a mail server: each is one .eml in MUSTER_DATA/mail."""

from __future__ import annotations

import time
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.crypto import get_random_string

from muster.teams.mailing.given import MailServer, given


class MailFiles(BaseEmailBackend):
    """Writes each mail into a file that only we can read: it may hold a link that opens an account.

    Where an owner has named a mail server on a page, that one gets them.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        if server := given():
            return _send(server, email_messages)
        folder().mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            path = folder() / f"{time.strftime('%Y-%m-%dT%H%M%S', time.gmtime())}-{get_random_string(6)}.eml"
            path.touch(mode=0o600)
            path.write_bytes(message.message().as_bytes())
        return len(email_messages)


def _send(server: MailServer, messages: Sequence[EmailMessage]) -> int:
    for message in messages:
        if server.sender and message.from_email == settings.DEFAULT_FROM_EMAIL:
            message.from_email = server.sender
    return server.connection().send_messages(list(messages)) or 0


def folder() -> Path:
    """Where the files are."""
    return Path(settings.MAIL_FILES)


def latest(count: int = 50) -> list[tuple[str, Parsed]]:
    """The newest mails, with their file names."""
    paths = sorted(folder().glob("*.eml"), reverse=True)[:count] if folder().exists() else []
    return [(path.name, read(path)) for path in paths]


def find(name: str) -> Parsed | None:
    """One mail by its file name, which must be one of ours."""
    return next((read(path) for path in folder().glob("*.eml") if path.name == name), None)


def read(path: Path) -> Parsed:
    """A mail as the standard library sees it."""
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def has_mail_server() -> bool:
    """Whether mails go to a server, and are not kept as files here."""
    return is_set_elsewhere() or given() is not None


def is_set_elsewhere() -> bool:
    """Whether the environment names the server, and no page does."""
    return f"{__name__}.{MailFiles.__name__}" != settings.EMAIL_BACKEND

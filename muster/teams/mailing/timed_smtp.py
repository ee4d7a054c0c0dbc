"""Django's way of sending by SMTP, but never for longer than half a minute a mail, however slowly the server drips."""

from __future__ import annotations

import smtplib
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

SECONDS = 30  # for one mail, from connecting to its being taken


class _Timed(smtplib.SMTP):
    """A connection that is cut when its time is over: a timeout alone begins anew with every byte that comes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.ends = time.monotonic() + SECONDS
        super().__init__(*args, **kwargs)

    def getreply(self) -> tuple[int, bytes]:
        """Wait for an answer, as long as there is time."""
        alarm = threading.Timer(max(self.ends - time.monotonic(), 0), self._cut)
        alarm.daemon = True
        alarm.start()
        try:
            return super().getreply()
        finally:
            alarm.cancel()

    def _cut(self) -> None:
        if self.sock:
            with suppress(OSError):  # it has just ended by itself
                self.sock.shutdown(socket.SHUT_RDWR)


class _TimedTls(_Timed, smtplib.SMTP_SSL):
    """The same by TLS from the first byte."""


class TimedSmtp(EmailBackend):
    """Sends by SMTP, in time or not at all."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """What to connect by."""
        return _TimedTls if self.use_ssl else _Timed

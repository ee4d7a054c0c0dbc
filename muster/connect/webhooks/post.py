"""One message to one address: signed, within ten seconds, to an address that was checked, and no further."""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult

from muster.connect.webhooks.reach import USUAL_PORT, OutOfBounds, Resolver, checked_addresses, look_up, parts_of

log = logging.getLogger(__name__)

SECONDS = 10
LINE_BYTES = 200  # of an answer; the rest is never read


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: `ok` for any status of 200 to 299, and a line to show."""

    ok: bool
    line: str


def post(url: str, body: bytes, headers: Mapping[str, str], resolve: Resolver = look_up) -> Answer:
    """Send it. Redirects are not followed. Never raises for anything that is the other side's doing."""
    try:
        parts = parts_of(url)
        return _ask(_Pinned(parts, checked_addresses(parts, resolve)), parts, body, headers)
    except OutOfBounds as error:
        return Answer(ok=False, line=str(error)[:LINE_BYTES])
    except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: a name that cannot be looked up
        return Answer(ok=False, line=_why(error)[:LINE_BYTES])


def _why(error: Exception) -> str:
    """Say in words what was in the way."""
    if isinstance(error, TimeoutError):
        return "no answer within ten seconds"
    words = error.strerror if isinstance(error, OSError) else None  # without the number of the error
    return words or str(error) or type(error).__name__


class _Pinned(http.client.HTTPConnection):
    """A connection to addresses that were looked up and checked, under the name that they were found by.

    Looking the name up again, as a library would, could lead elsewhere.
    """

    def __init__(self, parts: SplitResult, addresses: Sequence[str]) -> None:
        super().__init__(parts.hostname or "", parts.port or USUAL_PORT[parts.scheme], timeout=SECONDS)
        self.default_port = USUAL_PORT[parts.scheme]  # which the header Host then leaves out
        self.addresses, self.is_tls = addresses, parts.scheme == "https"

    def connect(self) -> None:
        self.sock = self._first_that_answers()
        if self.is_tls:
            self.sock = _tls().wrap_socket(self.sock, server_hostname=self.host)

    def _first_that_answers(self) -> socket.socket:
        """A host may have addresses of a kind that cannot be reached from here."""
        *others, last = self.addresses
        each_may_take = SECONDS / len(self.addresses)
        for address in others:
            try:
                return self._opened(address, each_may_take)
            except OSError as error:
                log.info("%s did not answer at %s: %s", self.host, address, error)
        return self._opened(last, each_may_take)

    def _opened(self, address: str, seconds: float) -> socket.socket:
        opened = socket.create_connection((address, self.port), timeout=seconds)
        opened.settimeout(SECONDS)
        return opened


@lru_cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _ask(connection: _Pinned, parts: SplitResult, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send and read the first line, all in ten seconds: then the connection is cut, however slowly it drips."""
    cut = threading.Event()
    alarm = threading.Timer(SECONDS, _cut, (connection, cut))
    alarm.daemon = True
    alarm.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        ours = {"User-Agent": "Muster", "Connection": "close"}
        connection.request("POST", target, body, {**ours, **headers})
        response = connection.getresponse()
        line = response.read(LINE_BYTES).decode("utf-8", "replace").partition("\n")[0]
        shown = "".join(each if each.isprintable() else " " for each in f"{response.status} {line}").strip()
        return Answer(ok=200 <= response.status < 300, line=shown[:LINE_BYTES])
    except (OSError, http.client.HTTPException):
        if cut.is_set():
            raise TimeoutError from None
        raise
    finally:
        alarm.cancel()
        connection.close()


def _cut(connection: _Pinned, cut: threading.Event) -> None:
    cut.set()
    if connection.sock:
        with suppress(OSError):  # it has just ended by itself
            connection.sock.shutdown(socket.SHUT_RDWR)

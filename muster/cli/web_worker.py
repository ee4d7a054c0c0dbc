"""A web process that slow clients cannot hold up: one loop reads and writes for all of them, threads only answer.

Gunicorn keeps the processes; in each, Waitress takes requests in whole before a thread gets them, and sends answers
after the thread has let go of them.
"""

from __future__ import annotations

import copy
import os
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server

from muster.settings import settings

THREADS = 16
MOST_CONNECTIONS = 1000
MOST_HEADER_BYTES = 32 * 1024
SILENT_SECONDS = 60  # after which a connection without a request under way is closed
SECONDS_TO_FINISH = 8
TICK_SECONDS = 0.5
IN_MEMORY = 1024 * 1024  # of one request or answer; what is longer waits in a temporary file
LONG_UPLOADS = 8  # uploads of the API that are longer than a page takes, at a time


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Reads a request, and refuses by its header a body that nothing would take."""

    adj: Any
    long_uploads: set[int] = set()  # of this process

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        is_long = self.content_length > page_bytes() or self.chunked
        if is_long and may_be_long(self.path, self.headers) and len(self.long_uploads) < LONG_UPLOADS:
            self.long_uploads.add(id(self))
            return
        self.adj = copy.copy(self.adj)
        self.adj.max_request_body_size = page_bytes()

    def close(self) -> None:
        self.long_uploads.discard(id(self))
        super().close()


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection."""

    parser_class = Parser

    @property
    def is_busy(self) -> bool:
        """Whether something is being answered or sent."""
        return bool(self.requests or self.total_outbufs_len)

    def handle_close(self) -> None:
        if self.request is not None:
            self.request.close()
        super().handle_close()


def page_bytes() -> int:
    """How long the body of a request may be, beside files for the API: a paste, in a form, may take three times."""
    return 4 * settings().max_file_bytes


def may_be_long(path: str, headers: dict[str, str]) -> bool:
    """Whether a request is one by a program that may send long files."""
    return path.startswith("/api/") and "AUTHORIZATION" in headers


class WebWorker(Worker):
    """A process of Gunicorn's with Waitress inside."""

    def run(self) -> None:
        """Serve until asked to end; then answer what has been asked, and end."""
        wrapped: list[Any] = self.sockets
        sockets = [each.sock for each in wrapped]
        for each in sockets:
            each.setblocking(False)
        channels: dict[int, Any] = {}
        server = create_server(self.wsgi, map=channels, sockets=sockets, **OPTIONS)
        listening = [each for each in channels.values() if hasattr(each, "active_channels")]
        for each in listening:
            each.channel_class = Channel
        while self.alive and self.ppid == os.getppid():
            self._turn(channels, TICK_SECONDS)
        for each in listening:
            each.accepting = False
            each.del_channel(channels)
        until = time.monotonic() + SECONDS_TO_FINISH
        while time.monotonic() < until and any(getattr(each, "is_busy", False) for each in channels.values()):
            self._turn(channels, TICK_SECONDS / 5)
        server.task_dispatcher.shutdown(timeout=1)

    def _turn(self, channels: dict[int, Any], seconds: float) -> None:
        self.notify()
        wasyncore.loop(timeout=seconds, use_poll=True, map=channels, count=1)


OPTIONS: dict[str, Any] = {
    "threads": THREADS,
    "connection_limit": MOST_CONNECTIONS,
    "channel_timeout": SILENT_SECONDS,
    "cleanup_interval": 10,
    "max_request_header_size": MOST_HEADER_BYTES,
    "inbuf_overflow": IN_MEMORY,
    "outbuf_overflow": IN_MEMORY,
    "clear_untrusted_proxy_headers": False,  # which of them are believed is MUSTER_PROXIES' to say
    "ident": None,
}

"""Errors are reported to a Sentry server with what went wrong and where, and with nobody's data."""

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.real.server import clean_environment

PROGRAM = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "muster.django_settings"
import django; django.setup()
import logging, sentry_sdk
from django.test import RequestFactory, Client
def fail(name):
    raise ValueError(f"Key (mobile_number)=({name}) already exists")
try:
    fail("+17165551234")
except ValueError:
    logging.getLogger("muster").exception("import %s failed", "of Amara Okafor")
sentry_sdk.flush(10)
"""


@pytest.fixture
def reports() -> Iterator[tuple[str, list[bytes]]]:
    """A server that takes reports: its DSN, and what it got."""
    got: list[bytes] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", got
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.mark.slow
def test_it_reports_what_failed_and_where_and_nobody(reports: tuple[str, list[bytes]], tmp_path: Path) -> None:
    dsn, got = reports
    env = clean_environment() | {"MUSTER_SENTRY_DSN": dsn, "MUSTER_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    whole = b"".join(got)
    assert b"ValueError" in whole
    assert b'"function":"fail"' in whole.replace(b'": "', b'":"')
    assert b"muster@" in whole
    assert not [word for word in (b"7165551234", b"Amara", b"mobile_number") if word in whole]
    event = next(json.loads(line) for line in whole.splitlines() if b'"exception"' in line)
    assert set(event["exception"]["values"][0]) >= {"type", "stacktrace"}

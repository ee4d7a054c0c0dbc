"""Clients that never finish what they ask, say nothing, or take what they asked for at a trickle: nobody else waits."""

import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.conftest import StartMuster
from tests.real.ports import wait_until
from tests.real.server import MusterServer

HALF_A_HEADER = b"GET /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
HALF_A_BODY = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 5000\r\n\r\nlogin="
)
ROWS = 60_000
DOWNLOADS = 8  # as many as there are threads


@pytest.fixture(scope="module")
def server(start_muster: StartMuster) -> MusterServer:
    made = start_muster(demo=True)
    head = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program"
    rows = "\n".join(f"N{n},Nia{n},Okafor,+1716{2000000 + n},,Biology" for n in range(ROWS))
    arguments = ("-", "--team", "admissions-demo", "--blank-mobile", "infer", "--quiet")
    made.run("import", *arguments, input=f"{head}\n{rows}\n")
    return made


@pytest.fixture
def connections() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def connect(server: MusterServer, sent: bytes, opened: ExitStack, buffer: int | None = None) -> socket.socket:
    made = opened.enter_context(closing(socket.socket()))
    if buffer:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    host, _, port = server.url.removeprefix("http://").partition(":")
    made.connect((host, int(port)))
    made.sendall(sent)
    return made


def seconds_for_a_page(server: MusterServer) -> float:
    begun = time.monotonic()
    with urllib.request.urlopen(f"{server.url}/accounts/login/", timeout=30) as answer:
        assert answer.status == 200
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("sent", "count"), [(HALF_A_HEADER, 20), (HALF_A_BODY, 20), (b"", 50)], ids=["headers", "bodies", "silent"]
)
def test_it_answers_while_others_never_finish_what_they_ask(
    server: MusterServer, connections: ExitStack, sent: bytes, count: int
) -> None:
    for _ in range(count):
        connect(server, sent, connections)
    time.sleep(0.5)
    assert max(seconds_for_a_page(server) for _ in range(5)) < 5


def test_it_answers_while_others_take_long_files_at_a_trickle(server: MusterServer, connections: ExitStack) -> None:
    token = server.run("token", "ana@example.edu", "--name", "slow").strip()
    path = "/api/v1/teams/admissions-demo/contacts.csv"
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    slow = [connect(server, asked, connections, buffer=2048) for _ in range(DOWNLOADS)]
    for each in slow:
        each.settimeout(60)
        assert each.recv(100).startswith(b"HTTP/1.1 200")  # it is on its way, and not taken
    assert max(seconds_for_a_page(server) for _ in range(5)) < 5
    whole = read_all(slow[0])
    assert whole.count(b"Okafor") >= ROWS  # and who waits for it gets it whole


def read_all(taker: socket.socket) -> bytes:
    """The rest of an answer that tells its length; the first hundred bytes have been read."""
    taker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    got = bytearray()
    while got.count(b"Okafor") < ROWS:
        chunk = taker.recv(1 << 20)
        if not chunk:
            break
        got += chunk
    return bytes(got)


def test_it_refuses_a_body_that_no_page_takes_by_its_header(server: MusterServer, connections: ExitStack) -> None:
    long = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 400000000\r\n\r\nx"
    assert connect(server, long, connections).recv(100).startswith(b"HTTP/1.1 413")


def test_it_refuses_a_header_without_end(server: MusterServer, connections: ExitStack) -> None:
    long = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"x" * 40_000
    assert connect(server, long, connections).recv(100).startswith(b"HTTP/1.0 431")


def test_it_ends_although_others_hang_on(start_muster: StartMuster, connections: ExitStack) -> None:
    server = start_muster()
    for _ in range(20):
        connect(server, HALF_A_HEADER, connections)
    seconds_for_a_page(server)
    server.process.terminate()
    wait_until(lambda: server.process.poll() is not None, seconds=30, what=lambda: "the server does not end")
    assert "thread(s) still running" not in server.log()

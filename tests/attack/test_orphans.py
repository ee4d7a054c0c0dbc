"""A worker whose web process was killed goes on with what it has in hand, and holds no address meanwhile."""

import os
import signal
import socket
from contextlib import closing
from pathlib import Path

from tests.conftest import StartMuster
from tests.real.ports import wait_until
from tests.real.server import MusterServer


def workers_of(server: MusterServer) -> list[int]:
    return [each for each in children(server) if b"\0work\0" in Path(f"/proc/{each}/cmdline").read_bytes()]


def children(server: MusterServer) -> list[int]:
    """Every child, whichever thread began it."""
    listed = Path(f"/proc/{server.process.pid}/task").glob("*/children")
    return [int(each) for file in listed for each in file.read_text().split()]


def test_an_orphaned_worker_leaves_the_address_free(start_muster: StartMuster) -> None:
    server = start_muster()
    wait_until(lambda: bool(workers_of(server)), seconds=30, what=server.log)
    workers = workers_of(server)
    for each in workers:
        os.kill(each, signal.SIGSTOP)  # as one that is in the midst of a long import
    try:
        for pid in (server.process.pid, *children(server)):
            if pid not in workers:
                os.kill(pid, signal.SIGKILL)
        server.process.wait(20)
        wait_until(lambda: may_be_bound(server), seconds=20, what=lambda: "somebody still listens")
    finally:
        for each in workers:
            os.kill(each, signal.SIGKILL)


def may_be_bound(server: MusterServer) -> bool:
    """Whether another server could listen there now."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with closing(socket.socket()) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, int(port)))
            tried.listen()
        except OSError:
            return False
    return True

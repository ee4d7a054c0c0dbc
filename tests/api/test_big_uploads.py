"""Uploads over the limit: refused with a clear answer, and never held in memory."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import multipart
from tests.cli.test_serve import children
from tests.conftest import StartMuster
from tests.real.server import MusterServer

MEGABYTE = 1024 * 1024


def peak_memory(server: MusterServer) -> int:
    """Bytes that the largest of the server's processes has ever held."""
    states = (Path(f"/proc/{pid}/status").read_text() for pid in children(server.process.pid))
    lines = (line for state in states for line in state.splitlines() if line.startswith("VmHWM"))
    return max(int(line.split()[1]) for line in lines) * 1024


def post(server: MusterServer, token: str, content: bytes) -> tuple[int, Any]:
    body = multipart({"blank_mobile": "fail", "file": ("big.csv", content)})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=MuStEr"}
    request = urllib.request.Request(f"{server.url}/api/v1/teams/t/imports", body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@pytest.mark.slow
def test_it_refuses_what_is_too_big_and_keeps_none_of_it(start_muster: StartMuster) -> None:
    server = start_muster(MUSTER_MAX_API_BYTES=str(5 * MEGABYTE))
    server.run("owner", "olivia@example.edu", MUSTER_PASSWORD="olivia owns it all")
    token = server.run("token", "olivia@example.edu", "--name", "x").strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    team = urllib.request.Request(f"{server.url}/api/v1/teams", b'{"name": "T", "slug": "t"}', headers, method="POST")
    urllib.request.urlopen(team).close()
    header = b"ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber\n"

    assert post(server, token, header + b"S1,A,B,7165551234,\n")[0] == 202
    before = peak_memory(server)
    answers = [post(server, token, b"x" * size) for size in (5 * MEGABYTE + 1, 60 * MEGABYTE)]

    assert [status for status, _ in answers] == [413, 413]
    assert {problem["code"] for _, body in answers for problem in body["problems"]} == {"file-too-big"}
    assert peak_memory(server) - before < 20 * MEGABYTE

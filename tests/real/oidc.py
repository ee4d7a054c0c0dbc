"""A real OpenID Connect provider, as a process of its own."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.real.ports import free_port, wait_until


@contextmanager
def oidc(*users: dict[str, Any]) -> Iterator[str]:
    """Yield the address of a provider that knows these users: `{"sub": …, "email": …, "email_verified": …}`."""
    port = free_port()
    address = f"http://localhost:{port}"
    known = [part for user in users for part in ("--user-claims", json.dumps(user))]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--host", "localhost", "--port", str(port), *known],
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: answers(address), seconds=30, what=lambda: "the provider does not answer")
        yield address
    finally:
        process.terminate()
        process.wait()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False

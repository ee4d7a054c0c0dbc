"""The API of the demo team, as a program of Ana's calls it beside her browser."""

import json
import urllib.request
from typing import Any

from muster.demo import ANA
from tests.real.server import MusterServer


class Program:
    """Calls the API with a token of Ana's."""

    def __init__(self, demo: MusterServer) -> None:
        self.base = f"{demo.url}/api/v1/teams/admissions-demo"
        self.token = demo.run("token", ANA.email, "--name", "browser").strip()

    def call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what the API answers; with a body it is posted."""
        request = urllib.request.Request(f"{self.base}{path}")
        request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        with urllib.request.urlopen(request) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

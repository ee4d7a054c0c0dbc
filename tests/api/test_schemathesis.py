"""The description tried out: whatever it allows, and much that it does not, gets an answer that it names."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from muster.api.application import description
from tests.conftest import StartMuster

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROWS = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber\nS1,Amara,Okafor,7165551234,\nS2,,Kay,,\n"


@dataclass
class Tried:
    """A server with one team in it, and what there is to be found there."""

    url: str
    token: str
    found: dict[str, str]

    def post(self, path: str, body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/v1{path}", json.dumps(body).encode(), headers, method="POST")
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())


@pytest.fixture(scope="module")
def tried(start_muster: StartMuster) -> Tried:
    server = start_muster()
    server.run("owner", "olivia@example.edu", MUSTER_PASSWORD="olivia owns it all")
    token = server.run("token", "olivia@example.edu", "--name", "trial").strip()
    tried = Tried(server.url, token, {"team": "trial", "contact_id": "S9", "name": "Program"})
    tried.post("/teams", {"name": "Trial", "slug": "trial"})
    tried.post("/teams/trial/fields", {"name": "Program", "kind": "text"})
    tried.post(
        "/teams/trial/contacts",
        {"contact_id": "S9", "first_name": "A", "last_name": "B", "mobile_number": "7165550009"},
    )
    draft = tried.post("/teams/trial/imports", {"text": ROWS, "blank_mobile": "fail", "confirm": False})
    tried.found["import_id"] = draft["id"]
    return tried


schema = schemathesis.openapi.from_dict(json.loads(json.dumps(description())))


@schema.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
def test_it_answers_everything_as_described(case: Case[Any], tried: Tried) -> None:
    for name, value in tried.found.items():
        if name in case.path_parameters:
            case.path_parameters[name] = value

    case.call_and_validate(base_url=tried.url, headers={"Authorization": f"Bearer {tried.token}"}, checks=CHECKS)

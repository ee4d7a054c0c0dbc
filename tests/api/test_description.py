"""The API's description: complete, true, and the same everywhere it is shown."""

import json
import re
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from openapi_spec_validator import OpenAPIV31SpecValidator

from muster.api.application import description
from muster.api.description.document import renewed
from tests.api.conftest import CallAs, Caller
from tests.cast import Cast

TOP = Path(__file__).resolve().parents[2]


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    paths = description()["paths"]
    return [(method, path, operation) for path, methods in paths.items() for method, operation in methods.items()]


def test_it_serves_its_description_to_anybody(cast: Cast) -> None:
    answer = Caller("none")("GET", "/openapi.json")

    assert answer.status == 200
    assert answer.body["paths"].keys() == description()["paths"].keys()


def test_it_is_valid_openapi() -> None:
    """As programs read it that make clients of it."""
    written = json.loads(json.dumps(description(), cls=DjangoJSONEncoder))
    found = [f"{list(each.absolute_path)}: {each.message}" for each in OpenAPIV31SpecValidator(written).iter_errors()]
    assert found == []


def test_it_has_every_promised_address() -> None:
    team = "/api/v1/teams/{team}"
    promised = {
        ("get", "/api/v1/me"),
        ("post", "/api/v1/teams"),
        *((method, team) for method in ("get", "patch")),
        ("get", "/api/v1/teams"),
        *((method, f"{team}/users") for method in ("get", "post")),
        *((method, f"{team}/users/{{email}}") for method in ("patch", "delete")),
        *((method, f"{team}/fields") for method in ("get", "post")),
        *((method, f"{team}/fields/{{name}}") for method in ("patch", "delete")),
        ("get", f"{team}/template.csv"),
        ("get", f"{team}/template.xlsx"),
        *((method, f"{team}/imports") for method in ("get", "post")),
        *((method, f"{team}/imports/{{import_id}}") for method in ("get", "patch")),
        *((method, f"{team}/imports/{{import_id}}/rows") for method in ("get", "patch")),
        *(("post", f"{team}/imports/{{import_id}}/{verb}") for verb in ("confirm", "cancel", "undo")),
        ("get", f"{team}/imports/{{import_id}}/rows-to-fix.csv"),
        ("get", f"{team}/imports/{{import_id}}/rows-to-fix.xlsx"),
        *((method, f"{team}/contacts") for method in ("get", "post")),
        *((method, f"{team}/contacts/{{contact_id}}") for method in ("get", "patch", "delete")),
        ("get", f"{team}/contacts/{{contact_id}}/history"),
        ("post", f"{team}/contacts/{{contact_id}}/consent"),
        ("get", f"{team}/contacts.csv"),
        ("get", f"{team}/contacts.xlsx"),
        ("get", f"{team}/audience"),
    }

    assert promised <= {(method, path) for method, path, _ in operations()}


def test_every_operation_has_an_example_of_what_is_sent() -> None:
    schemas = description()["components"]["schemas"]
    for _, path, operation in operations():
        for media in operation.get("requestBody", {}).get("content", {}).values():
            schema = media["schema"]
            if schema.get("type") == "array":
                schema = schema["items"]
            named = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], {})
            assert "example" in media or "example" in named, path


def filled_in(path: str) -> str:
    """A path with ids of the right form, and a team that there is."""
    named = path.replace("{import_id}", "5f0c9a4e-0a63-4a6e-9f0b-6f4a2b1f2a10").replace("{team}", "admissions")
    named = named.replace("{email}", "bob@example.edu")
    return re.sub(r"{(webhook|delivery|connection)_id}", "1", named)


def test_every_address_asks_for_a_token(cast: Cast) -> None:
    for method, path, _ in operations():
        filled = filled_in(path)
        assert Caller("none")(method.upper(), filled).status == 401, path


def test_a_user_may_do_only_what_the_description_says(cast: Cast, call_as: CallAs) -> None:
    bob = call_as(cast.bob)
    for method, path, operation in operations():
        filled = filled_in(path)
        refused = bob(method.upper(), filled).status == 403
        assert refused == operation["x-for"].startswith(("Admins", "Owners")), (method, path)


def test_its_document_is_up_to_date() -> None:
    """Write it again with `python -m muster.api.description.document docs/api.md`."""
    document = (TOP / "docs" / "api.md").read_text(encoding="utf-8")

    assert document == renewed(document)


def test_it_shows_its_description_as_a_page(cast: Cast) -> None:
    page = cast.browser(cast.alice).get("/api/v1/docs")

    assert page.status_code == 200
    content = page.content.decode()
    assert all(path in content for path in description()["paths"])
    assert "<script>" not in content
    assert "style=" not in content


def test_strangers_may_read_the_page(cast: Cast) -> None:
    assert cast.browser().get("/api/v1/docs").status_code == 200

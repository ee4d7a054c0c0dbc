"""The description at /api/v1/openapi.json: what the framework writes, who may do it, and every answer but success."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from ninja import Schema

from muster.api.problems import BY_STATUS, CONTENT_TYPE
from muster.workbooks.book import CONTENT_TYPE as WORKBOOK

WHO = {
    "Owners": "Owners of the installation.",
    "TeamOwners": "Owners of the installation.",
    "Admins": "Admins of the team.",
    "Members": "Everybody in the team.",
    "Anybody": "Everybody with a token.",
}
BODIES = {"post", "patch", "delete"}
NULLABLE_TEXT = {"type": ["string", "null"]}

TOO_LONG = {  # the web server's own answer, before the API is asked
    "description": "Request Header Fields Too Large",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}

PROBLEM_IN_LIST: dict[str, Any] = {
    "title": "ListedProblem",
    "type": "object",
    "description": "One thing to put right. `code` is one of the guide's, or `input` for a value of the request.",
    "properties": {
        "code": {"type": "string"},
        "row": {"type": ["integer", "null"], "description": "As in the spreadsheet: the header is row 1."},
        "field": NULLABLE_TEXT,
        "value": NULLABLE_TEXT,
        "message": {"type": "string"},
        "fix": {"type": "string"},
    },
    "required": ["code", "row", "field", "value", "message", "fix"],
}
PROBLEM: dict[str, Any] = {
    "title": "ProblemDetails",
    "type": "object",
    "description": "RFC 9457.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "problems": {"type": "array", "items": {"$ref": "#/components/schemas/ListedProblem"}},
    },
    "required": ["type", "title", "status", "detail"],
    "example": {"type": "about:blank", "title": "Not Found", "status": 404, "detail": BY_STATUS[404]},
}


def says(*statuses: int, csv: tuple[str, str] | None = None, workbook: str = "") -> dict[str, Any]:
    """`openapi_extra` for answers beyond the usual: `says(409)`; `csv` describes a file by its name and an example.

    `workbook` describes one.
    """
    responses = {status: problem_response(status) for status in statuses}
    if csv:
        content = {"text/csv": {"schema": {"type": "string"}, "example": csv[1]}}
        responses[200] = {"description": csv[0], "content": content}
    if workbook:
        content = {WORKBOOK: {"schema": {"type": "string", "format": "binary"}}}
        responses[200] = {"description": workbook, "content": content}
    return {"responses": responses}


def problem_response(status: int) -> dict[str, Any]:
    """Describe an answer that is no success."""
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    detail = BY_STATUS.get(status, HTTPStatus(status).description)
    example = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return {
        "description": HTTPStatus(status).phrase,
        "content": {CONTENT_TYPE: {"schema": schema, "example": example}},
    }


def complete(description: dict[str, Any]) -> None:
    """Add to the framework's description what it does not know."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            _complete(path, method, operation)
    components = description["components"]
    for shape in _shapes(Schema):
        if shape.__name__ in components["schemas"]:
            _in_written_order(components["schemas"][shape.__name__], shape)
    components["schemas"] |= {"ProblemDetails": PROBLEM, "ListedProblem": PROBLEM_IN_LIST}
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token from Profile, or of `muster token`."}
    }


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    role = next(iter(operation["security"][0]))
    operation["operationId"] = operation["operationId"].removeprefix("muster_api_")
    operation["security"] = [{"token": []}]
    operation["summary"] = re.split(r"[.,:;]", operation["description"], maxsplit=1)[0]
    operation["description"] = f"{operation['description']}\n\nFor: {WHO[role]}".strip()
    operation["x-for"] = WHO[role]
    usual = {401, 422, 503}
    usual |= {404} if "{" in path else set()
    usual |= {403} if role in {"Owners", "TeamOwners", "Admins"} else set()
    usual |= {409, 413} if method in BODIES else set()
    if any(each["in"] == "query" for each in operation.get("parameters", [])):
        operation["responses"].setdefault(431, TOO_LONG)
    for status in sorted(usual):
        operation["responses"].setdefault(status, problem_response(status))
    operation["responses"] = {str(each): operation["responses"][each] for each in sorted(operation["responses"])}


def _shapes(base: type[Schema]) -> Iterator[type[Schema]]:
    for each in base.__subclasses__():
        yield each
        yield from _shapes(each)


def _in_written_order(described: dict[str, Any], shape: type[Schema]) -> None:
    """Keys come sorted by name: put them back as they were written, which is how people read them."""
    names = [field.alias or name for name, field in shape.model_fields.items()]
    described["properties"] = {name: described["properties"][name] for name in names if name in described["properties"]}
    extra = shape.model_config.get("json_schema_extra")
    if isinstance(extra, dict) and "example" in described:
        described["example"] = extra["example"]

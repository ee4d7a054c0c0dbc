"""The API's description for people: the page at /api/v1/docs and docs/api.md, both made from the OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

METHODS = ("get", "post", "patch", "put", "delete")


@dataclass
class Parameter:
    """A parameter in the query or a header."""

    name: str
    place: str
    kind: str
    required: bool
    text: str


@dataclass
class Operation:
    """One thing the API does."""

    anchor: str
    method: str
    path: str
    summary: str
    text: str
    audience: str
    parameters: list[Parameter]
    request: list[tuple[str, str]]  # content type, example
    answers: list[tuple[str, str, str]]  # status, what it is, example
    refusals: list[tuple[str, str]]


@dataclass
class Part:
    """Operations about one subject."""

    name: str
    anchor: str
    operations: list[Operation] = field(default_factory=list)


def parts(description: dict[str, Any]) -> list[Part]:
    """Read an OpenAPI description into what people want to see of it."""
    found: dict[str, Part] = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            name = operation["tags"][0]
            part = found.setdefault(name, Part(name, name.lower().replace(" ", "-")))
            part.operations.append(_operation(description, method, path, operation))
    return list(found.values())


def _operation(description: dict[str, Any], method: str, path: str, kept: dict[str, Any]) -> Operation:
    content = kept.get("requestBody", {}).get("content", {})
    answers, refusals = [], []
    for status, answer in kept["responses"].items():
        if status < "400":
            media: dict[str, Any] = next(iter(answer.get("content", {}).values()), {})
            answers.append((status, answer["description"], _example(description, media)))
        else:
            refusals.append((status, answer["description"]))
    return Operation(
        anchor=kept["operationId"].replace("_", "-"),
        method=method.upper(),
        path=path,
        summary=kept["summary"],
        text=kept["description"].partition("\n\nFor: ")[0],
        audience=kept["x-for"],
        parameters=[_parameter(each) for each in kept.get("parameters", []) if each["in"] != "path"],
        request=[(kind, _example(description, media)) for kind, media in content.items()],
        answers=answers,
        refusals=refusals,
    )


def _parameter(kept: dict[str, Any]) -> Parameter:
    schema = kept["schema"]
    options = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    kind = " or ".join(_kind(each) for each in options)
    if schema.get("default") not in (None, ""):
        kind += f", default {json.dumps(schema['default'])}"
    return Parameter(kept["name"], kept["in"], kind, kept["required"], kept.get("description", ""))


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    return str(schema.get("format") or schema.get("type", ""))


def _example(description: dict[str, Any], media: dict[str, Any]) -> str:
    """The example of a body, put together from those of its parts; of a file, none."""
    if not media or media.get("schema", {}).get("format") == "binary":
        return ""
    example = media.get("example", _of_schema(description, media.get("schema", {})))
    return example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)


def _of_schema(description: dict[str, Any], schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if "example" in schema:
        return schema["example"]
    if "properties" in schema:
        return {name: _of_schema(description, each) for name, each in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_of_schema(description, schema["items"])]
    if "anyOf" in schema:
        return _of_schema(description, schema["anyOf"][0]) if {"type": "null"} not in schema["anyOf"] else None
    return schema.get("default", schema.get("const"))


def page(request: HttpRequest, description: dict[str, Any]) -> HttpResponse:
    """Show the description as a page: no script, nothing from elsewhere."""
    found = parts(description)
    for operation in (each for part in found for each in part.operations):
        operation.text, operation.summary = operation.text.replace("`", ""), operation.summary.replace("`", "")
        for parameter in operation.parameters:
            parameter.text = parameter.text.replace("`", "")
    return render(request, "api/reference.html", {"info": description["info"], "parts": found})


def markdown(description: dict[str, Any]) -> str:
    """Write the description as docs/api.md."""
    return "\n".join(_markdown(description)) + "\n"


def _markdown(description: dict[str, Any]) -> Iterator[str]:
    for part in parts(description):
        yield f"\n## {part.name}"
        for operation in part.operations:
            yield from _operation_markdown(operation)


def _operation_markdown(operation: Operation) -> Iterator[str]:
    yield f"\n### {operation.method} {operation.path}\n"
    yield f"{operation.text}\n\nFor: {operation.audience}"
    if operation.parameters:
        yield "\n| parameter | in | kind | |\n|---|---|---|---|"
        for each in operation.parameters:
            kind = each.kind.replace("|", "\\|")
            yield f"| `{each.name}`{' (required)' if each.required else ''} | {each.place} | {kind} | {each.text} |"
    for kind, example in operation.request:
        yield f"\nSend `{kind}`:\n"
        yield from _block(example)
    for status, text, example in operation.answers:
        yield f"\nAnswer {status} ({text})" + (":\n" if example else ".")
        yield from _block(example)
    yield "\nElse: " + ", ".join(f"{status} {text}" for status, text in operation.refusals) + "."


def _block(example: str) -> Iterator[str]:
    if example:
        yield "```"
        yield example.rstrip("\n")
        yield "```"

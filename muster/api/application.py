"""The API put together: its parts, its errors, its description, its addresses."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from muster import __version__
from muster.api import (
    audience,
    changes,
    connections,
    contacts,
    fields,
    handlers,
    imports,
    problems,
    recipes,
    stopped,
    teams,
    webhooks,
)
from muster.api.description import openapi, queries, reference
from muster.api.shapes.reading import Json
from muster.imports.models import MovedOn

DESCRIPTION = """\
JSON in UTF-8. Send `Authorization: Bearer <token>`; a token may do what its user may do on the pages.
Errors are `application/problem+json` (RFC 9457). Lists are `{"items": […], "next": "<cursor>" | null}`.
Times are ISO 8601, UTC.
"""


class Api(NinjaAPI):
    """The framework's API, with a description that says who may do what."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        description = super().get_openapi_schema(**options)
        openapi.complete(description)
        return description


def build() -> Api:
    """Put the API together."""
    made = Api(
        title="Muster",
        version=__version__,
        description=DESCRIPTION,
        urls_namespace="api",
        parser=Json(),
        docs_url=None,
    )
    answers: dict[type[Exception], handlers.Handler] = handlers.HANDLERS | {MovedOn: imports.moved_on}
    handlers.install(made, answers)
    parts = (teams, fields, imports, recipes, contacts, changes, audience, stopped, webhooks, connections)
    for part in parts:
        made.add_router("", part.router)
    return made


api = build()


def _guarded() -> tuple[list[URLPattern | URLResolver], str]:
    patterns, _, namespace = api.urls
    for each in patterns:
        assert isinstance(each, URLPattern)
        each.callback = problems.guarded(each.callback)
    return patterns, namespace


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the description as a page."""
    return reference.page(request, description())


def description() -> OpenAPISchema:
    """The OpenAPI, as served."""
    return api.get_openapi_schema(path_prefix="/api/v1/")


queries.describe_by(description)
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/docs", docs, name="api-docs"),
    path("api/v1/", include(_guarded())),
    re_path(r"^api/(?P<rest>.*)$", problems.guarded(problems.not_found)),
]

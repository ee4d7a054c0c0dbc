"""Query parameters that an operation does not have are refused: a filter spelled wrong must not give everybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest

from muster.api.problems import Refused
from muster.core.sentences.language import gettext as _

_sources: list[Callable[[], Any]] = []  # the description, which cannot be made before all parts are there


def describe_by(description: Callable[[], Any]) -> None:
    """Say where the description of the API comes from."""
    _sources[:] = [description]
    known.cache_clear()


@cache
def known() -> dict[tuple[str, str], frozenset[str]]:
    """Return the query parameters of every operation, by method and address."""
    return {
        (method.upper(), path): frozenset(
            each["name"] for each in operation.get("parameters", []) if each["in"] == "query"
        )
        for path, methods in _sources[0]()["paths"].items()
        for method, operation in methods.items()
    }


def refuse_unknown(request: HttpRequest) -> None:
    """Raise Refused where the address has a parameter that the operation does not know."""
    if not request.GET or request.resolver_match is None:
        return
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", request.resolver_match.route)
    names = known().get(("GET" if request.method == "HEAD" else str(request.method), path))
    if names is None:
        return
    unknown = sorted(set(request.GET) - names)
    if unknown:
        listed = ", ".join(sorted(names)) or "none"
        said = _(
            "There is no query parameter {name} here. There are: {listed}.", name=repr(unknown[0][:50]), listed=listed
        )
        raise Refused(422, said)

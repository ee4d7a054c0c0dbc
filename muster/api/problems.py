"""Every answer that is not a success, as RFC 9457 `application/problem+json`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from muster.core import errors
from muster.core.problems import Problem
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import gettext_noop, gettext_of

CONTENT_TYPE = "application/problem+json"
BY_STATUS = {
    401: gettext_noop("Send `Authorization: Bearer <token>` with a token that is neither expired nor revoked."),
    404: gettext_noop("There is nothing here, or it belongs to a team you are not in."),
    500: gettext_noop("Something went wrong on our side. Nothing was changed."),
}


class Refused(Exception):  # noqa: N818  says what happens, like BadFile
    """An answer to give at once: its status, one sentence, and the problems if there are several."""

    def __init__(self, status: int, detail: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(detail)
        self.status, self.detail, self.problems = status, detail, problems


def answer(
    status: int,
    detail: str = "",
    problems: Sequence[dict[str, Any]] = (),
    more: Mapping[str, Any] | None = None,
    **headers: str,
) -> HttpResponse:
    """Build the answer. `problems` have the keys of the API's problem; `more` are members of this answer alone."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or gettext_of(BY_STATUS.get(status, HTTPStatus(status).description)),
    }
    if problems:
        body["problems"] = list(problems)
    body |= more or {}
    return HttpResponse(
        json.dumps(body, cls=DjangoJSONEncoder), status=status, content_type=CONTENT_TYPE, headers=headers
    )


def input_problem(field: str, message: str) -> dict[str, Any]:
    """One thing wrong with a request's own values, in the shape of a problem."""
    return {
        "code": "input",
        "row": None,
        "field": field or None,
        "value": None,
        "message": message,
        "fix": _("See the API's description at /api/v1/docs."),
    }


def as_problems(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """The core's problems, as the API writes them."""
    return [errors.problem_view(each) for each in problems]


View = Callable[..., HttpResponseBase]


def guarded(view: View) -> View:
    """Give the framework's own plain answers (405) the same form, and stop text no database can hold (NUL).

    HEAD, which the framework does not know, is answered as GET without the body.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return answer(404 if "\0" in request.path else 422, _("Text may not hold the character NUL."))
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = view(request, *args, **kwargs)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = _not_allowed(request, response["Allow"])
        if is_head:
            request.method = "HEAD"
            return _without_body(response)
        return response

    page.csrf_exempt = True  # type: ignore[attr-defined]  # tokens, not cookies
    return page


def _not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    return answer(405, _("{method} is not one of {allowed}.", method=request.method, allowed=allowed), Allow=allowed)


def _without_body(response: HttpResponseBase) -> HttpResponseBase:
    """Take the body off the answer to HEAD. Its length is still said where it is known."""
    if isinstance(response, HttpResponse):
        response.headers["Content-Length"] = str(len(response.content))
        response.content = b""
    elif isinstance(response, StreamingHttpResponse):
        if isinstance(response, FileResponse) and response.file_to_stream is not None:
            response.file_to_stream.close()
        response.streaming_content = ()
    return response


def not_found(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer for every address of the API that is none."""
    return answer(404)

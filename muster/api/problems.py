"""Every answer that is not a success, as RFC 9457 `application/problem+json`."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.core.exceptions import ValidationError as ModelError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, OperationalError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from muster import busy
from muster.api.import_shapes import import_json
from muster.contacts.audience import Unavailable
from muster.contacts.consent import OtherMessage, OwnWord
from muster.contacts.edit import Rejected
from muster.contacts.search.filters import BadFilter
from muster.core import errors
from muster.core.errors import BadFile, Problem
from muster.imports import run
from muster.imports.draft.edits import NoSuchCell, TooMuch
from muster.imports.run import MovedOn, OtherPayload, WrongState
from muster.workbooks.book import TooLarge

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
BY_STATUS = {
    401: "Send `Authorization: Bearer <token>` with a token that is neither expired nor revoked.",
    404: "There is nothing here, or it belongs to a team you are not in.",
    500: "Something went wrong on our side. Nothing was changed.",
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
        "detail": detail or BY_STATUS.get(status, HTTPStatus(status).description),
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
        "fix": "See the API's description at /api/v1/docs.",
    }


def as_problems(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """The core's problems, as the API writes them."""
    return [errors.as_json(each) for each in problems]


def _sentence(problems: Sequence[Problem]) -> str:
    return " ".join(errors.message(each) for each in problems[:3])


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return answer(error.status, error.detail, as_problems(error.problems))


def _bad_file(request: HttpRequest, error: BadFile) -> HttpResponse:
    too_big = any(each.code in {"file-too-big", "file-too-many-rows"} for each in error.problems)
    return answer(413 if too_big else 422, _sentence(error.problems), as_problems(error.problems))


HELD = {"number-taken", "id-taken"}


def _rejected(request: HttpRequest, error: Rejected) -> HttpResponse:
    """409 when nothing is wrong but that another contact has it already."""
    held = all(each.code in HELD for each in error.problems)
    return answer(409 if held else 422, _sentence(error.problems), as_problems(error.problems))


def _bad_filter(request: HttpRequest, error: BadFilter) -> HttpResponse:
    found = input_problem(error.name, f"{error.value} is not something to filter by.")
    return answer(422, found["message"], [found])


def _wrong_state(request: HttpRequest, error: WrongState) -> HttpResponse:
    return answer(409, f"This import is {error.state}, so this cannot be done to it.")


def _moved_on(request: HttpRequest, error: MovedOn) -> HttpResponse:
    imp = run.keep_summary(error.imp)
    said = f"You confirmed revision {error.shown}. The import is at revision {imp.revision}: look at it again."
    return answer(409, said, more={"import": import_json(imp)})


def _bad_values(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Where the framework says ("body", the argument's name, …), people want to know the key."""
    found = [
        input_problem(".".join(map(str, each["loc"][2:] or each["loc"][1:])), each["msg"]) for each in error.errors
    ]
    return answer(422, "; ".join(f"{each['field']}: {each['message']}" for each in found[:5]), found)


def _model_error(request: HttpRequest, error: ModelError) -> HttpResponse:
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    found = [
        input_problem("" if field == "__all__" else field, text) for field, texts in by_field.items() for text in texts
    ]
    return answer(422, " ".join(each["message"] for each in found), found)


def _http_error(error: HttpError) -> HttpResponse:
    """The framework's own: 401, and 400 for a body it could not read, which is bad input here."""
    if error.status_code != HTTPStatus.BAD_REQUEST:
        return answer(error.status_code, "" if error.status_code == HTTPStatus.UNAUTHORIZED else str(error))
    found = input_problem("", f"The body is not JSON that can be read: {error.__cause__ or error}.")
    return answer(422, found["message"], [found])


def _unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.exception("%s %s failed", request.method, request.path)
    return answer(500)


def _met(request: HttpRequest, error: IntegrityError) -> HttpResponse:
    """Two wanted the same name or address at the same moment: the database let one of them have it."""
    logger.warning("%s %s: %s", request.method, request.path, error)
    return answer(409, "Somebody else did this at the same moment. Look again.")


def _busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    logger.warning("%s %s: %s", request.method, request.path, error)
    told = answer(503, busy.said(request, error))
    told.headers["Retry-After"] = "2"
    return told


Handler = Callable[[HttpRequest, Any], HttpResponse]
HANDLERS: dict[type[Exception], Handler] = {
    Exception: _unforeseen,
    Refused: _refused,
    BadFile: _bad_file,
    Rejected: _rejected,
    BadFilter: _bad_filter,
    OwnWord: lambda request, error: answer(409, "The contact said STOP. Opt them in on their page, with a reason."),
    OtherMessage: lambda request, error: answer(409, "A message with this id has said something else before."),
    Unavailable: lambda request, error: answer(422, str(error)),
    WrongState: _wrong_state,
    MovedOn: _moved_on,
    OtherPayload: lambda request, error: answer(422, "This Idempotency-Key was used before, with another payload."),
    TooLarge: lambda request, error: answer(413, str(error)),
    TooMuch: lambda request, error: answer(422, str(error)),
    NoSuchCell: lambda request, error: answer(422, f"The file has no cell {error}."),
    ValidationError: _bad_values,
    ModelError: _model_error,
    IntegrityError: _met,
    OperationalError: _busy,
    ObjectDoesNotExist: lambda request, error: answer(404),
    Http404: lambda request, error: answer(404),
    PermissionDenied: lambda request, error: answer(403, f"{error}."),
    HttpError: lambda request, error: _http_error(error),
    UnreadablePostError: lambda request, error: answer(422, "The request broke off."),
    RequestDataTooBig: lambda request, error: answer(413),
    TooManyFieldsSent: lambda request, error: answer(413),
}


def install(api: NinjaAPI) -> None:
    """Have the API answer so, whatever is raised."""
    for kind, handler in HANDLERS.items():
        api.add_exception_handler(kind, handler)


View = Callable[..., HttpResponseBase]


def guarded(view: View) -> View:
    """Give the framework's own plain answers (405) the same form, and stop text no database can hold (NUL).

    HEAD, which the framework does not know, is answered as GET without the body.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return answer(404 if "\0" in request.path else 422, "Text may not hold the character NUL.")
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = view(request, *args, **kwargs)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = answer(405, f"{request.method} is not one of {response['Allow']}.", Allow=response["Allow"])
        if is_head:
            request.method = "HEAD"
            return _without_body(response)
        return response

    page.csrf_exempt = True  # type: ignore[attr-defined]  # tokens, not cookies
    return page


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

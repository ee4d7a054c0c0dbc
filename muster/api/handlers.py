"""Which answer each exception becomes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.core.exceptions import ValidationError as ModelError
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from muster import busy
from muster.api.problems import Refused, answer, as_problems, input_problem
from muster.contacts.audience import Unavailable
from muster.contacts.consent.words import OtherMessage, OwnWord
from muster.contacts.edit import Rejected
from muster.contacts.search.conditions import BadFilter
from muster.core import errors
from muster.core.problems import BadFile, Problem
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import gettext_of
from muster.imports.models import NoSuchCell, OtherPayload, TooMuch, WrongState
from muster.imports.store.quota import TooManyDrafts
from muster.teams.sign_in.pace import TooManyRequests
from muster.workbooks.book import TooLarge

logger = logging.getLogger(__name__)


def _sentence(problems: Sequence[Problem]) -> str:
    return " ".join(errors.message(each) for each in problems[:3])


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return answer(error.status, error.detail, as_problems(error.problems))


def _bad_file(request: HttpRequest, error: BadFile) -> HttpResponse:
    too_big = any(each.code in {"file-too-big", "file-too-many-rows"} for each in error.problems)
    return answer(413 if too_big else 422, _sentence(error.problems), as_problems(error.problems))


def _too_many(request: HttpRequest, error: Exception) -> HttpResponse:
    """Quotas free themselves as people work: the answer says when asking again makes sense."""
    told = answer(429, str(error))
    told.headers["Retry-After"] = "1" if isinstance(error, TooManyRequests) else "60"
    return told


HELD = {"number-taken", "id-taken"}


def _rejected(request: HttpRequest, error: Rejected) -> HttpResponse:
    """409 when nothing is wrong but that another contact has it already."""
    held = all(each.code in HELD for each in error.problems)
    return answer(409 if held else 422, _sentence(error.problems), as_problems(error.problems))


def _bad_filter(request: HttpRequest, error: BadFilter) -> HttpResponse:
    found = input_problem(error.name, _("{value} is not something to filter by.", value=error.value))
    return answer(422, found["message"], [found])


def _wrong_state(request: HttpRequest, error: WrongState) -> HttpResponse:
    return answer(409, _("The state of this import is “{state}”, so this cannot be done to it.", state=error.state))


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
    found = input_problem("", _("The body is not JSON that can be read: {reason}.", reason=error.__cause__ or error))
    return answer(422, found["message"], [found])


def _unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.exception("%s %s failed", request.method, request.path)
    return answer(500)


def _met(request: HttpRequest, error: IntegrityError) -> HttpResponse:
    """Two wanted the same name or address at the same moment: the database let one of them have it."""
    logger.warning("%s %s: %s", request.method, request.path, error)
    return answer(409, _("Somebody else did this at the same moment. Look again."))


def _busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    logger.warning("%s %s: %s", request.method, request.path, error)
    told = answer(503, busy.said(request, error))
    told.headers["Retry-After"] = "2"
    return told


Handler = Callable[[HttpRequest, Any], HttpResponse]
HANDLERS: dict[type[Exception], Handler] = {
    Exception: _unforeseen,
    Refused: _refused,
    TooManyDrafts: _too_many,
    TooManyRequests: _too_many,
    BadFile: _bad_file,
    Rejected: _rejected,
    BadFilter: _bad_filter,
    OwnWord: lambda request, error: answer(409, _("The contact said STOP. Opt them in on their page, with a reason.")),
    OtherMessage: lambda request, error: answer(409, _("A message with this id has said something else before.")),
    Unavailable: lambda request, error: answer(422, gettext_of(str(error))),
    WrongState: _wrong_state,
    OtherPayload: lambda request, error: answer(422, _("This Idempotency-Key was used before, with another payload.")),
    TooLarge: lambda request, error: answer(413, str(error)),
    TooMuch: lambda request, error: answer(422, str(error)),
    NoSuchCell: lambda request, error: answer(422, _("The file has no cell {cell}.", cell=str(error))),
    ValidationError: _bad_values,
    ModelError: _model_error,
    IntegrityError: _met,
    OperationalError: _busy,
    ObjectDoesNotExist: lambda request, error: answer(404),
    Http404: lambda request, error: answer(404),
    PermissionDenied: lambda request, error: answer(403, f"{error}."),
    HttpError: lambda request, error: _http_error(error),
    UnreadablePostError: lambda request, error: answer(422, _("The request broke off.")),
    RequestDataTooBig: lambda request, error: answer(413),
    TooManyFieldsSent: lambda request, error: answer(413),
}


def install(api: NinjaAPI, handlers: Mapping[type[Exception], Handler]) -> None:
    """Have the API answer so, whatever is raised."""
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)

"""A request that has to wait for another writer is told so: 503, Retry-After, and what was typed, to send again.

What may have been saved is not to be sent again unseen, so there is no Retry-After with it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import server_error

from muster.connect.db_router import CALLS
from muster.core.sentences.language import gettext, gettext_noop
from muster.settings import settings
from muster.teams.lock import is_busy, patience, patience_in_hand

log = logging.getLogger(__name__)

SAFE = {"GET", "HEAD", "OPTIONS"}
RETRY_AFTER = "5"
WRITES = ("INSERT", "UPDATE", "DELETE")
BUSY = gettext_noop(
    "An import is being saved, and this has to wait for it. Nothing was changed. Try again in a moment."
)
MET = gettext_noop("Somebody else did this at the same moment. Look again.")
AWAY = gettext_noop("The database does not answer. Try again in a moment.")
UNSURE = gettext_noop(
    "The database stopped answering. What you sent may have been saved, or a part of it: look before you send it again."
)


class Busy:
    """Lets no request wait longer for another writer than the setting says, and answers 503 then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with patience(settings().lock_seconds):
            if request.method in SAFE:
                return self.get_response(request)
            with connection.execute_wrapper(_Writes(request)):
                return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a view that could not write, or that two have asked for at the same moment."""
        if isinstance(error, IntegrityError):
            log.warning("%s %s: %s", request.method, request.resolver_match and request.resolver_match.route, error)
            return _kept(request, gettext(MET), 409, typed_in(request))
        return busy(request, error) if isinstance(error, OperationalError) and _is_waiting(error) else None


class _Writes:
    """Notes on a request that something was written for it: then it may have been saved in part."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  as Django calls it
        done = execute(sql, params, many, context)
        if sql.startswith(WRITES):
            self.request.has_written = True  # type: ignore[attr-defined]
        return done


@receiver(connection_created)
def limit_wait(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Give a connection of SQLite the patience of its request; gateways' calls are kept however long it takes."""
    seconds = patience_in_hand()
    if seconds is not None and connection.vendor == "sqlite" and connection.alias != CALLS:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")


def busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """Say that it has to wait, and keep what was typed; or, where that is not known, that it may have been saved."""
    log.warning("%s %s has to wait: %s", request.method, request.resolver_match and request.resolver_match.route, error)
    is_known, sentence = _said(request, error)
    response = _kept(request, sentence, 503, typed_in(request) if is_known else None)
    if is_known:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _kept(request: HttpRequest, sentence: str, status: int, typed: list[tuple[str, str]] | None) -> HttpResponse:
    """Say it, with what was typed to be sent again."""
    if "json" in request.headers.get("Accept", ""):
        return JsonResponse({"problem": sentence}, status=status)
    context = {"sentence": sentence, "typed": typed, "has_files": bool(typed is not None and request.FILES)}
    return render(request, "503.html", context, status=status)


def said(request: HttpRequest, error: OperationalError) -> str:
    """Return what is known of a request that could not be served, as a sentence."""
    return _said(request, error)[1]


def _said(request: HttpRequest, error: OperationalError) -> tuple[bool, str]:
    """Whether it is certain that nothing was changed, and the sentence for it."""
    if is_busy(error) and not getattr(request, "has_written", False):
        return True, gettext(BUSY)
    return request.method in SAFE, gettext(AWAY if request.method in SAFE else UNSURE)


def typed_in(request: HttpRequest) -> list[tuple[str, str]] | None:
    """What was sent, to be sent again; None where it is not for a page to repeat, as passwords are."""
    if request.method != "POST" or any("password" in name for name in request.POST):
        return None
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    return [(name, str(value)) for name, value in sent if name != "csrfmiddlewaretoken"]


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for what nobody foresaw; also for a database that would not write what comes after the view, a session."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError) and _is_waiting(error):
        return busy(request, error)
    return server_error(request)


def _is_waiting(error: OperationalError) -> bool:
    """Whether it is the database that keeps us waiting. SQLite calls a fault of ours by the same name."""
    return not str(error).startswith(("no such", "near "))

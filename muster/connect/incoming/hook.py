"""The address that a provider calls: checked, kept, answered. What a call says is applied by the worker."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from muster.connect.gateways import GATEWAYS, BadCall, whatsapp_cloud
from muster.connect.incoming import calls, known
from muster.connect.incoming.together import NotKept
from muster.connect.models import Connection, Kind
from muster.connect.sealed import Unreadable, unseal
from muster.settings import settings

log = logging.getLogger(__name__)

BEFORE_KEY = "/hooks"


class HooksFirst:
    """Takes calls before anything else looks at them: no session, no user and no form is in them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before, _, key = request.path_info.rpartition("/")
        if before != BEFORE_KEY or not key:
            return self.get_response(request)
        try:
            return hook(request, key)
        except DatabaseError as error:
            log.warning("a call could not be looked up: %s", error)
            return _again("The database does not answer.")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def hook(request: HttpRequest, key: str) -> HttpResponse:
    """Take a call. Whoever does not know the secret learns nothing and leaves nothing."""
    connection = known.with_key(key)
    if connection is None:
        return _said(404, "There is no such address.")
    try:
        return _shaken(request, connection) if request.method == "GET" else _taken(request, connection)
    except Unreadable:
        log.error("connection %s: its secret was sealed under another secret key; give it again", connection.pk)
        return _said(503, "The secret of this connection has to be given again.")
    except NotKept as error:
        log.warning("connection %s: a call was not kept: %s", connection.pk, error)
        return _again("The call could not be kept.")


def address(connection: Connection) -> str:
    """The public address of a connection, as its provider knows it and signs it."""
    return settings().url.rstrip("/") + reverse("hook", args=[connection.key])


def _shaken(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Answer the handshake by which Meta makes sure that the address is ours."""
    if connection.kind != Kind.WHATSAPP_CLOUD:
        response = _said(405, "This address takes POST.")
        response.headers["Allow"] = "POST"
        return response
    answer = whatsapp_cloud.challenge(request.GET.dict(), unseal(connection.verify_token))
    if answer is None:
        return _refused(connection)
    return HttpResponse(answer, content_type="text/plain")


def _taken(request: HttpRequest, connection: Connection) -> HttpResponse:
    gateway = GATEWAYS[connection.kind]
    body = _body(request, gateway.most_bytes)
    if body is None:
        return _said(413, f"A call has up to {gateway.most_bytes} bytes.")
    query = request.META.get("QUERY_STRING", "")
    url = address(connection) + (f"?{query}" if query else "")
    if not gateway.is_signed(request.headers, body, url=url, secret=unseal(connection.secret)):
        return _refused(connection)
    try:
        kept = calls.keep(connection, gateway.read(body))
    except BadCall as error:
        return _said(400, str(error))
    log.info("connection %s: a call with %s messages is kept", connection.pk, len(kept))
    content, kind = gateway.answer
    return HttpResponse(content, content_type=kind)


def _body(request: HttpRequest, most: int) -> bytes | None:
    """Read a call, but never more than a call can have; None when it has more."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    if told.isdigit() and int(told) > most:
        return None
    body: bytes = request.read(most + 1)
    return body if len(body) <= most else None


def _refused(connection: Connection) -> HttpResponse:
    calls.refuse(connection)
    log.warning("connection %s: a call was not signed by its provider", connection.pk)
    return _said(403, "The signature is not right.")


def _again(text: str) -> HttpResponse:
    response = _said(503, f"{text} Call again.")
    response.headers["Retry-After"] = "5"
    return response


def _said(status: int, text: str) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")

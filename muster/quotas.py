"""Whoever asks too often, or has too many open imports, is told so: 429, Retry-After, and a sentence."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from muster.busy import typed_in
from muster.imports.store.quota import TooManyDrafts
from muster.teams.models import User
from muster.teams.sign_in.pace import TooManyRequests, take_turn

FORM = "application/x-www-form-urlencoded"
DRAFTS_FREE, TURN_COMES = "60", "1"  # seconds


class Quotas:
    """Counts the requests of people who are signed in; the API counts those of its tokens."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
            try:
                take_turn(request.user)
            except TooManyRequests as error:
                return _told(request, error, TURN_COMES)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a view that would have made one draft too many."""
        return _told(request, error, DRAFTS_FREE) if isinstance(error, TooManyDrafts) else None


def _told(request: HttpRequest, error: Exception, seconds: str) -> HttpResponse:
    headers = {"Retry-After": seconds}
    if "json" in request.headers.get("Accept", ""):
        return JsonResponse({"problem": str(error)}, status=429, headers=headers)
    may_read = isinstance(error, TooManyDrafts) or request.content_type == FORM  # no upload is read to be refused
    typed = typed_in(request) if may_read else None
    context = {"sentence": str(error), "typed": typed, "has_files": bool(typed is not None and request.FILES)}
    page = render(request, "429.html", context, status=429)
    page.headers["Retry-After"] = seconds
    return page

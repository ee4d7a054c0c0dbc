"""Every answer in the language of whoever asks: by their profile on pages, by Accept-Language in the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from muster.teams.languages.choice import of_request
from muster.teams.models import User

API = "/api/"


class SpeakTheirLanguage:
    """Stands outside whatever may answer, so that refusals speak it too; the user is known only before the view.

    The language stays until the next request of the thread: an answer that streams is made after it has left here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        translation.activate(of_request(request))
        response = self.get_response(request)
        if not request.path_info.startswith(f"/{django_settings.STATIC_URL.lstrip('/')}"):
            patch_vary_headers(response, ("Accept-Language",))
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """Speak the language of their profile, if they are signed in and have chosen one."""
        user = None if request.path_info.startswith(API) else getattr(request, "user", None)
        if isinstance(user, User) and user.language in dict(django_settings.LANGUAGES):
            translation.activate(user.language)

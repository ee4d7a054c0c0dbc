"""Browsers that somebody has signed in with before. Who guesses at an address elsewhere does not lock them out."""

from __future__ import annotations

import secrets

from django.core import signing
from django.http import HttpRequest, HttpResponse

from muster.teams.models import User

COOKIE = "device"
SALT = "muster.device"
SECONDS = 365 * 24 * 3600


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let this browser be known again. A new password makes strangers of all of them."""
    value = signing.dumps([user.pk, _mark(user), known(request, user.email) or secrets.token_urlsafe(12)], salt=SALT)
    response.set_cookie(
        COOKIE, value, max_age=SECONDS, httponly=True, samesite="Lax", secure=request.is_secure(), path="/accounts/"
    )


def known(request: HttpRequest, email: str) -> str | None:
    """The name of this browser, if the user with this address has signed in with it."""
    try:
        key, mark, name = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=key, email=email.strip().lower()).first()
    return str(name) if user and secrets.compare_digest(str(mark), _mark(user)) else None


def _mark(user: User) -> str:
    """Changes with the password."""
    return user.get_session_auth_hash()[:16]

"""The pages for what may not be done, and for what has expired."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from muster.teams.access import SecondFactorNeeded


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: says whose work it is, or how to get the second factor that the team wants."""
    needed = isinstance(exception, SecondFactorNeeded)
    return render(request, "teams/second_factor.html" if needed else "403.html", {"reason": exception}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token: an old page, usually."""
    return render(request, "403_form.html", status=403)

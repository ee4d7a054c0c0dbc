"""The pages for what may not be done, what has expired, and what is too large."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from muster.teams.access import SecondFactorNeeded


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: says whose work it is, or how to get the second factor that the team wants."""
    needed = isinstance(exception, SecondFactorNeeded)
    return render(request, "teams/second_factor.html" if needed else "403.html", {"reason": exception}, status=403)


def too_large(request: HttpRequest, reason: Exception, csv: str) -> HttpResponse:
    """413 for a workbook with more rows than one takes: says so, and leads to the CSV."""
    return render(request, "too_large.html", {"reason": reason, "csv": csv}, status=413)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token: an old page, usually."""
    return render(request, "403_form.html", status=403)

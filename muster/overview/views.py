"""The page itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from muster.overview.page import overview as overview_page
from muster.teams.access import Access, member


@require_GET
@member
def overview(request: HttpRequest, who: Access) -> HttpResponse:
    """Show how the team stands; to a new team, the steps to its first import."""
    return render(request, "overview/overview.html", overview_page(who))

"""The overview of a team, and the notices of a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from muster.core.sentences.language import gettext as _
from muster.overview.notices import mark_seen, notices_of
from muster.overview.page import overview as overview_page
from muster.teams.access import Access, member, signed_in
from muster.teams.models import User


@require_GET
@member
def overview(request: HttpRequest, who: Access) -> HttpResponse:
    """Show how the team stands; to a new team, the steps to its first import."""
    return render(request, "overview/overview.html", overview_page(who))


@require_http_methods(["GET", "POST"])
@signed_in
def notices(request: HttpRequest, user: User) -> HttpResponse:
    """List what happened while one was away; a button marks it all as seen."""
    if request.method == "POST":
        mark_seen(user)
        messages.success(request, _("All notices are marked as seen."))
        return redirect("notices")
    return render(request, "overview/notices.html", {"notices": notices_of(user)})

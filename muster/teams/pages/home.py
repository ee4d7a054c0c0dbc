"""Where one lands: the team of last time, and the way from one team to another."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from muster.core.sentences.language import gettext as _
from muster.teams.access import Access, last_team, member, signed_in, teams_of
from muster.teams.models import User

# The section one is in, to the page of that section in another team. Never to an object: that is the other team's.
SECTIONS = {
    "overview": "overview:overview",
    "contacts": "contacts:list",
    "imports": "imports:history",
    "fields": "fields:list",
    "teams": "teams:users",
}
FOR_ADMINS = {"imports", "fields", "teams"}


@require_GET
@signed_in
def home(request: HttpRequest, user: User) -> HttpResponse:
    """Go to the team used last, else to the first by name."""
    teams = [team for team, _ in teams_of(user)]
    if not teams:
        return redirect("owner:teams") if user.is_owner else render(request, "teams/none.html")
    team = last_team(request, user, teams) or teams[0]
    return redirect("overview:overview", team=team.slug)


@require_GET
@member
def switch(request: HttpRequest, who: Access) -> HttpResponse:
    """Go to the same section in this team."""
    section = request.GET.get("section", "")
    if section not in SECTIONS or (section in FOR_ADMINS and not who.is_admin):
        section = "overview"
    messages.success(request, _("You're now in {team}.", team=who.team.name))
    return HttpResponseRedirect(reverse(SECTIONS[section], kwargs={"team": who.team.slug}))

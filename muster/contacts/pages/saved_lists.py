"""Lists that a team saves: a name for a search with its filters. Everybody in the team sees them."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from muster.contacts.models import SavedList
from muster.core.sentences.language import gettext as _
from muster.teams.access import Access, member

MOST = 50
LONGEST_NAME = 100
LONGEST_QUERY = 2000


@require_POST
@member
def save(request: HttpRequest, who: Access) -> HttpResponse:
    """Give the list that is shown a name."""
    name, query = request.POST.get("name", "").strip(), request.POST.get("query", "")
    said = _why_not(who, name, query)
    if said:
        messages.error(request, said)
    elif _made(who, name, query):
        messages.success(request, _("Saved as “{name}”. Everybody in {team} sees it.", name=name, team=who.team.name))
    else:
        messages.error(request, _("There is a list “{name}” already. Choose another name.", name=name))
    return HttpResponseRedirect(f"{reverse('contacts:list', args=[who.team.slug])}?{query[:LONGEST_QUERY]}")


def _why_not(who: Access, name: str, query: str) -> str:
    if not name or len(name) > LONGEST_NAME or "\0" in name:
        return _("Give the list a name of up to {longest_name} characters.", longest_name=LONGEST_NAME)
    if not query or len(query) > LONGEST_QUERY or not query.isprintable():
        return _("This list has no filters, or too many, to be saved.")
    if SavedList.objects.filter(team=who.team).count() >= MOST:
        return _("A team saves at most {most} lists. Delete one first.", most=MOST)
    return ""


def _made(who: Access, name: str, query: str) -> bool:
    try:
        with transaction.atomic():
            SavedList.objects.create(team=who.team, name=name, query=query, by=who.user)
    except IntegrityError:  # the name is there already
        return False
    return True


@require_POST
@member
def delete(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Forget a list. It is the team's, so everybody in the team may. No contact changes."""
    found = get_object_or_404(SavedList, team=who.team, pk=pk)
    found.delete()
    messages.success(request, _("The list “{found}” is deleted. No contact has changed.", found=found.name))
    return redirect("contacts:list", team=who.team.slug)

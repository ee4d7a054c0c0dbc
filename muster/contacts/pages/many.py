"""An action for many contacts: the rows that are ticked, or all hits. It says how many first, and then is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from muster.contacts import many
from muster.contacts.history import LABELS
from muster.contacts.models import Contact
from muster.contacts.pages.list_query import asked_of
from muster.contacts.search import find
from muster.contacts.search.filters import MOST
from muster.core.fields import CHANNELS
from muster.teams.access import Access, admin
from muster.teams.models import Membership

NAMES_SHOWN = 10
MOST_TICKED = 500


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done, in words, and how."""

    title: str
    done: str
    do: Callable[[QuerySet[Contact]], int]


@require_http_methods(["GET", "HEAD", "POST"])
@admin
def several(request: HttpRequest, who: Access) -> HttpResponse:
    """Say what would be done and to how many; then do it, when they are still as many."""
    asked = asked_of(request, who)
    given = request.POST if request.method == "POST" else request.GET
    chosen = _ticked(who, given) if given.get("which") != "all" else find.matching(who.team, asked.typed, asked.filters)
    action = _action(who, given)
    back = f"{reverse('contacts:list', args=[who.team.slug])}?{asked.query()}"
    count = chosen.count()
    if request.method == "POST" and action and given.get("count") == str(count):
        changed = action.do(chosen)
        messages.success(request, action.done.format(count=f"{changed:,}"))
        return HttpResponseRedirect(back)
    context = {
        "action": action,
        "count": count,
        "names": [str(each) for each in chosen.order_by("-id")[:NAMES_SHOWN]],
        "given": [(key, value) for key, values in given.lists() if key in ("id", "which", "do") for value in values],
        "back": back,
        "has_moved": request.method == "POST",
    }
    return render(request, "contacts/several.html", context, status=409 if request.method == "POST" else 200)


def _ticked(who: Access, given: QueryDict) -> QuerySet[Contact]:
    ids = [each for each in given.getlist("id")[:MOST_TICKED] if each.isascii() and each.isdigit()]
    return Contact.objects.filter(team=who.team, id__in=[int(each) for each in ids if int(each[:20]) <= MOST])


def _action(who: Access, given: Mapping[str, str]) -> Action | None:
    """Return what was asked for: "assign:12", "assign:" or "out:text". None when nothing was; else Http404."""
    name, _, value = given.get("do", "").partition(":")
    if name == "assign":
        return _assigning(who, value)
    if name == "out" and value in CHANNELS:
        label = LABELS[value]
        return Action(
            f"Opt out of {label}",
            f"Contacts opted out of {label}: {{count}}. The others were out already.",
            lambda chosen: many.opt_out(who.team, who.user, chosen, value),
        )
    if name:
        raise Http404("No such action")
    return None


def _assigning(who: Access, key: str) -> Action:
    member = None
    if key:
        members = Membership.objects.filter(team=who.team).select_related("user")
        member = members.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
        if member is None:
            raise Http404("No such user")
    return Action(
        f"Assign to {member.user.name}" if member else "Assign to nobody",
        "Contacts assigned anew: {count}. The others were so already.",
        lambda chosen: many.assign(who.team, who.user, chosen, member),
    )

"""An action for many contacts: the rows that are ticked, or all hits. It says how many first, and then is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from muster.contacts import export as exports
from muster.contacts import many
from muster.contacts.history import LABELS
from muster.contacts.models import Contact, ManyStep
from muster.contacts.pages.downloads import csv_response
from muster.contacts.pages.list_query import asked_of
from muster.contacts.search import find
from muster.contacts.search.filters import MOST
from muster.core.cells.whole import whole
from muster.core.fields import CHANNELS
from muster.teams.access import Access, admin
from muster.teams.models import Membership

NAMES_SHOWN = 10
STEPS_SHOWN = 100
MOST_TICKED = 500


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done, in words, and how. `most` contacts at a time; `left` are those it is still to be done to."""

    title: str
    done: str
    do: Callable[[QuerySet[Contact]], int]
    left: Callable[[QuerySet[Contact]], QuerySet[Contact]]
    most: int = many.MOST
    is_erasing: bool = False
    is_export: bool = False


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
        return _done(request, who, action, chosen, back)
    left = action.left(chosen).count() if action else 0
    context = {
        "action": action,
        "count": count,
        "now": min(left, action.most) if action else 0,
        "left": left,
        "names": [str(each) for each in chosen.order_by("-id")[:NAMES_SHOWN]],
        "given": [(key, value) for key, values in given.lists() if key in ("id", "which", "do") for value in values],
        "back": back,
        "has_moved": request.method == "POST",
    }
    return render(request, "contacts/several.html", context, status=409 if request.method == "POST" else 200)


def _done(request: HttpRequest, who: Access, action: Action, chosen: QuerySet[Contact], back: str) -> HttpResponse:
    if action.is_export:
        return _exported(who, chosen)
    changed = action.do(chosen)
    messages.success(request, action.done.format(count=f"{changed:,}"))
    if left := action.left(chosen).count():
        messages.info(
            request,
            _("Contacts that this is still to be done to: %(left)s. Do it again for them.") % {"left": f"{left:,}"},
        )
    return HttpResponseRedirect(back)


def _exported(who: Access, chosen: QuerySet[Contact]) -> HttpResponse:
    """Return the chosen contacts as a file. Those without a ContactId are in none."""
    named = chosen.filter(contact_id__isnull=False)
    many.exported(who.team, who.user, named.count())
    return csv_response(exports.as_csv(who.team, named), f"{who.team.slug}-contacts")


def _ticked(who: Access, given: QueryDict) -> QuerySet[Contact]:
    ids = filter(None, map(whole, given.getlist("id")[:MOST_TICKED]))
    return Contact.objects.filter(team=who.team, id__in=list(ids))


def _action(who: Access, given: Mapping[str, str]) -> Action | None:
    """Return what was asked for: "assign:12", "assign:", "out:text", "export", "erase". None when nothing was."""
    name, _colon, value = given.get("do", "").partition(":")
    if name == "assign":
        return _assigning(who, value)
    if name == "out" and value in CHANNELS:
        return _opting_out(who, value)
    if name == "export" and not value:
        return Action(_("Export as CSV"), "", lambda chosen: 0, lambda chosen: chosen.all(), most=MOST, is_export=True)
    if name == "erase" and not value:
        return Action(
            _("Erase"),
            _("People erased: {count}."),
            lambda chosen: many.erase(who.team, who.user, chosen),
            lambda chosen: chosen.all(),
            most=many.MOST_ERASED,
            is_erasing=True,
        )
    if name:
        raise Http404("No such action")
    return None


def _opting_out(who: Access, channel: str) -> Action:
    label = LABELS[channel]
    return Action(
        _("Opt out of %(channel)s") % {"channel": label},
        _("Contacts opted out of %(channel)s: {count}.") % {"channel": label},
        lambda chosen: many.opt_out(who.team, who.user, chosen, channel),
        lambda chosen: many.to_opt_out(chosen, channel),
    )


def _assigning(who: Access, key: str) -> Action:
    member = None
    if key:
        members = Membership.everybody.filter(team=who.team).select_related("user")
        member = members.filter(pk=pk).first() if (pk := whole(key)) is not None else None
        if member is None:
            raise Http404("No such user")
    return Action(
        _("Assign to %(name)s") % {"name": member.name} if member else _("Assign to nobody"),
        _("Contacts assigned anew: {count}."),
        lambda chosen: many.assign(who.team, who.user, chosen, member),
        lambda chosen: many.to_assign(chosen, member),
    )


@require_GET
@admin
def steps(request: HttpRequest, who: Access) -> HttpResponse:
    """List what was done to many contacts at once, newest first, and what of it can be taken back."""
    found = ManyStep.objects.filter(team=who.team).select_related("by")[:STEPS_SHOWN]
    listed = [(each, LABELS.get(each.about, each.about), many.can_undo(each)) for each in found]
    return render(
        request, "contacts/steps.html", {"steps": listed, "has_opt_outs": any(each.what == "out" for each in found)}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@admin
def undo(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Say what taking an assignment of many back would do; then do it, where nobody has changed it since."""
    step = get_object_or_404(ManyStep.objects.select_related("team"), team=who.team, pk=pk)
    if not many.can_undo(step):
        messages.error(request, _("This can't be undone, or not any more."))
    elif request.method != "POST":
        back = many.to_undo(step)
        return render(request, "contacts/undo_step.html", {"step": step, "back": back, "stay": step.count - back})
    else:
        back = many.undo(step, who.user)
        messages.success(request, _("Contacts that are assigned as before again: %(count)s.") % {"count": f"{back:,}"})
    return redirect("contacts:steps", team=who.team.slug)

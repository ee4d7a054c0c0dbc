"""The pages of contacts: the list with its search, one contact's record, consent, and erasing a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.contacts import counts, history
from muster.contacts import erase as erasing
from muster.contacts import export as exports
from muster.contacts.audience import Audience, why_not_assigned
from muster.contacts.consent.later import hear_now_or_later
from muster.contacts.consent.words import OwnWord, Word
from muster.contacts.history import LABELS
from muster.contacts.models import Contact, ContactCounts, Erasure, SavedList, Source
from muster.contacts.pages import record as showing
from muster.contacts.pages.list_query import ListQuery, asked_of
from muster.contacts.pages.record import contact_of
from muster.contacts.schema import schema_of
from muster.contacts.search import find
from muster.contacts.search import ordered as ordering
from muster.contacts.search.asked import filterable
from muster.contacts.search.conditions import OPERATORS
from muster.contacts.search.nearly import nearly
from muster.contacts.search.ordered import ORDERS
from muster.core.cells.whole import whole
from muster.core.fields import CHANNELS
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import gettext_noop, gettext_of
from muster.teams.access import Access, admin, member
from muster.teams.models import Membership

ON_A_PAGE = 50
MOST_COUNTED = 100_000  # counting a million takes longer than finding one of them
AFTER_IMPORT = gettext_noop("An import is being saved. The opt-out is kept, and applied as soon as that is done.")
ERASED = gettext_noop("The contact and its history are erased.")
ERASED_SO_FAR = gettext_noop(
    "The contact and its history are erased. Past imports are still being looked through: "
    "how far that is stands on the page Contact Import."
)
OLDER = "before"  # the parameter that names the contact to go on below


@require_GET
@member
def contacts(request: HttpRequest, who: Access) -> HttpResponse:
    """The contacts of the team: what was searched for, newest first, a page at a time."""
    asked = asked_of(request, who)
    page, older = _page(request, who, asked)
    if "enter" in request.GET and len(page.contacts) == 1 and older is None:
        return redirect("contacts:record", team=who.team.slug, pk=page.contacts[0].id)
    kept = _kept_total(who)
    context = {
        "asked": asked,
        "lines": showing.lines(who.team, page.contacts, asked.typed),
        "older": older,
        "is_first": OLDER not in request.GET,
        "stopped_short": older is not None and len(page.contacts) < ON_A_PAGE,
        "total": _total(request, who, asked, kept),
        "nearly": nearly(who.team, asked.typed) if asked.typed and not page.contacts and older is None else [],
        **_left_out(who, page, is_whole=OLDER not in request.GET and older is None),
        "is_saved": SavedList.objects.filter(team=who.team, query=asked.query()).select_related("by").first(),
        **_conditions(asked),
        **_several(who),
        **_audience(asked, who),
    }
    if request.headers.get("HX-Request"):
        response = render(request, "contacts/hits.html", context)
        response["HX-Push-Url"] = f"{request.path}?{asked.query()}"
        return response
    return render(request, "contacts/list.html", {**context, **_filters(asked, who, kept)})


def _page(request: HttpRequest, who: Access, asked: ListQuery) -> tuple[find.Page, str | None]:
    """Return a page of the list, and the address of the next one."""
    if not asked.order:
        page = find.find(who.team, asked.typed, asked.filters, before=_before(request), limit=ON_A_PAGE)
        return page, asked.query(before=page.next) if page.next else None
    after = request.GET.get(OLDER, "")
    try:
        ordered = ordering.page(who.team, asked.typed, asked.filters, asked.order, after=after, limit=ON_A_PAGE)
    except ordering.BadPlace:
        raise Http404("No such page") from None
    return find.Page(ordered.contacts, None), asked.query(before=ordered.next) if ordered.next else None


@require_GET
@member
def total(request: HttpRequest, who: Access) -> HttpResponse:
    """How many the list has in all: asked for by a script once the page is there."""
    return render(request, "contacts/total.html", {"total": _counted(who, asked_of(request, who))})


def _total(request: HttpRequest, who: Access, asked: ListQuery, kept: int | None) -> int | None:
    """Return how many are listed: of the whole team as it is kept, of a list where somebody asks for it."""
    if not asked.is_anything:
        return kept
    return _counted(who, asked) if request.GET.get("total") else None


def _counted(who: Access, asked: ListQuery) -> int:
    """Count a list, which takes as long as it is: only where somebody asks for it."""
    return find.matching(who.team, asked.typed, asked.filters).count()


def _kept_total(who: Access) -> int | None:
    """Return how many contacts the team has, where that is kept."""
    kept = ContactCounts.objects.filter(team=who.team).first()
    return kept.now.get(counts.CONTACTS, 0) if kept else None


def _several(who: Access) -> dict[str, Any]:
    """What can be done with several contacts at once."""
    if not who.is_admin:
        return {}
    return {"several_members": _members(who), "several_channels": [(each, LABELS[each]) for each in CHANNELS]}


def _members(who: Access) -> list[tuple[str, str]]:
    members = Membership.everybody.filter(team=who.team).select_related("user").order_by("user__first_name", "id")
    return [(str(each.id), each.name) for each in members]


def _conditions(asked: ListQuery) -> dict[str, Any]:
    """What of the filters by any field the page says: each in words, and the address without it."""
    without = ((each, tuple(text for text in asked.where if text != each.text)) for each in asked.filters.where)
    return {"conditions": [(each.words, asked.query(where=rest)) for each, rest in without]}


def _before(request: HttpRequest) -> int | None:
    value = request.GET.get(OLDER, "")
    if not value:
        return None
    before = whole(value)
    if before is None:
        raise Http404("No such page")
    return before


def _left_out(who: Access, page: find.Page, *, is_whole: bool) -> dict[str, int | None]:
    """Count who is in no file for want of a ContactId: of the team, and of the page when that is all there is.

    Of a selection of many pages nobody counts them: search is to stay quick.
    """
    if not who.is_admin:
        return {"left_out": 0, "left_out_here": 0}
    here = sum(each.contact_id is None for each in page.contacts) if is_whole else None
    return {"left_out": exports.left_out(who.team), "left_out_here": here}


def _audience(asked: ListQuery, who: Access) -> dict[str, Any]:
    """Count the audience, when a channel to reach people on is chosen."""
    channel = asked.filters.reach
    if channel is None:
        return {}
    filters = replace(asked.filters, assigned=None) if asked.mine else asked.filters
    found = Audience(who.team, channel, asked.typed, filters, asked.mine, asked.send_as)
    reason = why_not_assigned(who.team, asked.typed, filters)
    return {"audience": found.counts(), "channel_label": LABELS[channel], "no_assigned": reason}


def _filters(asked: ListQuery, who: Access, kept: int | None) -> dict[str, Any]:
    """What the filters above the list offer. `kept`: how many contacts there are, if that is known."""
    seen = Contact.objects.filter(team=who.team)[: MOST_COUNTED + 1].count() if kept is None else 0
    return {
        "count": min(seen, MOST_COUNTED) if kept is None else kept,
        "are_more": seen > MOST_COUNTED,
        "members": _members(who),
        "fields": [(each.key, gettext_of(each.label) or each.name) for each in filterable(schema_of(who.team))],
        "operators": OPERATORS.items(),
        "orders": ORDERS.items(),
        "lists": SavedList.objects.filter(team=who.team),
        "channels": [(channel, LABELS[channel], asked.given.get(channel, "")) for channel in CHANNELS],
    }


@require_GET
@member
def record(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Everything about one contact, and how it came to be so."""
    contact = contact_of(who, pk)
    assigned = Membership.everybody.filter(team=who.team, id=contact.assigned_id or 0).select_related("user").first()
    consent = history.consent(contact)
    context = {
        "contact": contact,
        "mobile": showing.number(contact.mobile_number),
        "whatsapp": showing.number(contact.whatsapp_number),
        "chips": showing.chips(contact, showing.who_set(contact), consent),
        "may_lift": who.is_admin or who.team.users_lift_stops,
        "assigned": assigned,
        "same_numbers": showing.same_numbers(contact),
        "own_values": showing.own_values(contact),
        "consent": consent,
        "entries": history.entries(contact),
    }
    return render(request, "contacts/record.html", context)


@require_POST
@member
def consent(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Opt a contact in or out on one channel."""
    contact = contact_of(who, pk)
    channel, word = request.POST.get("channel"), request.POST.get("opted_out")
    if channel not in CHANNELS or word not in {"yes", "no"}:
        raise Http404("No such channel")
    said = Word(channel, opted_out=word == "yes", source=Source.USER.value, by=who.user.pk, contact=contact.id)
    try:
        heard = hear_now_or_later(who.team, [said])
    except Contact.DoesNotExist:
        raise Http404("No such contact") from None
    except OwnWord:
        return redirect("contacts:opt_in", team=who.team.slug, pk=pk, channel=channel)
    if heard is None:
        messages.info(request, _(AFTER_IMPORT))
        return redirect("contacts:record", team=who.team.slug, pk=pk)
    if word == "yes":
        done = _("{contact} is opted out of {channel}.", contact=contact, channel=LABELS[channel])
    else:
        done = _("{contact} is opted in to {channel}.", contact=contact, channel=LABELS[channel])
    messages.success(request, done)
    return redirect("contacts:record", team=who.team.slug, pk=pk)


@require_http_methods(["GET", "POST"])
@admin
def erase(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Say what erasing a person does; then do it."""
    contact = contact_of(who, pk)
    if request.method == "POST":
        try:
            erasing.erase(contact, who.user)
        except Contact.DoesNotExist:
            raise Http404("No such contact") from None
        messages.success(request, _(ERASED_SO_FAR if Erasure.objects.filter(team=who.team).exists() else ERASED))
        return redirect("contacts:list", team=who.team.slug)
    return render(request, "contacts/erase.html", {"contact": contact})

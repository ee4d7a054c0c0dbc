"""The Webhooks pages of a team: who is told of its events, and what came of telling them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.connect.models import Delivery, DeliveryState, Webhook
from muster.connect.outbox import EVENTS
from muster.connect.webhooks import manage
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import gettext_noop
from muster.settings import settings
from muster.teams.access import Access, admin
from muster.teams.pages.forms import add_refusal

AT_A_TIME = 50
CHIPS = {
    DeliveryState.DONE: "done",
    DeliveryState.DROPPED: "problem",
    DeliveryState.WAITING: "warning",
    DeliveryState.MERGED: "",
}
OFF = gettext_noop("This webhook is off. Switch it on first.")


class WebhookForm(forms.Form):
    """A webhook."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        help_text=gettext_lazy("Begins with https:// and is on the internet, not in your own network."),
        widget=forms.URLInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Tell it of"), choices=lambda: list(EVENTS.items()), widget=forms.CheckboxSelectMultiple
    )
    enabled = forms.BooleanField(
        label=pgettext_lazy("webhook", "On"),
        required=False,
        help_text=gettext_lazy("Off: what happens meanwhile is not told later."),
    )


@require_GET
@admin
def show(request: HttpRequest, who: Access) -> HttpResponse:
    """All webhooks."""
    webhooks = [(each, _waiting(each)) for each in Webhook.objects.filter(team=who.team).order_by("pk")]
    return render(request, "webhooks/list.html", {"webhooks": webhooks})


@never_cache
@require_http_methods(["GET", "POST"])
@admin
def add(request: HttpRequest, who: Access) -> HttpResponse:
    """Add a webhook, and show its secret once."""
    form = WebhookForm(request.POST or None, initial={"events": list(EVENTS)[:2], "enabled": True})
    if request.method == "POST" and form.is_valid():
        try:
            webhook, secret = manage.add(who.team, who.user, **form.cleaned_data)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            return render(request, "webhooks/secret.html", {"webhook": webhook, "secret": secret, "is_new": True})
    return render(request, "webhooks/edit.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@admin
def one(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """One webhook and its deliveries."""
    webhook = get_object_or_404(Webhook, team=who.team, pk=pk)
    deliveries = Delivery.objects.filter(team=who.team, webhook=pk).order_by("-id")
    page = Paginator(deliveries, AT_A_TIME).get_page(request.GET.get("page"))
    context = {
        "webhook": webhook,
        "page": page,
        "deliveries": [(each, CHIPS[DeliveryState(each.state)]) for each in page],
        "waiting": _waiting(webhook),
        "days": settings().delivery_days,
    }
    return render(request, "webhooks/one.html", context)


@require_http_methods(["GET", "POST"])
@admin
def edit(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Change a webhook, or switch it on or off."""
    webhook = get_object_or_404(Webhook, team=who.team, pk=pk)
    now: dict[str, Any] = {"url": webhook.url, "events": webhook.events, "enabled": webhook.enabled}
    form = WebhookForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            manage.change(webhook, who.user, **form.cleaned_data)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The webhook is saved."))
            return redirect("webhooks:one", team=who.team.slug, pk=pk)
    context = {"form": form, "webhook": webhook}
    return render(request, "webhooks/edit.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@admin
def secret(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Make a new secret, and show it once."""
    webhook = get_object_or_404(Webhook, team=who.team, pk=pk)
    context: dict[str, Any] = {"webhook": webhook}
    if request.method == "POST":
        context["secret"] = manage.renew_secret(webhook, who.user)
    return render(request, "webhooks/secret.html", context)


@require_POST
@admin
def test(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Send a test."""
    webhook = get_object_or_404(Webhook, team=who.team, pk=pk)
    try:
        manage.send_test(webhook)
    except manage.IsOff:
        messages.error(request, _(OFF))
    else:
        messages.success(request, _("A test is on its way. What comes of it is listed below in a moment."))
    return redirect("webhooks:one", team=who.team.slug, pk=pk)


@require_POST
@admin
def again(request: HttpRequest, who: Access, pk: int, delivery: int) -> HttpResponse:
    """Send a delivery once more."""
    webhook = get_object_or_404(Webhook, team=who.team, pk=pk)
    sent = get_object_or_404(Delivery, team=who.team, webhook=pk, id=delivery)
    try:
        manage.send_again(webhook, sent)
    except manage.IsOff:
        messages.error(request, _(OFF))
    else:
        messages.success(request, _("It is on its way once more, last in line."))
    return redirect("webhooks:one", team=who.team.slug, pk=pk)


@require_http_methods(["GET", "POST"])
@admin
def delete(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Delete a webhook, once it is clear what that means."""
    webhook = get_object_or_404(Webhook, team=who.team, pk=pk)
    if request.method == "POST":
        manage.delete(webhook, who.user)
        messages.success(request, _("The webhook is deleted."))
        return redirect("webhooks:list", team=who.team.slug)
    return render(request, "webhooks/delete.html", {"webhook": webhook, "waiting": _waiting(webhook)})


def _waiting(webhook: Webhook) -> int:
    """How many events are in line for it."""
    waiting = Delivery.objects.filter(team=webhook.team_id, webhook=webhook.pk, state=DeliveryState.WAITING)
    return waiting.count()

"""The Connections pages of a team: its gateways, the addresses to give to them, and what they passed on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from muster.connect import connections
from muster.connect.incoming import calls
from muster.connect.incoming.hook import address
from muster.connect.models import Call, CallState, Connection, Kind
from muster.core import phones
from muster.core.sentences.language import Words, gettext_noop, gettext_of, ngettext, pgettext_noop
from muster.core.sentences.language import gettext as _
from muster.teams.access import Access, admin
from muster.teams.pages.forms import add_refusal

AT_A_TIME = 50
SECRETS = {
    Kind.TWILIO: (
        gettext_noop("Auth token"),
        gettext_noop("In the Twilio Console, on the first page of the account. Calls are signed with it."),
    ),
    Kind.WHATSAPP_CLOUD: (
        gettext_noop("App secret"),
        gettext_noop("In Meta's App Dashboard: App settings, Basic. Calls are signed with it."),
    ),
    Kind.OTHER: (
        gettext_noop("Signing secret"),
        gettext_noop("whsec_ and Base64, as Standard Webhooks has it; the gateway signs with it."),
    ),
}
CHANNELS = Words(
    {
        "text": pgettext_noop("channel", "Text"),
        "whatsapp": gettext_noop("WhatsApp"),
        "whatsapp_marketing": gettext_noop("WhatsApp marketing"),
    }
)
CHIPS = {CallState.DONE: "done", CallState.FAILED: "problem", CallState.WAITING: "warning", CallState.LEFT: ""}


class ConnectionForm(forms.Form):
    """A connection of one kind. What is blank when it is changed stays as it is."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("As your team calls it. History says it.")
    )
    secret = forms.CharField(max_length=connections.LONGEST_SECRET, widget=forms.PasswordInput({"autocomplete": "off"}))
    verify_token = forms.CharField(
        label=gettext_lazy("Verify token"),
        max_length=connections.LONGEST_SECRET,
        help_text=gettext_lazy(
            "Any words you choose. Give the same to Meta, beside the address; it shows them in its first call."
        ),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, kind: str, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label, hint = (_(words) for words in SECRETS[Kind(kind)])
        secret = self.fields["secret"]
        stays = _("Blank: it stays as it is.")
        secret.label, secret.help_text = label, hint if is_new else f"{hint} {stays}"
        secret.required = self.fields["verify_token"].required = is_new
        if kind != Kind.WHATSAPP_CLOUD:
            del self.fields["verify_token"]


@require_GET
@admin
def show(request: HttpRequest, who: Access) -> HttpResponse:
    """All connections, and those to add."""
    listed = [_summed_up(each) for each in Connection.objects.filter(team=who.team).order_by("name", "pk")]
    return render(request, "connections/list.html", {"connections": listed, "kinds": Kind.choices})


@require_http_methods(["GET", "POST"])
@admin
def add(request: HttpRequest, who: Access) -> HttpResponse:
    """Add a connection of the kind that the address names."""
    kind = request.GET.get("kind", Kind.TWILIO)
    if kind not in Kind.values:
        raise Http404
    form = ConnectionForm(kind, request.POST or None, is_new=True, initial={"name": Kind(kind).label})
    if request.method == "POST" and form.is_valid():
        try:
            made = connections.add(who.team, who.user, kind=kind, **form.cleaned_data)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(
                request,
                _(
                    "{made} is added. Now give its address to {provider}.",
                    made=made.name,
                    provider=made.get_kind_display(),
                ),
            )
            return redirect("connections:one", team=who.team.slug, pk=made.pk)
    context = {"form": form, "kind": kind, "label": Kind(kind).label}
    return render(request, "connections/edit.html", context, status=422 if form.errors else 200)


@require_GET
@admin
def one(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """One connection: its address, what the last call came to, and the log."""
    connection = get_object_or_404(Connection, team=who.team, pk=pk)
    page = Paginator(calls.log_of(connection), AT_A_TIME).get_page(request.GET.get("page"))
    context = {
        **_summed_up(connection),
        "page": page,
        "calls": [_shown(each) for each in page],
        "most": calls.MOST_KEPT,
    }
    return render(request, "connections/one.html", context)


@require_http_methods(["GET", "POST"])
@admin
def edit(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Change the name, or give another secret."""
    connection = get_object_or_404(Connection, team=who.team, pk=pk)
    form = ConnectionForm(connection.kind, request.POST or None, is_new=False, initial={"name": connection.name})
    if request.method == "POST" and form.is_valid():
        try:
            connections.change(connection, who.user, **form.cleaned_data)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("{connection} is saved.", connection=connection.name))
            return redirect("connections:one", team=who.team.slug, pk=pk)
    context = {"form": form, "connection": get_object_or_404(Connection, pk=pk), "kind": connection.kind}
    return render(request, "connections/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@admin
def delete(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Delete a connection, once it is clear what that means."""
    connection = get_object_or_404(Connection, team=who.team, pk=pk)
    if request.method == "POST":
        connections.delete(connection, who.user)
        messages.success(
            request, _("{connection} is deleted. Its address takes no calls any more.", connection=connection.name)
        )
        return redirect("connections:list", team=who.team.slug)
    return render(request, "connections/delete.html", {"connection": connection})


def _summed_up(connection: Connection) -> dict[str, Any]:
    last = Call.objects.filter(connection_id=connection.pk).order_by("-id").first()
    return {
        "connection": connection,
        "address": address(connection),
        "last": _shown(last) if last else None,
        "refused": calls.refused(connection),
    }


def _shown(call: Call) -> dict[str, Any]:
    """A call as the log shows it."""
    who = phones.show(call.number) if call.number else call.contact_id
    said = {"call": call, "who": who, "channel": CHANNELS[call.channel], "chip": CHIPS[CallState(call.state)]}
    return {**said, "outcome": _outcome(call), "contacts": call.changed[:3]}


def _outcome(call: Call) -> str:
    """What came of a call, in the reader's language; the log keeps it in English."""
    many = len(call.changed)
    if not many:
        return gettext_of(call.outcome) if call.outcome else ""
    if call.opted_out:
        return ngettext("Opted out: {count} contact", "Opted out: {count} contacts", many)
    return ngettext("Opted in: {count} contact", "Opted in: {count} contacts", many)

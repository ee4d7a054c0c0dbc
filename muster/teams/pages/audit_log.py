"""The log of a team, for its Admins: who did what, filtered and paged."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import listed
from muster.teams import audit
from muster.teams.access import Access, admin
from muster.teams.models import AuditEntry, Team

PER_PAGE = 50
ABOUT_PEOPLE = {"owner-made", "owner-ended", "account-off", "account-on", "second-factor-taken"}
ABOUT_IMPORTS = {
    "import-started", "import-confirmed", "import-handed-back", "import-cancelled", "import-undone", "opt-outs-applied",
}  # fmt: skip
# What else an entry is about, by its action, and the page that shows it.
PLACES = (
    ({"field-added", "field-changed", "field-deleted", "fields-ordered", "answer-deleted"}, "fields:list"),
    ({"user-added", "user-removed", "role-changed", "staff-id-changed"}, "teams:users"),
    ({"user-invited", "invitation-accepted", "invitation-withdrawn"}, "teams:users"),
    ({"webhook-added", "webhook-changed", "webhook-secret-renewed", "webhook-switched-off"}, "webhooks:list"),
    ({"connection-added", "connection-changed"}, "connections:list"),
    ({"contacts-assigned", "contacts-opted-out"}, "contacts:steps"),
    ({"recipe-renamed", "recipe-deleted"}, "imports:recipes"),
)


class LogFilter(forms.Form):
    """Which entries to show."""

    action = forms.ChoiceField(label=gettext_lazy("What"), required=False, widget=forms.Select({"class": "select"}))
    by = forms.CharField(
        label=gettext_lazy("Who"), required=False, widget=forms.TextInput({"type": "search", "class": "input"})
    )
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date", "class": "input"})
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput({"type": "date", "class": "input"})
    )

    def __init__(self, *args: Any, team: Team | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = entries_of(team).order_by().values_list("action", flat=True).distinct()
        choices = sorted((action, audit.label(action)) for action in seen)
        self.fields["action"].choices = [("", _("Everything")), *choices]  # type: ignore[attr-defined]

    def chosen(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """The entries that fit; a filter that cannot be read leaves nothing out, and says so at its field."""
        self.full_clean()
        lookups = {"action": "action", "by": "by_email__icontains", "since": "at__date__gte", "until": "at__date__lte"}
        given = {lookups[name]: value for name, value in self.cleaned_data.items() if value}
        return entries.filter(**given)


def entries_of(team: Team | None) -> QuerySet[AuditEntry]:
    """A team's log, newest first; None: the installation's own."""
    return AuditEntry.objects.filter(team=team).select_related("by").order_by("-at", "-id")


def log_context(request: HttpRequest, team: Team | None) -> dict[str, Any]:
    """One page of a log, and its filter."""
    form = LogFilter(request.GET, team=team)
    page = Paginator(form.chosen(entries_of(team)), PER_PAGE).get_page(request.GET.get("page"))
    query = {name: value for name, value in request.GET.items() if name in form.fields and value}
    lines = [(entry, audit.label(entry.action), details(entry), place(entry, team)) for entry in page]
    return {"form": form, "page": page, "lines": lines, "query": urlencode(query) + "&" if query else ""}


@require_GET
@admin
def log(request: HttpRequest, who: Access) -> HttpResponse:
    """The team's log."""
    return render(request, "teams/log.html", log_context(request, who.team))


def place(entry: AuditEntry, team: Team | None) -> str:
    """Return the address where one sees what an entry is about; "" where there is none."""
    if team is None:
        return reverse("owner:people") if entry.action in ABOUT_PEOPLE else ""
    if "id" in entry.details and entry.action in ABOUT_IMPORTS:
        return reverse("imports:show", kwargs={"team": team.slug, "pk": entry.details["id"]})
    if entry.action == "stop-lifted":
        return f"{reverse('contacts:list', args=[team.slug])}?{urlencode({'q': entry.details['contact']})}"
    name = next((name for actions, name in PLACES if entry.action in actions), "")
    return reverse(name, kwargs={"team": team.slug}) if name else ""


def details(entry: AuditEntry) -> list[tuple[str, str]]:
    """An entry's details for people: pairs of words and value; a change is "before → after"."""
    told = ((name, value) for name, value in entry.details.items() if name != "id")  # for a link, not for people
    return [(audit.detail(name), _shown(name, value)) for name, value in told]


def _shown(name: str, value: Any) -> str:
    """A detail as words."""
    if isinstance(value, list) and len(value) == 2:
        return _("{before} → {after}", before=_shown(name, value[0]), after=_shown(name, value[1]))
    if isinstance(value, list):
        return listed(_shown(name, each) for each in value) or _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _("none") if value is None or value == "" else audit.value(name, str(value))

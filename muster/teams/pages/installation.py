"""The owner's pages: teams, owners, the installation's log, and mails where there is no mail server."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import gettext_noop
from muster.teams import members
from muster.teams.access import owner
from muster.teams.mailing import given, mail_files
from muster.teams.models import MOST_EMAIL, Role, Team, User
from muster.teams.pages.audit_log import PER_PAGE, log_context
from muster.teams.pages.forms import TeamForm, add_refusal


class OwnerForm(forms.Form):
    """Whom to make an owner."""

    email = forms.EmailField(
        label=gettext_lazy("Email"),
        max_length=MOST_EMAIL,
        help_text=gettext_lazy("Somebody without an account sets a password by Forgot password on the sign-in page."),
    )


@require_GET
@owner
def teams(request: HttpRequest, user: User) -> HttpResponse:
    """Every team of the installation."""
    people = Count("memberships", filter=Q(memberships__joined=True))
    admins = Count("memberships", filter=Q(memberships__joined=True, memberships__role=Role.ADMIN))
    rows = Team.objects.annotate(people=people, admins=admins).order_by("name")
    return render(request, "owner/teams.html", {"teams": rows, **keeps_mails()})


@require_http_methods(["GET", "POST"])
@owner
def new_team(request: HttpRequest, user: User) -> HttpResponse:
    """Make a team."""
    form = TeamForm(request.POST or None, initial={"home_region": "US", "keep_originals_days": 30})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                team = members.create_team(user, name=form.cleaned_data["name"])
                members.update_team(team, user, **form.cleaned_data)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("{team} is there. Invite its first Admin.", team=team.name))
            return redirect("teams:users", team=team.slug)
    return render(request, "owner/team.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@owner
def team(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    """Change a team."""
    changed = get_object_or_404(Team, slug=slug)
    form = TeamForm(request.POST) if request.method == "POST" else TeamForm.of(changed)
    if request.method == "POST" and form.is_valid():
        try:
            members.update_team(changed, user, **form.cleaned_data)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("{changed} is saved.", changed=changed.name))
            return redirect("owner:teams")
    context = {"form": form, "team": get_object_or_404(Team, slug=slug)}
    return render(request, "owner/team.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@owner
def owners(request: HttpRequest, user: User) -> HttpResponse:
    """Who owns the installation; and making one more."""
    form = OwnerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = members.make_owner(user, form.cleaned_data["email"])
        messages.success(request, _("{made} is an owner.", made=made.name))
        return redirect("owner:owners")
    everybody = User.objects.filter(is_owner=True).order_by("email")
    context = {"form": form, "owners": everybody, **keeps_mails()}
    return render(request, "owner/owners.html", context, status=422 if form.errors else 200)


@require_POST
@owner
def end_ownership(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Make an owner an ordinary user."""
    ended = get_object_or_404(User, pk=pk, is_owner=True)
    try:
        members.end_ownership(ended, user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("{ended} is no longer an owner.", ended=ended.name))
    return redirect("home" if ended.pk == user.pk and not ended.is_owner else "owner:owners")


@require_GET
@owner
def everybody(request: HttpRequest, user: User) -> HttpResponse:
    """Every account, found by name or address."""
    wanted = request.GET.get("q", "").replace("\x00", "").strip()
    found = User.objects.prefetch_related("memberships__team").order_by("email")
    for word in wanted.split():
        names = Q(email__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word)
        found = found.filter(names)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    query = urlencode({"q": wanted}) + "&" if wanted else ""
    return render(request, "owner/people.html", {"page": page, "query": query, "wanted": wanted, **keeps_mails()})


ACTS = {
    "off": (members.switch_off, gettext_noop("{name} can no longer sign in.")),
    "on": (members.switch_on, gettext_noop("{name} can sign in again.")),
    "factor": (members.take_second_factor, gettext_noop("{name} signs in with the password alone now.")),
}


@require_http_methods(["GET", "POST"])
@owner
def person(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Switch an account off or on, or take a lost second factor away."""
    somebody = get_object_or_404(User, pk=pk)
    act = ACTS.get(request.POST.get("act", ""))
    if request.method == "POST" and act:
        do, words = act
        try:
            do(somebody, user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _(words, name=somebody.name))
        return redirect("owner:person", pk=pk)
    factors = Authenticator.objects.filter(user=somebody).exists()
    context = {"person": somebody, "teams": somebody.memberships.select_related("team"), "has_factor": factors}
    return render(request, "owner/person.html", context)


@require_GET
@owner
def log(request: HttpRequest, user: User) -> HttpResponse:
    """What happened outside any team, such as new owners and refused sign-ins."""
    return render(request, "owner/log.html", log_context(request, None) | keeps_mails())


@require_GET
@owner
def mails(request: HttpRequest, user: User) -> HttpResponse:
    """The mails that no server took: this installation keeps them as files."""
    _require_files()
    return render(request, "owner/mails.html", {"mails": mail_files.latest(), "server": given.given(), **keeps_mails()})


@require_GET
@owner
def mail(request: HttpRequest, user: User, name: str) -> HttpResponse:
    """One such mail, as text."""
    _require_files()
    found = mail_files.find(name)
    if found is None:
        raise Http404("No such mail")
    body = found.get_body(("plain",))
    text = body.get_content() if body else ""
    return render(request, "owner/mail.html", {"mail": found, "text": text})


def _require_files() -> None:
    if mail_files.is_set_elsewhere():
        raise Http404("Mails go to a server here")


def keeps_mails() -> dict[str, bool]:
    """What the tabs of these pages depend on."""
    return {"keeps_mails": not mail_files.is_set_elsewhere()}

"""Where the link of an invitation leads."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from muster.core.sentences.language import gettext as _
from muster.teams import invitations
from muster.teams.models import Invitation, User
from muster.teams.pages.forms import JoinForm, add_refusal


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, signed: str) -> HttpResponse:
    """Show who asks whom into what. Joining needs the account of the invited address, or makes it."""
    found = invitations.find(signed)
    if found is None:
        return render(request, "teams/invitation_over.html", status=410)
    context = {"invitation": found, "role": found.get_role_display()}
    user = request.user
    if isinstance(user, User) and user.email == found.email:
        return _join(request, found, context)
    if isinstance(user, User) or invitations.has_account(found):
        return render(request, "teams/invitation_sign_in.html", context)
    return _join_as_new(request, found, context)


def _join(request: HttpRequest, found: Invitation, context: dict[str, object]) -> HttpResponse:
    """The invited person is signed in: one button."""
    if request.method == "POST":
        try:
            invitations.accept(found)
        except ValidationError as refusal:
            context["refused"] = refusal.messages
        else:
            return redirect(_team_page(found))
    return render(request, "teams/invitation_join.html", context, status=409 if "refused" in context else 200)


def _join_as_new(request: HttpRequest, found: Invitation, context: dict[str, object]) -> HttpResponse:
    """Nobody has this address yet: ask for a name and a password."""
    named = {"first_name": found.first_name, "last_name": found.last_name}
    form = JoinForm(request.POST or None, initial=named, user=User(email=found.email, **named))
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.accept_as_new(found, **form.cleaned_data)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Welcome to {team}.", team=found.team.name))
            entered: HttpResponse = perform_login(request, user, redirect_url=_team_page(found))
            return entered
    return render(request, "teams/invitation_new.html", context | {"form": form}, status=422 if form.errors else 200)


def _team_page(found: Invitation) -> str:
    return reverse("overview:overview", kwargs={"team": found.team.slug})

"""The first page of a new installation: who owns it, and its first team."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from muster.core.sentences.language import gettext as _
from muster.teams import first_run
from muster.teams.mailing.mail_files import has_mail_server, is_set_elsewhere
from muster.teams.models import MOST_EMAIL, User
from muster.teams.pages.forms import JoinForm, add_refusal
from muster.teams.pages.mail_server import FIELDS, MailServerForm, fields_in, keep
from muster.teams.regions import regions


class WelcomeForm(JoinForm, MailServerForm):
    """The owner, the first team, and the mail server, now or later."""

    email = forms.EmailField(
        label=gettext_lazy("Email"),
        max_length=MOST_EMAIL,
        help_text=gettext_lazy("You sign in with it."),
        widget=forms.EmailInput({"autocomplete": "username"}),
    )
    team = forms.CharField(
        label=gettext_lazy("Name of your first team"),
        max_length=100,
        help_text=gettext_lazy(
            "A team has its own contacts, fields and users: Admissions, for example. You can add more later."
        ),
    )
    home_region = forms.ChoiceField(
        label=gettext_lazy("Home region"),
        initial="US",
        help_text=gettext_lazy("Numbers without + are read as numbers of this region."),
    )
    field_order = ("first_name", "last_name", "email", "password", "team", "home_region", *FIELDS)

    def __init__(self, data: object = None) -> None:
        super().__init__(data, user=User())
        region = self.fields["home_region"]
        assert isinstance(region, forms.ChoiceField)
        region.choices = regions()


@never_cache
@sensitive_post_parameters("password", "mail_password")
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Make the owner and the first team, and go there. Any other link is 404, and this one once there is an owner."""
    if not first_run.is_token(token):
        raise Http404("No such page")
    form = WelcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            said = {name: value for name, value in form.cleaned_data.items() if name not in FIELDS}
            user, team = first_run.make_owner_and_team(**said)
            if form.server() and not is_set_elsewhere():
                keep(form, user)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        except first_run.AlreadyOwned:
            raise Http404("No such page") from None
        else:
            messages.success(request, _("Welcome. {team} is ready.", team=team.name))
            entered: HttpResponse = perform_login(request, user, redirect_url=reverse("home"))
            return entered
    context = {"form": form, "mail_fields": fields_in(form), "has_mail_server": has_mail_server()}
    return render(request, "teams/welcome.html", context, status=422 if form.errors else 200)

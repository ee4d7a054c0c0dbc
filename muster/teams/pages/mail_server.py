"""Asking for the mail server: on the first run, now or later, and on the owner's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from muster.teams import audit
from muster.teams.access import owner
from muster.teams.mailing import given, mail_files
from muster.teams.models import User

SECURITY = [
    ("tls", gettext_lazy("STARTTLS, usually port 587")),
    ("ssl", gettext_lazy("TLS from the beginning, usually port 465")),
    ("none", gettext_lazy("Not encrypted, for a server on this machine")),
]
FIELDS = ("mail_host", "mail_security", "mail_port", "mail_user", "mail_password", "mail_sender")


class MailServerForm(forms.Form):
    """The server that takes our mails. Without a host: none. What is given is tried before it is kept."""

    mail_host = forms.CharField(
        label=gettext_lazy("Mail server"),
        max_length=255,
        required=False,
        help_text=gettext_lazy("smtp.example.edu, say. Leave it blank to do this later."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    mail_security = forms.ChoiceField(label=gettext_lazy("Encryption"), choices=SECURITY, initial="tls", required=False)
    mail_port = forms.IntegerField(
        label=gettext_lazy("Port"),
        min_value=1,
        max_value=65535,
        required=False,
        help_text=gettext_lazy("Leave it blank for the usual one."),
    )
    mail_user = forms.CharField(
        label=gettext_lazy("User name at the mail server"),
        max_length=255,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    mail_password = forms.CharField(
        label=gettext_lazy("Password at the mail server"),
        max_length=1000,
        required=False,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
    )
    mail_sender = forms.EmailField(
        label=gettext_lazy("Sender of the mails"),
        required=False,
        help_text=gettext_lazy("An address that the mail server lets you send from."),
    )

    def server(self) -> given.MailServer | None:
        """Return what was given, or None where the host is blank."""
        said = self.cleaned_data
        if not said["mail_host"]:
            return None
        security = said["mail_security"] or "tls"
        return given.MailServer(
            host=said["mail_host"],
            port=said["mail_port"] or given.PORTS[security],
            security=security,
            user=said["mail_user"],
            password=said["mail_password"],
            sender=said["mail_sender"],
        )

    def clean(self) -> dict[str, Any]:
        """Try the server: one that does not let us in is told at once, and not with the first mail that is lost."""
        cleaned = super().clean() or {}
        if not self.errors and (server := self.server()):
            if not server.sender:
                self.add_error("mail_sender", _("Say from which address the mails are sent."))
            elif said := server.why_not():
                self.add_error("mail_host", said)
        return cleaned


def fields_in(form: forms.Form) -> list[forms.BoundField]:
    """Return the fields of a form that are about the mail server, for its template."""
    return [form[name] for name in FIELDS]


@sensitive_post_parameters("mail_password")
@require_http_methods(["GET", "HEAD", "POST"])
@owner
def mail_server(request: HttpRequest, user: User) -> HttpResponse:
    """Name a mail server, another, or none."""
    if mail_files.is_set_elsewhere():
        raise Http404("The environment names the mail server")
    now = given.given()
    first = {"mail_host": now.host, "mail_port": now.port, "mail_security": now.security} if now else {}
    more = {"mail_user": now.user, "mail_sender": now.sender} if now else {}
    form = MailServerForm(request.POST or None, initial=first | more)
    if request.method == "POST" and form.is_valid():
        keep(form, user)
        messages.success(request, _("Mails go to the server from now on.") if form.server() else _("Mails are files."))
        return redirect("owner:mails")
    context = {"form": form, "mail_fields": fields_in(form), "keeps_mails": True}
    return render(request, "owner/mail_server.html", context, status=422 if form.errors else 200)


def keep(form: MailServerForm, user: User) -> None:
    """Use what the form names from now on."""
    server = form.server()
    if server:
        given.keep(server)
    else:
        given.forget()
    audit.record(None, user, "mail-server-set", host=server.host if server else "")

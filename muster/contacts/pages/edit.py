"""The pages on which a contact is added and changed by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from muster.contacts.edit import Rejected, Saved, save
from muster.contacts.models import Contact
from muster.contacts.pages.forms import ContactForm
from muster.contacts.pages.record import contact_of
from muster.contacts.schema import schema_of
from muster.core import errors
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import gettext_noop
from muster.teams.access import Access, admin

CHANGED_MEANWHILE = gettext_noop(
    "Somebody has changed this contact since you opened the page. What is saved now stands at each box that differs. "
    "Save again to keep what you typed."
)


@require_http_methods(["GET", "POST"])
@admin
def add(request: HttpRequest, who: Access) -> HttpResponse:
    """Add a contact by hand."""
    form = ContactForm(who.team, schema_of(who.team), None, request.POST or None)
    saved = _saved(form, who) if request.method == "POST" else None
    if saved is None:
        return render(request, "contacts/add.html", {"form": form}, status=422 if form.errors else 200)
    _say(request, saved, _("{contact} is added.", contact=saved.contact))
    return redirect("contacts:record", team=who.team.slug, pk=saved.contact.id)


@require_http_methods(["GET", "POST"])
@admin
def edit(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Change a contact by hand."""
    contact = contact_of(who, pk)
    form = ContactForm(who.team, schema_of(who.team), contact, request.POST or None)
    saved = _saved(form, who, contact) if request.method == "POST" else None
    if saved is None:
        context = {"form": form, "contact": contact}
        return render(request, "contacts/edit.html", context, status=422 if form.errors else 200)
    _say(request, saved, _("{contact} is saved.", contact=saved.contact))
    return redirect("contacts:record", team=who.team.slug, pk=pk)


def _saved(form: ContactForm, who: Access, contact: Contact | None = None) -> Saved | None:
    """Save what was typed; None when there is something to put right first."""
    if not form.is_valid():
        return None
    if contact and form.cleaned_data["seen"] != contact.updated_at.isoformat():
        form.show_saved()
        form.add_error(None, CHANGED_MEANWHILE)
        return None
    try:
        return save(who.team, who.user, form.values(), contact)
    except Rejected as rejected:
        form.reject(rejected)
    except Contact.DoesNotExist:
        raise Http404("No such contact") from None
    return None


def _say(request: HttpRequest, saved: Saved, done: str) -> None:
    messages.success(request, done)
    for note in saved.notes:
        messages.warning(request, f"{note.field}: {errors.message(note)}")

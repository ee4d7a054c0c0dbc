"""The stop list of a team, its words and who may lift an entry; and opting in somebody whose own word was STOP."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.contacts import history
from muster.contacts.consent import stop_list, stopped
from muster.contacts.consent.channels import own_word, set_consent
from muster.contacts.history import LABELS
from muster.contacts.models import Contact, Source
from muster.contacts.pages.downloads import csv_response
from muster.contacts.pages.record import contact_of
from muster.core.cells.whole import whole
from muster.core.consent import bare_word
from muster.core.fields import CHANNELS
from muster.core.sentences.language import gettext as _
from muster.teams import audit
from muster.teams.access import Access, admin, member, require_admin
from muster.teams.lock import locked

ON_A_PAGE = 50
MOST_WORDS, LONGEST_WORD = 50, 40


def channel_choices() -> list[tuple[str, str]]:
    """Every channel, and all of them."""
    return [("", _("Every channel")), *((channel, LABELS[channel]) for channel in CHANNELS)]


class SearchForm(forms.Form):
    """What to look for."""

    q = forms.CharField(
        label=gettext_lazy("Number"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search", "class": "input"}),
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), required=False, choices=channel_choices, widget=forms.Select({"class": "select"})
    )


class WordsForm(forms.Form):
    """The team's own keywords, and who may opt in somebody who said STOP."""

    out_words = forms.CharField(
        label=gettext_lazy("Words like STOP"), required=False, max_length=2500,
        widget=forms.Textarea({"rows": 4, "class": "textarea"}),
        help_text=gettext_lazy("One a line. The whole message has to be the word, in any case."),
    )  # fmt: skip
    in_words = forms.CharField(
        label=gettext_lazy("Words like START"), required=False, max_length=2500,
        widget=forms.Textarea({"rows": 4, "class": "textarea"}),
        help_text=gettext_lazy("One a line."),
    )  # fmt: skip
    users_lift_stops = forms.BooleanField(
        label=gettext_lazy("Users may opt in somebody who said STOP, with a reason"), required=False,
    )  # fmt: skip

    def clean_out_words(self) -> list[str]:
        """Read the lines."""
        return self._words("out_words")

    def clean_in_words(self) -> list[str]:
        """Read the lines."""
        return self._words("in_words")

    def _words(self, name: str) -> list[str]:
        found = list(dict.fromkeys(filter(None, map(bare_word, self.cleaned_data[name].splitlines()))))
        if len(found) > MOST_WORDS or any(len(each) > LONGEST_WORD for each in found):
            raise forms.ValidationError(
                _(
                    "At most {most_words} words, each of up to {longest_word} characters.",
                    most_words=MOST_WORDS,
                    longest_word=LONGEST_WORD,
                )
            )
        return found


class ReasonForm(forms.Form):
    """Why somebody is opted in who had said STOP."""

    reason = forms.CharField(
        label=gettext_lazy("Why may they be written to again?"), max_length=500,
        widget=forms.Textarea({"rows": 3, "class": "textarea"}),
        help_text=gettext_lazy("For example: asked for it at the desk on 4 September. It stays in their history."),
        error_messages={"required": gettext_lazy("Say why, in a few words.")},
    )  # fmt: skip


@require_GET
@admin
def show(request: HttpRequest, who: Access) -> HttpResponse:
    """The numbers that said STOP, newest first."""
    form = SearchForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"q": "", "channel": ""}
    before = whole(request.GET.get("before"))
    found = stopped.words(who.team, channel=asked["channel"], typed=asked["q"])
    page = found if before is None else found.filter(id__lt=before)
    listed = stopped.listed(who.team, page[: ON_A_PAGE + 1])
    context = {
        "words_form": WordsForm(initial=_words_of(who)),
        "form": form,
        "asked": asked,
        "listed": [(each, LABELS[each.channel]) for each in listed[:ON_A_PAGE]],
        "older": listed[ON_A_PAGE - 1].id if len(listed) > ON_A_PAGE else None,
    }
    return render(request, "contacts/stop_list.html", context)


@require_GET
@admin
def download(request: HttpRequest, who: Access) -> HttpResponse:
    """The stop list as a file."""
    form = SearchForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"q": "", "channel": ""}
    found = stopped.words(who.team, channel=asked["channel"], typed=asked["q"])
    audit.record(who.team, who.user, "exported", stopped=found.count())
    return csv_response(stopped.as_csv(who.team, found), f"{who.team.slug}-stop-list")


@require_POST
@admin
def words(request: HttpRequest, who: Access) -> HttpResponse:
    """Change the team's keywords, and who may lift an entry."""
    form = WordsForm(request.POST)
    if not form.is_valid():
        context = {"words_form": form, "form": SearchForm(), "asked": {}, "listed": [], "older": None}
        return render(request, "contacts/stop_list.html", context, status=422)
    with locked(who.team) as team:
        for name, value in form.cleaned_data.items():
            setattr(team, name, value)
        team.save(update_fields=list(form.cleaned_data))
        said = {"stop_words": team.out_words, "start_words": team.in_words, "users_lift_stops": team.users_lift_stops}
        audit.record(team, who.user, "team-changed", **said)
    messages.success(request, _("Saved."))
    return redirect("contacts:stop_list", team=who.team.slug)


def _words_of(who: Access) -> dict[str, Any]:
    team = who.team
    lines = {name: "\n".join(getattr(team, name)) for name in ("out_words", "in_words")}
    return {**lines, "users_lift_stops": team.users_lift_stops}


@require_http_methods(["GET", "HEAD", "POST"])
@member
def opt_in(request: HttpRequest, who: Access, pk: int, channel: str) -> HttpResponse:
    """Ask before somebody is opted in whose own word was STOP: who, when, what they said, and why."""
    if not who.team.users_lift_stops:
        require_admin(who)
    contact = contact_of(who, pk)
    if channel not in CHANNELS:
        raise Http404("No such channel")
    if not own_word(contact, channel):
        return redirect("contacts:record", team=who.team.slug, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_consent(
                contact, channel=channel, opted_out=False, source=Source.USER, by=who.user,
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except Contact.DoesNotExist:
            raise Http404("No such contact") from None
        messages.success(request, _("{contact} is opted in to {channel}.", contact=contact, channel=LABELS[channel]))
        return redirect("contacts:record", team=who.team.slug, pk=pk)
    context = {"contact": contact, "form": form, "label": LABELS[channel], **_what_was_said(contact, channel)}
    return render(request, "contacts/opt_in.html", context, status=422 if form.errors else 200)


def _what_was_said(contact: Contact, channel: str) -> dict[str, Any]:
    """Return when and how the contact said STOP: by the stop list, else by the contact's history."""
    number = stop_list.numbers_of(contact)[channel]
    word = stop_list.word(contact.team, number, channel) if number else None
    if word is not None:
        others = [each for each in stopped.listed(contact.team, [word])[0].contacts if each.id != contact.id]
        return {"said": word.said, "said_at": word.at, "through": word.through, "number": number, "others": others}
    for entry in history.consent(contact):
        for part in entry.about_consent:
            if part.key == channel and entry.source == Source.CONTACT and part.after == "Opted out":
                return {"said": entry.said, "said_at": entry.at, "through": "", "number": None, "others": []}
    return {"said": "", "said_at": getattr(contact, f"{channel}_at"), "through": "", "number": None, "others": []}

"""The form of a contact, made for the fields of its team. What may be saved is decided in `edit.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from muster.contacts.edit import Rejected
from muster.contacts.mapping import PLAIN, text_of
from muster.contacts.models import Contact
from muster.core import errors, phones
from muster.core.fields import NUMBERS, OTHER_FIELDS, SYSTEM_FIELDS, Field, Kind, Schema
from muster.core.sentences.language import Words, gettext_noop, gettext_of
from muster.core.sentences.language import gettext as _
from muster.teams.models import Membership, Team

SHORT = 255  # characters; longer text, and text of several lines, gets a box of several lines
YES_NO = [("", gettext_lazy("Not set")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
ASSIGNED = {"staff_id": "assigned"}  # where a problem of this key is shown
# Where the label of the field is not how it goes on.
OPT_OUTS = Words({"text": gettext_noop("Opted out of text")})
NAME = {"dir": "auto", "autocomplete": "off", "required": True}
NUMBER = {"inputmode": "tel", "autocomplete": "off"}


class ContactForm(forms.Form):
    """Everything of a contact that is typed or chosen. The rules of the cells are those of the import."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    first_name = forms.CharField(label=gettext_lazy("First name"), required=False, widget=forms.TextInput(NAME))
    last_name = forms.CharField(label=gettext_lazy("Last name"), required=False, widget=forms.TextInput(NAME))
    contact_id = forms.CharField(
        label=gettext_lazy("Contact ID"), required=False, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy(
            "As in your files, zeros in front included. An import with this id updates this contact."
        ),
    )  # fmt: skip
    mobile_number = forms.CharField(
        label=gettext_lazy("Mobile number"), required=False, widget=forms.TextInput(NUMBER),
        help_text=gettext_lazy("Blank: the WhatsApp number is used."),
    )  # fmt: skip
    whatsapp_number = forms.CharField(
        label=gettext_lazy("WhatsApp number"), required=False, widget=forms.TextInput(NUMBER)
    )

    def __init__(self, team: Team, schema: Schema, contact: Contact | None, data: Any = None) -> None:
        super().__init__(data, initial=_initial(contact) if contact else None)
        self.schema, self.contact = schema, contact
        self.fields["assigned"] = forms.ChoiceField(
            label=_("Assigned user"), required=False, choices=[("", _("Nobody")), *_members(team)]
        )
        self.own = {self._add(field): field.key for field in (*OTHER_FIELDS, *schema.custom)}
        self.ticks = [] if contact else [self._tick(field) for field in SYSTEM_FIELDS if field.kind is Kind.OPT_OUT]

    def _add(self, field: Field) -> str:
        """Add a field that has no place of its own; return its name in the form."""
        name = field.key.replace(".", "_")
        value = text_of(self.contact, field) if self.contact else None
        made = _form_field(field, value)
        made.label, made.initial = gettext_of(field.label), value
        self.fields[name] = made
        return name

    def _tick(self, field: Field) -> str:
        label = OPT_OUTS.get(field.key, _("Opted out of {channel}", channel=gettext_of(field.label)))
        self.fields[field.key] = forms.BooleanField(label=label, required=False)
        return field.key

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """The fields without a place of their own: of the product, then of the team, in its order."""
        return [self[name] for name in self.own]

    @property
    def tick_fields(self) -> list[forms.BoundField]:
        """The boxes of a new contact's channels."""
        return [self[name] for name in self.ticks]

    def values(self) -> dict[str, Any]:
        """Return what `edit.save` takes: of a contact that is there, only what was changed.

        A box that is not ticked says nothing: the rules of a new contact decide.
        """
        keys = {name: self.own.get(name, name) for name in self.fields}
        names = set(self.changed_data if self.contact else self.fields) - {"seen", *self.ticks}
        values: dict[str, Any] = {key: self.cleaned_data[name] for name, key in keys.items() if name in names}
        if "assigned" in values:
            values["assigned"] = int(values["assigned"] or 0) or None
        return values | {channel: True for channel in self.ticks if self.cleaned_data[channel]}

    def show_saved(self) -> None:
        """Say below each box what is saved now, where that differs; the next try is about what is shown then."""
        data = dict(self.data.items())
        for name, field in self.fields.items():
            now = self.get_initial_for_field(field, name)
            if name == "seen":
                data[name] = now
            elif str(now or "") != str(data.get(name, "")):
                field.help_text = _("Saved now: {value}", value=now) if now else _("Saved now: not set")
        self.data = data

    def reject(self, rejected: Rejected) -> None:
        """Show each problem at its field."""
        for problem in rejected.problems:
            field = self.schema.by_name.get(problem.field or "")
            key = field.key if field else ""
            name = ASSIGNED.get(key, key.replace(".", "_"))
            self.add_error(
                name if name in self.fields else None,
                f"{errors.message(problem)} {errors.fix(problem)}",
            )


def _initial(contact: Contact) -> dict[str, Any]:
    return {
        "seen": contact.updated_at.isoformat(),
        **{key: getattr(contact, key) for key in PLAIN},
        **{key: phones.show(getattr(contact, key) or "") for key in NUMBERS},
        "assigned": str(contact.assigned_id or ""),
    }


def _members(team: Team) -> Iterable[tuple[str, str]]:
    members = Membership.everybody.filter(team=team).select_related("user").order_by("user__first_name", "id")
    return [
        (
            str(each.id),
            f"{each.name} ({each.staff_id})" if each.staff_id else each.name,
        )
        for each in members
    ]


def _form_field(field: Field, value: str | None) -> forms.Field:
    """Return the box for a field without a place of its own."""
    if field.kind is Kind.YES_NO:
        return forms.ChoiceField(required=False, choices=YES_NO)
    if field.kind is Kind.CHOICE:
        choices = dict.fromkeys((*field.choices, *([value] if value else [])))  # a choice that is gone stays shown
        return forms.ChoiceField(required=False, choices=[("", _("Not set")), *((each, each) for each in choices)])
    attributes: dict[str, Any] = {"autocomplete": "off", "dir": "auto"}
    if field.kind is Kind.DATE:
        return forms.CharField(required=False, widget=forms.TextInput({**attributes, "type": "date"}))
    if field.kind is Kind.NUMBER:
        return forms.CharField(required=False, widget=forms.TextInput({**attributes, "inputmode": "decimal"}))
    one_line = field.max_length <= SHORT and "\n" not in (value or "")
    widget = forms.TextInput if one_line else forms.Textarea
    return forms.CharField(required=False, widget=widget(attributes), strip=False)

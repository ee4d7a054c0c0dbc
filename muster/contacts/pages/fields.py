"""The Fields page of a team: system fields and their rules, its own fields, and the answers it gave for columns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.contacts import custom_fields as fields
from muster.contacts.models import ColumnAnswer, CustomField
from muster.contacts.schema import custom_fields
from muster.core.fields import MAX_CUSTOM_FIELDS, SYSTEM_FIELDS, Kind
from muster.core.sentences.language import gettext as _
from muster.core.sentences.language import gettext_of, ngettext
from muster.teams.access import Access, admin
from muster.teams.pages.forms import add_refusal

TYPE_TO_CONFIRM_ABOVE = 1_000
STEPS = {"up": -1, "down": 1}


def kinds() -> list[tuple[str, str]]:
    """Every kind of a field, with its words."""
    return [(str(kind), words) for kind, words in fields.KINDS.items()]


class FieldForm(forms.Form):
    """A custom field."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=fields.LONGEST_NAME,
        help_text=gettext_lazy(
            "The header in your files, exactly. No two fields may differ only in capitals, "
            "and none may have a system field's name."
        ),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=kinds)
    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        help_text=gettext_lazy("For a list: one per line, in the order to show them."),
        widget=forms.Textarea({"rows": 5}),
    )
    max_length = forms.IntegerField(
        label=gettext_lazy("Longest text"),
        required=False,
        min_value=1,
        max_value=fields.LONGEST_TEXT,
        help_text=gettext_lazy("For a text: how many characters a cell can have."),
    )
    required = forms.BooleanField(
        label=gettext_lazy("Required column"),
        required=False,
        help_text=gettext_lazy("Files must have the column. Cells may be blank."),
    )
    searchable = forms.BooleanField(
        label=gettext_lazy("Searchable"),
        required=False,
        help_text=gettext_lazy("Search on Contacts looks at its values, too."),
    )

    @classmethod
    def of(cls, field: CustomField) -> FieldForm:
        """The form, filled in with what the field is now."""
        kept = {name: getattr(field, name) for name in ("name", "kind", "max_length", "required", "searchable")}
        return cls(initial={**kept, "choices": "\n".join(field.choices)})

    def clean_choices(self) -> list[str]:
        text: str = self.cleaned_data["choices"]
        return text.splitlines()

    def clean_max_length(self) -> int:
        return self.cleaned_data["max_length"] or 255


@require_GET
@admin
def show(request: HttpRequest, who: Access) -> HttpResponse:
    """All fields, and the column answers."""
    own = custom_fields(who.team)
    context = {
        "system": [(each, gettext_of(each.blank), gettext_of(each.absent)) for each in SYSTEM_FIELDS],
        "own": [(field, fields.KINDS[Kind(field.kind)]) for field in own],
        "most": MAX_CUSTOM_FIELDS,
        "full": fields.too_many() if len(own) >= MAX_CUSTOM_FIELDS else "",
        "answers": ColumnAnswer.objects.filter(team=who.team).order_by("header"),
    }
    return render(request, "fields/list.html", context)


@require_http_methods(["GET", "POST"])
@admin
def add(request: HttpRequest, who: Access) -> HttpResponse:
    """Add a field."""
    form = FieldForm(request.POST or None, initial=_new(request))
    if request.method == "POST" and form.is_valid():
        try:
            field = fields.add(who.team, who.user, **form.cleaned_data)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("{field} is added. The templates have it now.", field=field.name))
            return redirect("fields:list", team=who.team.slug)
    return render(request, "fields/edit.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@admin
def edit(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Change a field."""
    field = get_object_or_404(CustomField, team=who.team, pk=pk)
    form = FieldForm(request.POST) if request.method == "POST" else FieldForm.of(field)
    if request.method == "POST" and form.is_valid():
        before = field.name
        try:
            fields.change(field, who.user, **form.cleaned_data)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _said(field, before))
            return redirect("fields:list", team=who.team.slug)
    context = {"form": form, "field": get_object_or_404(CustomField, pk=pk)}
    return render(request, "fields/edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@admin
def delete(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Say what deleting a field takes along; then do it. Many values: the name has to be typed."""
    field = get_object_or_404(CustomField, team=who.team, pk=pk)
    count = fields.with_value(field).count()
    must_type = count > TYPE_TO_CONFIRM_ABOVE
    mistyped = must_type and request.POST.get("confirm", "").strip() != field.name
    if request.method == "POST" and not mistyped:
        gone = fields.delete(field, who.user)
        removed = (
            " "
            + ngettext(
                "Its value is removed from {count:,} contact.", "Its value is removed from {count:,} contacts.", gone
            )
            if gone
            else ""
        )
        messages.success(request, _("{field} is deleted.", field=field.name) + removed)
        return redirect("fields:list", team=who.team.slug)
    again = request.method == "POST"
    context = {"field": field, "count": count, "must_type": must_type, "mistyped": mistyped and again}
    return render(request, "fields/delete.html", context, status=422 if again else 200)


@require_POST
@admin
def move(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Move a field one place up or down."""
    field = get_object_or_404(CustomField, team=who.team, pk=pk)
    fields.move(field, who.user, STEPS.get(request.POST.get("to", ""), 0))
    return redirect("fields:list", team=who.team.slug)


@require_POST
@admin
def forget_answer(request: HttpRequest, who: Access, pk: int) -> HttpResponse:
    """Delete a column answer."""
    answer = get_object_or_404(ColumnAnswer, team=who.team, pk=pk)
    fields.forget_answer(answer, who.user)
    messages.success(request, _("The next file with the column {header} asks again.", header=answer.header))
    return redirect("fields:list", team=who.team.slug)


def _new(request: HttpRequest) -> dict[str, Any]:
    """What a new field is unless one says otherwise; a preview may have named it."""
    return {"name": request.GET.get("name", ""), "kind": Kind.TEXT.value, "max_length": 255, "searchable": True}


def _said(field: CustomField, before: str) -> str:
    if field.name == before:
        return _("{field} is saved.", field=field.name)
    return _(
        "{before} is now {field}. Values stay, and files with the column {before} still work.",
        before=before,
        field=field.name,
    )

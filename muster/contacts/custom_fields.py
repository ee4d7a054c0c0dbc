"""A team's own fields: what they may be called, and what happens to values when one is changed or goes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Func, Max, QuerySet
from django.db.models.functions import Length

from muster.contacts.models import ColumnAnswer, Contact, CustomField
from muster.contacts.search import reindex
from muster.contacts.search.conditions import custom_value
from muster.core.cells.dress import EDGES
from muster.core.cells.formulas import export_safe
from muster.core.fields import CUSTOM_KINDS, MAX_CUSTOM_FIELDS, Kind, reserved_name
from muster.core.sentences.language import Words, gettext_noop, listed, ngettext, pgettext_noop
from muster.core.sentences.language import gettext as _
from muster.teams import audit
from muster.teams.lock import locked
from muster.teams.members import refuse
from muster.teams.models import Team, User

LONGEST_NAME = 100
LONGEST_TEXT = 10_000
MOST_CHOICES = 500
KINDS = Words(
    {
        Kind.TEXT: pgettext_noop("kind of field", "Text"),
        Kind.NUMBER: pgettext_noop("kind of field", "Number"),
        Kind.DATE: pgettext_noop("kind of field", "Date"),
        Kind.YES_NO: gettext_noop("Yes or no"),
        Kind.CHOICE: gettext_noop("List of choices"),
    }
)


def too_many() -> str:
    """Say that no more fields can be added."""
    sentence = gettext_noop("You have {most} custom fields, the most a team can have. Delete one to add another.")
    return _(sentence, most=MAX_CUSTOM_FIELDS)


def add(
    team: Team,
    by: User | None,
    *,
    name: str,
    kind: str = Kind.TEXT,
    required: bool = False,
    max_length: int = 255,
    choices: Iterable[str] = (),
    searchable: bool = True,
) -> CustomField:
    """Add a field at the end. Raises ValidationError with a code and a sentence for each thing that cannot be."""
    with locked(team):
        if CustomField.objects.filter(team=team).count() >= MAX_CUSTOM_FIELDS:
            raise refuse("name", "too-many-fields", too_many())
        field = CustomField(team=team, kind=_kind(kind), required=required, searchable=searchable)
        _rename(field, name)
        field.max_length, field.choices = _max_length(max_length), _choices(field.kind, choices)
        last = CustomField.objects.filter(team=team).aggregate(last=Max("position"))["last"]
        field.position = 0 if last is None else last + 1
        field.save(force_insert=True)
        ColumnAnswer.objects.filter(team=team, header=field.name).delete()  # now it is a field's own header
        audit.record(team, by, "field-added", name=field.name, kind=field.kind)
    return field


def change(field: CustomField, by: User | None, **values: Any) -> CustomField:
    """Change name, kind, required, max_length, choices or searchable. Values stay, whatever the field is called."""
    team = field.team
    with locked(team):
        field.refresh_from_db()
        before = {key: getattr(field, key) for key in values}
        _apply(field, values)
        changed = {key: [old, getattr(field, key)] for key, old in before.items() if old != getattr(field, key)}
        field.save()
        if "name" in changed:
            _answer_by_old_name(field, before["name"])
        if "searchable" in changed:
            reindex.refresh(team, list(with_value(field).values_list("id", flat=True)))
        if changed:
            audit.record(team, by, "field-changed", field=before.get("name", field.name), **changed)
    return field


def delete(field: CustomField, by: User | None) -> int:
    """Delete a field and the values of it, all in one statement. Return how many contacts had one."""
    team = field.team
    with locked(team):
        ids = list(with_value(field).values_list("id", flat=True))
        _remove_values(field)
        searched, name = field.searchable, field.name
        field.delete()
        ColumnAnswer.objects.filter(team=team, field_name=name).delete()
        if searched:
            reindex.refresh(team, ids)
        audit.record(team, by, "field-deleted", name=name, contacts=len(ids))
    return len(ids)


def move(field: CustomField, by: User | None, step: int) -> None:
    """Move a field up (-1) or down (1) among the team's."""
    with locked(field.team):
        fields = list(CustomField.objects.filter(team=field.team).order_by("position", "id"))
        here = fields.index(field)
        there = min(max(here + step, 0), len(fields) - 1)
        fields.insert(there, fields.pop(here))
        for position, each in enumerate(fields):
            each.position = position
        CustomField.objects.bulk_update(fields, ["position"])
        if here != there:
            audit.record(field.team, by, "fields-ordered", name=field.name, place=[here + 1, there + 1])


def forget_answer(answer: ColumnAnswer, by: User) -> None:
    """Delete a column answer: the next file with that header asks again."""
    answer.delete()
    audit.record(answer.team, by, "answer-deleted", header=answer.header)


def with_value(field: CustomField) -> QuerySet[Contact]:
    """The contacts that have a value of the field."""
    return Contact.objects.filter(team=field.team_id, custom__has_key=str(field.id))


def folded(name: str) -> str:
    """A name as it is compared: without regard to case."""
    return unicodedata.normalize("NFC", name).casefold()


def _apply(field: CustomField, values: dict[str, Any]) -> None:
    """Set what is given, each by its rule."""
    if "name" in values:
        _rename(field, values["name"])
    if "kind" in values and _kind(values["kind"]) != field.kind:
        _change_kind(field, values["kind"])
    if "max_length" in values:
        _shorten(field, _max_length(values["max_length"]))
    if "choices" in values or "kind" in values:
        _change_choices(field, _choices(field.kind, values.get("choices", field.choices)))
    field.required = values.get("required", field.required)
    field.searchable = values.get("searchable", field.searchable)


def _rename(field: CustomField, name: str) -> None:
    name = unicodedata.normalize("NFC", name.strip(EDGES))
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise refuse(
            "name",
            "field-name",
            _("A field has a name of 1 to {longest} characters, on one line.", longest=LONGEST_NAME),
        )
    if export_safe(name) != name:
        raise refuse(
            "name", "field-name", _("A spreadsheet would take {name} for a formula. Begin with a letter.", name=name)
        )
    if reserved_name(name):
        raise refuse("name", "system-name", _("{name} is a system field's name. Choose another.", name=name))
    holder = CustomField.objects.filter(team=field.team, name_folded=folded(name)).exclude(pk=field.pk).first()
    if holder:
        sentence = _(
            "You have a field {holder} already. Names that differ only in capitals count as the same.",
            holder=holder.name,
        )
        raise refuse("name", "name-taken", sentence)
    field.name, field.name_folded = name, folded(name)


def _kind(kind: str) -> Kind:
    if kind not in CUSTOM_KINDS:
        raise refuse("kind", "unknown-kind", _("A kind is one of {listed}.", listed=listed(CUSTOM_KINDS)))
    return Kind(kind)


def _change_kind(field: CustomField, kind: str) -> None:
    """Only while nobody has a value: a text need not be a date."""
    count = with_value(field).count()
    if count:
        raise refuse(
            "kind",
            "kind-in-use",
            ngettext(
                "{count:,} contact has a value of it, so its kind stays. Add another field.",
                "{count:,} contacts have a value of it, so its kind stays. Add another field.",
                count,
            ),
        )
    field.kind = kind


def _max_length(length: int) -> int:
    if not 1 <= length <= LONGEST_TEXT:
        raise refuse(
            "max_length",
            "max-length",
            _("The longest text can be 1 to {longest:,} characters.", longest=LONGEST_TEXT),
        )
    return length


def _shorten(field: CustomField, length: int) -> None:
    """Never below what a contact has: an export must import again."""
    if field.kind == Kind.TEXT and length < field.max_length:
        longest = with_value(field).aggregate(longest=Max(Length(_value_of(field))))["longest"] or 0
        if longest > length:
            raise refuse(
                "max_length", "max-length", _("The longest value now has {longest:,} characters.", longest=longest)
            )
    field.max_length = length


def _choices(kind: str, choices: Iterable[str]) -> list[str]:
    """The choices, each once, in the order given; none for another kind."""
    if kind != Kind.CHOICE:
        return []
    kept: dict[str, str] = {}
    for choice in choices:
        text = unicodedata.normalize("NFC", choice.strip(EDGES))
        if len(text) > 255 or not text.isprintable():
            raise refuse("choices", "choice", _("A choice has 1 to 255 characters, on one line."))
        if text:
            kept.setdefault(text.casefold(), text)
    if not 1 <= len(kept) <= MOST_CHOICES:
        raise refuse("choices", "choices", _("A list has 1 to {most} choices.", most=MOST_CHOICES))
    return list(kept.values())


def _change_choices(field: CustomField, choices: list[str]) -> None:
    """Never without a choice that a contact has: an export must import again."""
    for gone in set(field.choices) - set(choices):
        count = with_value(field).alias(value=_value_of(field)).filter(value=gone).count()
        if count:
            sentence = ngettext(
                "{count:,} contact has {choice}, so it stays in the list.",
                "{count:,} contacts have {choice}, so it stays in the list.",
                count,
                choice=gone,
            )
            raise refuse("choices", "choice-in-use", sentence)
    field.choices = choices


def _answer_by_old_name(field: CustomField, old: str) -> None:
    """Files with the old header go on working; what meant the field under its old name means it under the new."""
    answers = ColumnAnswer.objects.filter(team=field.team)
    answers.filter(field_name=old).update(field_name=field.name)
    answers.filter(header=field.name).delete()  # now it is the field's own header
    answers.update_or_create(team=field.team, header=old, defaults={"field_name": field.name})


def _remove_values(field: CustomField) -> None:
    """Take the field's value from every contact of the team, in one statement."""
    if connection.vendor == "postgresql":
        removed, has, key = "custom - %s", "custom ? %s", str(field.id)
    else:
        removed, has, key = "json_remove(custom, %s)", "json_type(custom, %s) IS NOT NULL", f'$."{field.id}"'
    statement = f"UPDATE contacts_contact SET custom = {removed} WHERE team_id = %s AND {has}"  # noqa: S608  constants
    with connection.cursor() as cursor:
        cursor.execute(statement, [key, field.team_id, key])


def _value_of(field: CustomField) -> Func:
    return custom_value(str(field.id))

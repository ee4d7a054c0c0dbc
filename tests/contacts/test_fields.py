"""A team's own fields, below the page: names, limits, and what becomes of values."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from muster.contacts import custom_fields
from muster.contacts.models import Change, ColumnAnswer, Contact, CustomField
from muster.contacts.schema import schema_of
from muster.contacts.search import find
from muster.core.fields import template_headers
from muster.teams import members
from muster.teams.models import AuditEntry, Team
from tests.cast import Cast
from tests.contacts.some import contact


def codes(call: Callable[..., Any], *arguments: Any, **values: Any) -> dict[str, list[str | None]]:
    with pytest.raises(ValidationError) as refused:
        call(*arguments, **values)
    return {field: [error.code for error in errors] for field, errors in refused.value.error_dict.items()}


def found(team: Team, typed: str) -> list[str]:
    return sorted(each.first_name for each in find.find(team, typed).contacts)


def names(team: Team) -> list[str]:
    return [field.name for field in schema_of(team).custom]


def test_it_adds_a_field_that_the_templates_have_at_once(cast: Cast) -> None:
    custom_fields.add(cast.team, cast.alice, name=" Program ", required=True)
    custom_fields.add(cast.team, cast.alice, name="Term", kind="choice", choices=["Fall", " fall ", "Spring", ""])
    assert names(cast.team) == ["Program", "Term"]
    assert template_headers(schema_of(cast.team), only_required=True)[-1] == "Program"
    assert CustomField.objects.get(name="Term").choices == ["Fall", "Spring"]
    assert names(cast.other_team) == []


def test_it_refuses_the_26th_field(cast: Cast) -> None:
    for number in range(25):
        custom_fields.add(cast.team, cast.alice, name=f"Field {number}")
    assert codes(custom_fields.add, cast.team, cast.alice, name="One more") == {"name": ["too-many-fields"]}
    custom_fields.add(cast.other_team, cast.charlie, name="One more")
    assert len(names(cast.team)) == 25


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("program", "name-taken"),
        ("PROGRAM", "name-taken"),
        ("stra\u00dfe", "name-taken"),
        ("firstname", "system-name"),
        ("StudentId/ContactId", "system-name"),
        ("studentid", "system-name"),
        ("How to fix", "system-name"),
        ("", "field-name"),
        ("\u00a0", "field-name"),
        ("x" * 101, "field-name"),
        ("two\nlines", "field-name"),
        ("=SUM(A1)", "field-name"),
    ],
)
def test_it_refuses_a_name_that_cannot_be(cast: Cast, name: str, code: str) -> None:
    custom_fields.add(cast.team, cast.alice, name="Program")
    custom_fields.add(cast.team, cast.alice, name="STRASSE")
    assert codes(custom_fields.add, cast.team, cast.alice, name=name) == {"name": [code]}
    other = custom_fields.add(cast.team, cast.alice, name="Other")
    assert codes(custom_fields.change, other, cast.alice, name=name) == {"name": [code]}


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"kind": "phone"}, "kind", "unknown-kind"),
        ({"kind": ""}, "kind", "unknown-kind"),
        ({"kind": "choice"}, "choices", "choices"),
        ({"kind": "choice", "choices": ["", " "]}, "choices", "choices"),
        ({"kind": "choice", "choices": ["x" * 256]}, "choices", "choice"),
        ({"kind": "choice", "choices": [str(number) for number in range(501)]}, "choices", "choices"),
        ({"max_length": 0}, "max_length", "max-length"),
        ({"max_length": 10_001}, "max_length", "max-length"),
    ],
)
def test_it_refuses_rules_that_cannot_be(cast: Cast, values: dict[str, Any], field: str, code: str) -> None:
    assert codes(custom_fields.add, cast.team, cast.alice, name="Program", **values) == {field: [code]}


def test_it_may_change_only_the_capitals_of_its_own_name(cast: Cast) -> None:
    field = custom_fields.add(cast.team, cast.alice, name="program")
    custom_fields.change(field, cast.alice, name="Program")
    assert names(cast.team) == ["Program"]


def test_it_keeps_values_when_renamed_and_reads_the_old_header(cast: Cast) -> None:
    field = custom_fields.add(cast.team, cast.alice, name="Program")
    someone = contact(cast.team, "Zoe", {str(field.id): "Physics"})
    custom_fields.change(field, cast.alice, name="Major")
    custom_fields.change(field, cast.alice, name="Subject")
    someone.refresh_from_db()
    assert someone.custom == {str(field.id): "Physics"}
    answers = ColumnAnswer.objects.filter(team=cast.team).order_by("header")
    assert list(answers.values_list("header", "field_name")) == [("Major", "Subject"), ("Program", "Subject")]


def test_it_takes_a_name_back(cast: Cast) -> None:
    field = custom_fields.add(cast.team, cast.alice, name="Program")
    custom_fields.change(field, cast.alice, name="Major")
    custom_fields.change(field, cast.alice, name="Program")
    answers = ColumnAnswer.objects.filter(team=cast.team)
    assert list(answers.values_list("header", "field_name")) == [("Major", "Program")]
    custom_fields.add(cast.team, cast.alice, name="Major")
    assert not answers.exists()


def test_it_deletes_values_of_this_field_in_this_team_only(cast: Cast) -> None:
    program = custom_fields.add(cast.team, cast.alice, name="Program")
    term = custom_fields.add(cast.team, cast.alice, name="Term")
    key, other = str(program.id), str(term.id)
    contact(cast.team, "Zoe", {key: "Physics", other: "Fall"})
    contact(cast.team, "Ann", {other: "Physics"})
    contact(cast.other_team, "Max", {key: "Physics"})
    ColumnAnswer.objects.create(team=cast.team, header="Programme", field_name="Program")
    assert custom_fields.with_value(program).count() == 1
    assert custom_fields.delete(program, cast.alice) == 1
    kept = dict(Contact.objects.values_list("first_name", "custom"))
    assert kept == {"Zoe": {other: "Fall"}, "Ann": {other: "Physics"}, "Max": {key: "Physics"}}
    assert not ColumnAnswer.objects.exists()
    assert AuditEntry.objects.filter(team=cast.team, action="field-deleted").get().details["contacts"] == 1


def test_it_no_longer_finds_deleted_values(cast: Cast) -> None:
    program = custom_fields.add(cast.team, cast.alice, name="Program")
    for number in range(1_203):
        contact(cast.team, f"Zoe{number}", {str(program.id): "Physics"})
    contact(cast.team, "Physics")
    custom_fields.delete(program, cast.alice)
    assert found(cast.team, "physics") == ["Physics"]
    assert found(cast.team, "zoe1202") == ["Zoe1202"]


def test_it_finds_values_only_while_searchable(cast: Cast) -> None:
    program = custom_fields.add(cast.team, cast.alice, name="Program")
    contact(cast.team, "Zoe", {str(program.id): "Physics"})
    assert found(cast.team, "physics") == ["Zoe"]
    custom_fields.change(program, cast.alice, searchable=False)
    assert found(cast.team, "physics") == []
    custom_fields.change(program, cast.alice, searchable=True)
    assert found(cast.team, "physics") == ["Zoe"]


def test_it_keeps_kind_length_and_choices_that_values_need(cast: Cast) -> None:
    text = custom_fields.add(cast.team, cast.alice, name="Program")
    term = custom_fields.add(cast.team, cast.alice, name="Term", kind="choice", choices=["Fall", "Spring"])
    contact(cast.team, "Zoe", {str(text.id): "Physics", str(term.id): "Fall"})
    assert codes(custom_fields.change, text, cast.alice, kind="date") == {"kind": ["kind-in-use"]}
    assert codes(custom_fields.change, text, cast.alice, max_length=6) == {"max_length": ["max-length"]}
    assert codes(custom_fields.change, term, cast.alice, choices=["Spring"]) == {"choices": ["choice-in-use"]}
    custom_fields.change(text, cast.alice, max_length=7)
    custom_fields.change(term, cast.alice, choices=["Summer", "Fall"])
    term.refresh_from_db()
    assert term.choices == ["Summer", "Fall"]


def test_it_changes_the_kind_while_nobody_has_a_value(cast: Cast) -> None:
    field = custom_fields.add(cast.team, cast.alice, name="Term", kind="choice", choices=["Fall"])
    custom_fields.change(field, cast.alice, kind="date")
    assert (field.kind, field.choices) == ("date", [])
    assert codes(custom_fields.change, field, cast.alice, kind="choice") == {"choices": ["choices"]}


@pytest.mark.parametrize(
    ("moves", "order"), [([("C", -1)], "ACB"), ([("A", 1), ("A", 1)], "BCA"), ([("A", -1), ("C", 1)], "ABC")]
)
def test_it_moves_a_field(cast: Cast, moves: list[tuple[str, int]], order: str) -> None:
    for name in "ABC":
        custom_fields.add(cast.team, cast.alice, name=name)
    for name, step in moves:
        custom_fields.move(CustomField.objects.get(name=name), cast.alice, step)
    assert "".join(names(cast.team)) == order


def test_it_leaves_the_contacts_of_a_removed_member_to_nobody(cast: Cast) -> None:
    bob = cast.membership(cast.bob)
    bob_id = bob.pk
    for name in ("Ann", "Zoe"):
        contact(cast.team, name, assigned=bob)
    contact(cast.team, "Max", assigned=cast.membership(cast.alice))
    members.remove_user(bob, cast.alice)
    assert list(Contact.objects.filter(assigned=None).order_by("first_name").values_list("first_name", flat=True)) == [
        "Ann",
        "Zoe",
    ]
    changes = Change.objects.filter(team=cast.team).values_list("by", "before", "after")
    assert list(changes) == [(cast.alice.pk, {"assigned": bob_id}, {"assigned": None})] * 2

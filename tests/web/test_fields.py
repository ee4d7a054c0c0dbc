"""The Fields page: system fields, custom fields and column answers."""

import pytest
from django.test import Client

from muster.contacts import custom_fields
from muster.contacts.models import ColumnAnswer, CustomField
from muster.core.fields import SYSTEM_FIELDS
from muster.teams.models import AuditEntry
from tests.cast import Cast
from tests.contacts.some import contact

FIELDS = "/t/admissions/fields/"
NEW = {"name": "Program", "kind": "text", "max_length": "255", "choices": "", "searchable": "on"}


def names(cast: Cast) -> list[str]:
    return list(CustomField.objects.filter(team=cast.team).values_list("name", flat=True))


def said(client: Client, path: str, values: dict[str, str]) -> list[str]:
    """What the form says is to be put right."""
    answer = client.post(path, values)
    assert answer.status_code == 422
    return [sentence for errors in answer.context["form"].errors.values() for sentence in errors]


def test_it_shows_every_system_field_with_what_blank_and_absent_mean(cast: Cast) -> None:
    html = cast.browser(cast.alice).get(FIELDS).content.decode()
    for field in SYSTEM_FIELDS:
        assert field.name in html
        assert field.blank in html
        assert field.absent in html


def test_it_lists_system_fields_before_custom_ones(cast: Cast) -> None:
    custom_fields.add(cast.team, cast.alice, name="Program")
    html = cast.browser(cast.alice).get(FIELDS).content.decode()
    places = [html.index(f'id="{section}"') for section in ("system", "custom", "answers")]
    assert places == sorted(places)


def test_it_adds_changes_and_lists_a_field(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    assert client.post(f"{FIELDS}add/", NEW).headers["Location"] == FIELDS
    field = CustomField.objects.get(team=cast.team)
    changed = {"name": "Term", "kind": "choice", "choices": "Fall\nSpring\n", "required": "on", "max_length": ""}
    assert client.post(f"{FIELDS}{field.pk}/", changed).status_code == 302
    field.refresh_from_db()
    assert (field.name, field.kind, field.choices) == ("Term", "choice", ["Fall", "Spring"])
    assert (field.required, field.searchable) == (True, False)
    html = client.get(FIELDS).content.decode()
    assert "Fall, Spring" in html
    actions = AuditEntry.objects.filter(team=cast.team).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["field-added", "field-changed"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("PROGRAM", "You have a field Program already. Names that differ only in capitals count as the same."),
        ("mobilenumber", "mobilenumber is a system field's name. Choose another."),
    ],
)
def test_it_says_why_a_name_cannot_be(cast: Cast, name: str, sentence: str) -> None:
    custom_fields.add(cast.team, cast.alice, name="Program")
    assert said(cast.browser(cast.alice), f"{FIELDS}add/", NEW | {"name": name}) == [sentence]
    assert names(cast) == ["Program"]


def test_it_says_that_25_is_the_most(cast: Cast) -> None:
    for number in range(25):
        custom_fields.add(cast.team, cast.alice, name=f"Field {number}")
    client = cast.browser(cast.alice)
    assert said(client, f"{FIELDS}add/", NEW) == [
        "You have 25 custom fields, the most a team can have. Delete one to add another."
    ]
    html = client.get(FIELDS).content.decode()
    assert "Delete one to add another." in html
    assert f"{FIELDS}add/" not in html


def test_it_begins_with_the_name_that_a_preview_asks_for(cast: Cast) -> None:
    assert 'value="Shoe size"' in cast.browser(cast.alice).get(f"{FIELDS}add/?name=Shoe+size").content.decode()


def test_it_says_what_renaming_keeps_and_offers_the_old_header(cast: Cast) -> None:
    field = custom_fields.add(cast.team, cast.alice, name="Program")
    client = cast.browser(cast.alice)
    answer = client.post(f"{FIELDS}{field.pk}/", NEW | {"name": "Major"}, follow=True)
    assert "Program" in str(next(iter(answer.context["messages"])))
    assert ColumnAnswer.objects.get().header == "Program"


def test_it_says_how_many_contacts_a_deletion_touches(cast: Cast) -> None:
    field = custom_fields.add(cast.team, cast.alice, name="Program")
    for name in ("Ann", "Zoe"):
        contact(cast.team, name, {str(field.id): "Physics"})
    client, path = cast.browser(cast.alice), f"{FIELDS}{field.pk}/delete/"
    assert "2 contacts have" in client.get(path).content.decode()
    assert names(cast) == ["Program"]
    assert client.post(path).headers["Location"] == FIELDS
    assert names(cast) == []


def test_it_wants_the_name_typed_above_a_thousand_values(cast: Cast) -> None:
    field = custom_fields.add(cast.team, cast.alice, name="Program")
    for number in range(1_001):
        contact(cast.team, f"Ann {number}", {str(field.id): "Physics"})
    client, path = cast.browser(cast.alice), f"{FIELDS}{field.pk}/delete/"
    for typed in ({}, {"confirm": "program"}):
        assert client.post(path, typed).status_code == 422
    assert names(cast) == ["Program"]
    assert client.post(path, {"confirm": "Program"}).status_code == 302
    assert names(cast) == []


def test_it_orders_fields_by_buttons(cast: Cast) -> None:
    ids = {name: custom_fields.add(cast.team, cast.alice, name=name).pk for name in ("A", "B", "C")}
    client = cast.browser(cast.alice)
    client.post(f"{FIELDS}{ids['C']}/move/", {"to": "up"})
    client.post(f"{FIELDS}{ids['A']}/move/", {"to": "down"})
    assert names(cast) == ["C", "A", "B"]
    client.post(f"{FIELDS}{ids['A']}/move/", {"to": "sideways"})
    assert names(cast) == ["C", "A", "B"]


def test_it_lists_and_forgets_column_answers(cast: Cast) -> None:
    answer = ColumnAnswer.objects.create(team=cast.team, header="Cell <b>Phone", field_name="MobileNumber")
    client = cast.browser(cast.alice)
    assert "Cell &lt;b&gt;Phone" in client.get(FIELDS).content.decode()
    assert client.post(f"{FIELDS}answers/{answer.pk}/forget/").headers["Location"] == FIELDS
    assert not ColumnAnswer.objects.exists()


def test_it_reaches_no_field_or_answer_of_another_team(cast: Cast) -> None:
    field = custom_fields.add(cast.other_team, cast.charlie, name="Program")
    answer = ColumnAnswer.objects.create(team=cast.other_team, header="Cell", field_name="MobileNumber")
    client = cast.browser(cast.alice)
    for path in (f"{field.pk}/", f"{field.pk}/delete/", f"{field.pk}/move/", f"answers/{answer.pk}/forget/"):
        assert client.post(FIELDS + path, NEW).status_code == 404
    field.refresh_from_db()
    assert (field.name, field.position) == ("Program", 0)

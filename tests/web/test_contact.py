"""One contact's pages: the record, adding, editing, consent, and erasing the person."""

from typing import Any

import pytest

from muster.contacts import edit
from muster.contacts.models import Change, Contact, CustomField, Tombstone
from muster.contacts.search.find import find
from muster.contacts.tombstones import erased_ids
from tests.cast import Cast
from tests.imports.play import HEADER, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")
PAGE = "/t/admissions/contacts/"
ANA = {"first_name": "Ana", "last_name": "Ray", "contact_id": "S1", "mobile_number": "+1 716 555 1234"}


@pytest.fixture
def contact(cast: Cast) -> Contact:
    return edit.add(cast.team, cast.alice, ANA)


def url(contact: Contact, rest: str = "") -> str:
    return f"{PAGE}{contact.id}/{rest}"


def errors(answer: Any) -> set[str]:
    return set(answer.context["form"].errors)


def test_it_shows_the_record(cast: Cast, contact: Contact) -> None:
    CustomField.objects.create(team=cast.team, name="Major", name_folded="major")

    content = cast.browser(cast.bob).get(url(contact)).content.decode()

    assert "+1 716-555-1234" in content
    assert "Major" in content
    assert "WhatsApp marketing: Opted in" in content
    assert "Alice Adams" in content


def test_it_shows_every_change_and_pins_consent(cast: Cast, contact: Contact) -> None:
    edit.update(contact, cast.alice, {"last_name": "Ruiz"})
    edit.set_consent(contact, channel="text", opted_out=True, source="contact", by=None)

    context = cast.browser(cast.bob).get(url(contact)).context

    assert [entry.action for entry in context["entries"]] == ["consent", "updated", "created"]
    assert [entry.source for entry in context["consent"]] == ["contact", "user"]
    assert [(part.label, part.before, part.after) for part in context["entries"][1].parts] == [
        ("Last name", "Ray", "Ruiz")
    ]


def test_it_says_a_custom_value_in_the_history_as_in_the_details(cast: Cast, contact: Contact) -> None:
    field = CustomField.objects.create(team=cast.team, name="Hall", name_folded="hall", kind="yes_no")
    edit.update(contact, cast.alice, {field.key: "yes"})

    context = cast.browser(cast.bob).get(url(contact)).context

    assert (
        [(part.label, part.after) for part in context["entries"][0].parts] == context["own_values"] == [("Hall", "Yes")]
    )


@pytest.mark.django_db(databases="__all__")
def test_it_leads_admins_to_the_import_that_opted_somebody_out(cast: Cast, contact: Contact) -> None:
    row = "S1,Ana,Ray,+1 716 555 1234,,yes"
    imp = imported(cast.team, cast.alice, sheet(row, header=f"{HEADER},OptedOut"))
    edit.set_consent(contact, channel="whatsapp", opted_out=True, source="user", by=cast.bob)
    link = f'<a href="/t/admissions/imports/{imp.pk}/">an import</a>, row 2'

    answer = cast.browser(cast.alice).get(url(contact))

    assert [each.entry and each.entry.import_id for each in answer.context["chips"]] == [imp.pk, None, None]
    assert link in answer.content.decode()
    assert link not in cast.browser(cast.bob).get(url(contact)).content.decode()


def test_a_user_may_look_but_not_change(cast: Cast, contact: Contact) -> None:
    browser = cast.browser(cast.bob)

    assert browser.get(url(contact)).status_code == 200
    assert [
        browser.get(each).status_code for each in (f"{PAGE}add/", url(contact, "edit/"), url(contact, "erase/"))
    ] == [403] * 3
    assert [
        browser.post(each).status_code for each in (f"{PAGE}add/", url(contact, "edit/"), url(contact, "erase/"))
    ] == [403] * 3


def test_a_contact_of_another_team_does_not_exist(cast: Cast, contact: Contact) -> None:
    browser = cast.browser(cast.charlie)
    theirs = "/t/financial-aid/contacts/"

    for rest in ("", "edit/", "erase/"):
        assert browser.get(url(contact, rest)).status_code == 404
        assert browser.get(f"{theirs}{contact.id}/{rest}").status_code == 404
        assert cast.browser(cast.alice).get(f"{PAGE}{'9' * 30}/{rest}").status_code == 404
    assert browser.post(f"{theirs}{contact.id}/consent", {"channel": "text", "opted_out": "yes"}).status_code == 404
    assert browser.post(f"{theirs}{contact.id}/erase/").status_code == 404
    assert Contact.objects.count() == 1


def test_it_takes_only_the_methods_it_knows(cast: Cast, contact: Contact) -> None:
    browser = cast.browser(cast.alice)

    assert browser.post(url(contact)).status_code == 405
    assert browser.get(url(contact, "consent")).status_code == 405
    assert [
        browser.put(each).status_code for each in (f"{PAGE}add/", url(contact, "edit/"), url(contact, "erase/"))
    ] == [405] * 3


def test_it_takes_no_form_from_elsewhere(cast: Cast, contact: Contact) -> None:
    browser = cast.browser(cast.alice, csrf=True)

    for each in (f"{PAGE}add/", url(contact, "edit/"), url(contact, "erase/"), url(contact, "consent")):
        assert browser.post(each, ANA).status_code == 403
    assert Contact.objects.count() == 1


def test_it_adds_a_contact(cast: Cast) -> None:
    field = CustomField.objects.create(team=cast.team, name="Major", name_folded="major")
    given = {**ANA, f"custom_{field.id}": "Law", "whatsapp": "on", "assigned": cast.membership(cast.bob).id}

    answer = cast.browser(cast.alice).post(f"{PAGE}add/", given)

    contact = Contact.objects.get(team=cast.team)
    assert answer["Location"] == url(contact)
    assert (contact.contact_id, contact.custom, contact.assigned_id) == (
        "S1",
        {str(field.id): "Law"},
        given["assigned"],
    )
    assert (contact.text_out, contact.whatsapp_out) == (False, True)


def test_it_shows_each_problem_at_its_box(cast: Cast, contact: Contact) -> None:
    answer = cast.browser(cast.alice).post(
        f"{PAGE}add/",
        {"last_name": "Ray", "contact_id": "S1", "mobile_number": "716 555 1234", "whatsapp_number": "12"},
    )

    assert answer.status_code == 422
    assert errors(answer) == {"first_name", "contact_id", "mobile_number", "whatsapp_number"}
    assert Contact.objects.count() == 1


def test_it_edits_a_contact(cast: Cast, contact: Contact) -> None:
    browser = cast.browser(cast.alice)
    seen = browser.get(url(contact, "edit/")).context["form"].initial["seen"]

    answer = browser.post(url(contact, "edit/"), {**ANA, "last_name": "Ruiz", "seen": seen})

    assert answer["Location"] == url(contact)
    assert Change.objects.filter(action="updated").get().after == {"last_name": "Ruiz"}


def test_it_does_not_overwrite_what_somebody_else_saved(cast: Cast, contact: Contact) -> None:
    browser = cast.browser(cast.alice)
    seen = browser.get(url(contact, "edit/")).context["form"].initial["seen"]
    edit.update(contact, cast.alice, {"last_name": "Ruiz"})

    refused = browser.post(url(contact, "edit/"), {**ANA, "last_name": "Roy", "seen": seen})
    again = {**ANA, "last_name": "Roy", "seen": refused.context["form"].data["seen"]}
    saved = browser.post(url(contact, "edit/"), again)

    assert refused.status_code == 422
    assert saved.status_code == 302
    assert Contact.objects.get().last_name == "Roy"


def test_it_keeps_a_choice_that_is_gone(cast: Cast, contact: Contact) -> None:
    field = CustomField.objects.create(
        team=cast.team, name="Hall", name_folded="hall", kind="choice", choices=["North"]
    )
    contact = edit.update(contact, cast.alice, {field.key: "North"})
    CustomField.objects.filter(id=field.id).update(choices=["South"])
    form = cast.browser(cast.alice).get(url(contact, "edit/")).context["form"]

    given = {**form.initial, "last_name": "Ruiz", f"custom_{field.id}": "North"}
    answer = cast.browser(cast.alice).post(url(contact, "edit/"), given)

    assert answer.status_code == 302
    assert Contact.objects.get().custom == {str(field.id): "North"}


def test_a_user_sets_an_opt_out(cast: Cast, contact: Contact) -> None:
    answer = cast.browser(cast.bob).post(url(contact, "consent"), {"channel": "whatsapp", "opted_out": "yes"})

    kept = Contact.objects.get()
    assert answer["Location"] == url(contact)
    assert (kept.whatsapp_out, kept.whatsapp_source, kept.whatsapp_by) == (True, "user", cast.bob.id)


@pytest.mark.parametrize(
    "given", [{}, {"channel": "fax", "opted_out": "yes"}, {"channel": "text", "opted_out": "maybe"}]
)
def test_consent_needs_a_channel_and_a_word(cast: Cast, contact: Contact, given: dict[str, str]) -> None:
    assert cast.browser(cast.bob).post(url(contact, "consent"), given).status_code == 404


@pytest.mark.django_db(databases="__all__")
def test_it_erases_a_person(cast: Cast, contact: Contact) -> None:
    edit.update(contact, cast.alice, {"contact_id": "S2"})
    browser = cast.browser(cast.alice)
    asked = browser.get(url(contact, "erase/"))

    answer = browser.post(url(contact, "erase/"))

    assert asked.status_code == 200
    assert answer["Location"] == PAGE
    assert not Contact.objects.exists()
    assert [(each.action, each.before, each.after) for each in Change.objects.all()] == [("erased", None, None)]
    assert find(cast.team, "ana").contacts == []
    assert erased_ids(cast.team, ["S1", "S2", "S3"]) == {"S1", "S2"}
    assert erased_ids(cast.other_team, ["S1"]) == frozenset()
    assert not any("S1" in stone.digest for stone in Tombstone.objects.all())
    assert browser.post(url(contact, "erase/")).status_code == 404


@pytest.mark.django_db(databases="__all__")
def test_it_says_when_an_erased_id_comes_again(cast: Cast, contact: Contact) -> None:
    cast.browser(cast.alice).post(url(contact, "erase/"))

    saved = edit.save(cast.team, cast.alice, ANA)

    assert [note.code for note in saved.notes] == ["contact-erased-before"]

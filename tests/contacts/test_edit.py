"""Adding and changing contacts by hand."""

from typing import Any

import pytest

from muster.contacts import edit
from muster.contacts.consent import channels
from muster.contacts.consent.words import OwnWord
from muster.contacts.models import Change, Contact, CustomField
from muster.teams.models import Team, User
from tests.cast import Cast


def add(cast: Cast, **values: Any) -> Contact:
    return edit.add(cast.team, cast.alice, {"first_name": "Ana", "last_name": "Núñez", **values})


def codes(rejected: pytest.ExceptionInfo[edit.Rejected]) -> list[tuple[str | None, str]]:
    return [(problem.field, problem.code) for problem in rejected.value.problems]


def test_it_adds_a_contact_without_an_id(cast: Cast) -> None:
    contact = add(cast, mobile_number="(716) 555-1234")

    kept = Contact.objects.get(team=cast.team, id=contact.id)
    assert (kept.contact_id, kept.mobile_number, kept.search_text) == (None, "+17165551234", "ana\nnunez\n17165551234")
    change = Change.objects.get(team=cast.team)
    assert (change.contact, change.action, change.source, change.by) == (kept.id, "created", "user", cast.alice.id)
    assert change.before is None
    assert change.after is not None
    assert change.after["text"][:3] == [False, "user", cast.alice.id]


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''@x", "'-Blue", "'", "+x", "-5"])
def test_it_keeps_what_is_typed_to_the_letter(cast: Cast, text: str) -> None:
    """What guards a formula in a file guards nothing here: nobody types an apostrophe for a spreadsheet."""
    hall = CustomField.objects.create(team=cast.team, name="Hall", name_folded="hall", kind="choice", choices=[text])
    note = CustomField.objects.create(team=cast.team, name="Note", name_folded="note")
    values = {"first_name": text, hall.key: text, note.key: f" {text}\n{text}"}

    contact = add(cast, mobile_number="(716) 555-1234", **values)

    assert contact.first_name == text
    assert contact.custom == {str(hall.id): text, str(note.id): f"{text}\n{text}"}


@pytest.mark.parametrize("text", ["'00123", '="00123"', " 00123 ", "00123\u200b"])
def test_it_reads_a_typed_id_as_that_of_a_file(cast: Cast, text: str) -> None:
    """Else the two would be two people."""
    assert add(cast, first_name="A", mobile_number="716 555 1234", contact_id=text).contact_id == "00123"


def test_it_reports_every_problem_at_once(cast: Cast) -> None:
    with pytest.raises(edit.Rejected) as rejected:
        edit.add(
            cast.team,
            cast.alice,
            {"last_name": "", "mobile_number": "12", "whatsapp_number": "+999 1", "staff_id": "nobody"},
        )

    assert codes(rejected) == [
        ("FirstName", "value-blank"),
        ("LastName", "value-blank"),
        ("MobileNumber", "phone-no-plus"),
        ("WhatsAppMobileNumber", "phone-impossible"),
        ("StaffId", "staff-unknown"),
    ]
    assert not Contact.objects.exists()


def test_it_wants_a_number(cast: Cast) -> None:
    with pytest.raises(edit.Rejected) as rejected:
        add(cast)

    assert codes(rejected) == [("MobileNumber", "number-none")]


def test_it_takes_the_whatsapp_number_where_there_is_no_mobile_number(cast: Cast) -> None:
    saved = [
        edit.save(cast.team, cast.alice, {"first_name": "A", "last_name": "B", "whatsapp_number": number})
        for number in ("+1 716 555 1234", "+44 1753 495000")
    ]

    assert [each.contact.mobile_number for each in saved] == ["+17165551234", "+441753495000"]
    assert all(each.contact.mobile_inferred_at for each in saved)
    assert [(each.contact.text_out, each.contact.text_source) for each in saved] == [(False, "user"), (True, "user")]
    assert [[note.code for note in each.notes] for each in saved] == [
        ["number-inferred"],
        ["number-inferred", "text-opted-out"],
    ]


def test_it_lets_the_box_decide_for_an_inferred_number(cast: Cast) -> None:
    contact = add(cast, whatsapp_number="+44 1753 495000", text=False)

    assert contact.text_out is False


def test_it_takes_the_whatsapp_number_when_the_mobile_number_is_cleared(cast: Cast) -> None:
    contact = add(cast, mobile_number="7165551234", whatsapp_number="+44 1753 495000", text=True)

    changed = edit.update(contact, cast.alice, {"mobile_number": ""})

    assert (changed.mobile_number, changed.text_out) == ("+441753495000", True)
    assert changed.mobile_inferred_at


def test_it_refuses_a_number_or_an_id_that_is_held(cast: Cast) -> None:
    add(cast, contact_id="S1", mobile_number="7165551234")

    with pytest.raises(edit.Rejected) as rejected:
        add(cast, contact_id="S1", mobile_number="+1 716 555 1234")

    assert codes(rejected) == [("ContactId", "id-taken"), ("MobileNumber", "number-taken")]


def test_it_lets_another_team_have_the_same_id_and_number(cast: Cast) -> None:
    add(cast, contact_id="S1", mobile_number="+17165551234")

    edit.add(
        cast.other_team,
        cast.charlie,
        {"first_name": "A", "last_name": "B", "contact_id": "S1", "mobile_number": "+17165551234"},
    )

    assert Contact.objects.count() == 2


def test_it_keeps_what_is_not_given_and_clears_what_is_blank(cast: Cast) -> None:
    field = CustomField.objects.create(team=cast.team, name="Major", name_folded="major")
    contact = add(cast, contact_id="S1", mobile_number="7165551234", staff_id="007", **{field.key: "Law"})

    changed = edit.update(contact, cast.bob, {"last_name": "Ruiz", field.key: "", "staff_id": ""})

    assert (changed.contact_id, changed.last_name, changed.custom, changed.assigned_id) == ("S1", "Ruiz", {}, None)
    change = Change.objects.filter(team=cast.team).latest("id")
    assert change.before == {"last_name": "Núñez", field.key: "Law", "assigned": cast.membership(cast.bob).id}
    assert change.after == {"last_name": "Ruiz", field.key: None, "assigned": None}
    assert changed.search_text == "ana\nruiz\ns1\n17165551234"


def test_it_writes_nothing_when_nothing_changes(cast: Cast) -> None:
    contact = add(cast, mobile_number="7165551234")

    edit.update(contact, cast.alice, {"first_name": "Ana", "text": False})

    assert Change.objects.count() == 1


def test_it_assigns_a_member_without_a_staff_id(cast: Cast, team: Team) -> None:
    member = cast.membership(cast.bob)
    member.staff_id = None
    member.save()

    contact = add(cast, mobile_number="7165551234", assigned=member.id)

    assert contact.assigned_id == member.id


def test_it_refuses_a_member_of_another_team(cast: Cast) -> None:
    with pytest.raises(edit.Rejected) as rejected:
        add(cast, mobile_number="7165551234", assigned=cast.membership(cast.charlie).id)

    assert codes(rejected) == [("StaffId", "staff-unknown")]


def test_it_opts_in_unless_told_otherwise(cast: Cast) -> None:
    contact = add(cast, mobile_number="7165551234", whatsapp=True)

    assert (contact.text_out, contact.whatsapp_out, contact.whatsapp_marketing_out) == (False, True, False)
    assert contact.whatsapp_source == "user"


def test_it_notes_a_number_that_is_not_assigned_and_one_that_is_shared(cast: Cast) -> None:
    add(cast, mobile_number="7165551234", whatsapp_number="+44 1753 495000")

    saved = edit.save(
        cast.team,
        cast.alice,
        {"first_name": "B", "last_name": "B", "mobile_number": "+1 716 123 1234", "whatsapp_number": "+441753495000"},
    )

    assert {note.code for note in saved.notes} == {"phone-not-assigned", "whatsapp-shared"}


def test_it_reads_cells_as_the_import_does(cast: Cast) -> None:
    kinds = {"number": "07.50", "date": "2026-1-2", "yes_no": "Y", "choice": "RED"}
    fields = {
        kind: CustomField.objects.create(team=cast.team, name=kind, name_folded=kind, kind=kind, choices=["Red"])
        for kind in kinds
    }

    contact = add(cast, mobile_number="7165551234", **{fields[kind].key: cell for kind, cell in kinds.items()})

    read = {kind: contact.custom[str(fields[kind].id)] for kind in kinds}
    assert read == {"number": "7.5", "date": "2026-01-02", "yes_no": "yes", "choice": "Red"}


def test_it_says_no_longer_inferred_once_a_number_is_typed(cast: Cast, alice: User) -> None:
    contact = add(cast, mobile_number="7165551234")
    Contact.objects.filter(team=cast.team).update(mobile_inferred_at=contact.created_at)

    changed = edit.update(contact, alice, {"mobile_number": "7165551235"})

    assert changed.mobile_inferred_at is None


def test_a_stopped_number_opts_out_who_gets_it_by_hand(cast: Cast) -> None:
    channels.hear(cast.team, "+17165551234", "text", opted_out=True)
    channels.hear(cast.team, "+5215512345678", "whatsapp", opted_out=True)
    values = {"first_name": "Ana", "last_name": "Núñez", "mobile_number": "7165551234"}

    saved = edit.save(cast.team, cast.alice, {**values, "whatsapp_number": "+525512345678"})

    assert [(note.field, note.code) for note in saved.notes] == [
        ("OptedOut", "opt-out-kept"),
        ("WhatsAppOptedOut", "opt-out-kept"),
    ]
    contact = saved.contact
    assert (contact.text_out, contact.text_source, contact.text_own_out) == (True, "contact", True)
    assert (contact.whatsapp_out, contact.whatsapp_marketing_out) == (True, False)


def test_a_stopped_number_opts_out_who_gets_it_by_a_change(cast: Cast) -> None:
    channels.hear(cast.team, "+17165551235", "text", opted_out=True)
    contact = add(cast, mobile_number="7165551234")

    contact = edit.update(contact, cast.alice, {"mobile_number": "7165551235"})

    assert (contact.text_out, contact.text_own_out) == (True, True)


def test_what_is_typed_opts_nobody_in_who_said_stop(cast: Cast) -> None:
    contact = add(cast, mobile_number="7165551234")
    channels.hear(cast.team, "+17165551234", "text", opted_out=True)

    with pytest.raises(OwnWord):
        edit.update(contact, cast.alice, {"text": False})

    assert Contact.objects.get(team=cast.team).text_out

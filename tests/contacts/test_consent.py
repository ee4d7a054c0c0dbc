"""STOP, START, and the boxes that a user ticks."""

from muster.contacts import edit
from muster.contacts.consent.channels import set_consent, set_consent_of_number
from muster.contacts.models import Change, Contact
from tests.cast import Cast


def add(cast: Cast, mobile: str | None = "7165551234", whatsapp: str | None = None) -> Contact:
    values = {"first_name": "Ana", "last_name": "Ray", "mobile_number": mobile, "whatsapp_number": whatsapp}
    return edit.add(cast.team, cast.alice, values)


def entries(cast: Cast) -> list[tuple[str, list[object]]]:
    changes = Change.objects.filter(team=cast.team, action="consent").order_by("id")
    return [(change.source, [change.after[key][0] for key in change.after]) for change in changes if change.after]


def test_stop_is_the_contacts_own_word(cast: Cast) -> None:
    contact = set_consent(add(cast), channel="text", opted_out=True, source="contact", by=cast.alice)

    assert (contact.text_out, contact.text_source, contact.text_own_out) == (True, "contact", True)
    assert entries(cast) == [("contact", [True])]


def test_start_takes_the_word_back(cast: Cast) -> None:
    contact = set_consent(add(cast), channel="text", opted_out=True, source="contact", by=None)

    contact = set_consent(contact, channel="text", opted_out=False, source="contact", by=None)

    assert (contact.text_out, contact.text_own_out) == (False, False)
    assert entries(cast) == [("contact", [True]), ("contact", [False])]


def test_a_user_leaves_the_contacts_own_word_as_it_is(cast: Cast) -> None:
    contact = set_consent(add(cast), channel="whatsapp", opted_out=True, source="contact", by=None)

    contact = set_consent(
        contact, channel="whatsapp", opted_out=False, source="user", by=cast.bob, reason="Asked to be."
    )

    assert (contact.whatsapp_out, contact.whatsapp_source, contact.whatsapp_by) == (False, "user", cast.bob.id)
    assert contact.whatsapp_own_out


def test_a_user_who_changes_nothing_leaves_no_trace(cast: Cast) -> None:
    contact = set_consent(add(cast), channel="whatsapp", opted_out=True, source="contact", by=None)

    set_consent(contact, channel="whatsapp", opted_out=True, source="user", by=cast.bob)

    assert len(entries(cast)) == 1


def test_the_same_message_counts_once(cast: Cast) -> None:
    contact = set_consent(add(cast), channel="text", opted_out=True, source="contact", by=None, message_id="m1")
    contact = set_consent(contact, channel="text", opted_out=False, source="contact", by=None, message_id="m2")

    contact = set_consent(contact, channel="text", opted_out=True, source="contact", by=None, message_id="m1")

    assert contact.text_out is False
    assert len(entries(cast)) == 2


def test_another_teams_message_may_have_the_same_id(cast: Cast) -> None:
    values = {"first_name": "A", "last_name": "B", "mobile_number": "+17165551234"}
    other = edit.add(cast.other_team, cast.charlie, values)
    set_consent(add(cast), channel="text", opted_out=True, source="contact", by=None, message_id="m1")

    other = set_consent(other, channel="text", opted_out=True, source="contact", by=None, message_id="m1")

    assert other.text_out


def test_it_finds_whose_number_it_is(cast: Cast) -> None:
    first = add(cast, "7165551234", "+441753495000")
    second = add(cast, "7165551235", "+441753495000")
    say = {"opted_out": True, "source": "contact", "by": None}

    by_text = set_consent_of_number(cast.team, "+17165551234", channel="text", **say)  # type: ignore[arg-type]
    by_whatsapp = set_consent_of_number(cast.team, "+441753495000", channel="whatsapp", **say)  # type: ignore[arg-type]

    assert [each.id for each in by_text] == [first.id]
    assert [each.id for each in by_whatsapp] == [first.id, second.id]


def test_a_whatsapp_message_may_come_from_a_mobile_number(cast: Cast) -> None:
    contact = add(cast)

    heard = set_consent_of_number(
        cast.team, "+17165551234", channel="whatsapp", opted_out=True, source="contact", by=None
    )

    assert [each.id for each in heard] == [contact.id]


def test_who_gets_the_number_later_is_out_too(cast: Cast) -> None:
    for mobile in (None, "7165551234"):
        if mobile:
            add(cast, mobile)
        heard = set_consent_of_number(
            cast.team, "+17165551234", channel="text", opted_out=True, source="contact", by=None, message_id="m1"
        )

    assert [each.text_out for each in heard] == [True]

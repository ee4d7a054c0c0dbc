"""The stop list's page, its words, and opting in somebody who said STOP."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.formats import date_format

from muster.contacts import edit
from muster.contacts.consent import channels
from muster.contacts.erase import erase
from muster.contacts.models import Contact, StopWord
from muster.teams.models import Team
from tests.cast import Cast
from tests.contacts.test_consent import add
from tests.imports.play import imported

pytestmark = pytest.mark.django_db(databases="__all__")

MEXICAN, AS_WHATSAPP_WRITES_IT = "+525512345678", "+5215512345678"


def page(cast: Cast, **query: str) -> list[tuple[str, str, int]]:
    answer = cast.browser(cast.alice).get(f"/t/{cast.team.slug}/contacts/stopped/", query)
    assert answer.status_code == 200
    return [(each.shown, each.channel, len(each.contacts)) for each, _ in answer.context["listed"]]


def address(cast: Cast, contact: Contact, channel: str = "text") -> str:
    return f"/t/{cast.team.slug}/contacts/{contact.id}/opt-in/{channel}/"


def test_it_lists_who_said_stop_and_who_is_affected(cast: Cast) -> None:
    add(cast, whatsapp=MEXICAN)
    channels.hear(cast.team, "+17165550177", "text", opted_out=True, said_text="STOP", through="Twilio")
    channels.hear(cast.team, AS_WHATSAPP_WRITES_IT, "whatsapp", opted_out=True)
    channels.hear(cast.other_team, "+17165550178", "text", opted_out=True)

    assert page(cast) == [("+52 55 1234 5678", "whatsapp", 1), ("+1 716-555-0177", "text", 0)]
    shown = cast.browser(cast.alice).get(f"/t/{cast.team.slug}/contacts/stopped/").content.decode()
    assert [each for each in ("Twilio</td>", "The API</td>", "api</td>") if each in shown] == [
        "Twilio</td>",
        "The API</td>",
    ]


def test_it_is_searched_by_number_in_any_spelling_and_by_channel(cast: Cast) -> None:
    channels.hear(cast.team, "+17165550177", "text", opted_out=True)
    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=True)

    assert [each[1] for each in page(cast, q="716 555")] == ["text"]
    assert [each[1] for each in page(cast, q="+52 1 55 1234 5678")] == ["whatsapp"]
    assert [each[1] for each in page(cast, channel="whatsapp")] == ["whatsapp"]
    assert page(cast, q="nobody") == []


def test_an_erased_number_is_found_only_whole(cast: Cast) -> None:
    contact = add(cast)
    channels.hear(cast.team, "+17165551234", "text", opted_out=True)
    erase(contact, cast.alice)

    assert page(cast, q="716-555-1234") == [("Erased number", "text", 0)]
    assert page(cast, q="716555") == []


def test_it_is_downloaded(cast: Cast) -> None:
    channels.hear(cast.team, "+17165550177", "text", opted_out=True, said_text="=STOP")

    answer = cast.browser(cast.alice).get(f"/t/{cast.team.slug}/contacts/stopped.csv")

    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "\ufeffNumber,Channel,Since,Said,Through,Contacts"
    assert lines[1].startswith("+17165550177,text,")
    assert "'=STOP,The API,0" in lines[1]


def test_a_team_keeps_its_own_words(cast: Cast) -> None:
    posted = {"out_words": "Basta!\n\nbasta\nDetener", "in_words": "Alta", "users_lift_stops": "on"}

    answer = cast.browser(cast.alice).post(f"/t/{cast.team.slug}/contacts/stopped/words", posted)

    team = Team.objects.get(pk=cast.team.pk)
    assert answer.status_code == 302
    assert (team.out_words, team.in_words, team.users_lift_stops) == (["basta", "detener"], ["alta"], True)


def test_too_many_words_are_refused(cast: Cast) -> None:
    posted = {"out_words": "\n".join(map(str, range(60)))}

    assert cast.browser(cast.alice).post(f"/t/{cast.team.slug}/contacts/stopped/words", posted).status_code == 422


def test_opting_in_who_said_stop_asks_for_a_reason(cast: Cast) -> None:
    contact = add(cast)
    channels.hear(cast.team, "+17165551234", "text", opted_out=True, said_text="STOP ALL", through="Twilio")
    client = cast.browser(cast.alice)

    asked = client.post(f"/t/{cast.team.slug}/contacts/{contact.id}/consent", {"channel": "text", "opted_out": "no"})
    shown = client.get(address(cast, contact))
    without = client.post(address(cast, contact), {"reason": "  "})

    assert asked.headers["Location"] == address(cast, contact)
    assert (shown.status_code, without.status_code) == (200, 422)
    assert all(text in shown.content.decode() for text in ("STOP ALL", "Twilio"))
    assert Contact.objects.get(team=cast.team).text_out

    client.post(address(cast, contact), {"reason": "Asked at the desk."})

    assert not Contact.objects.get(team=cast.team).text_out
    assert not StopWord.objects.exists()
    record = client.get(f"/t/{cast.team.slug}/contacts/{contact.id}/").content.decode()
    assert "Asked at the desk." in record


def test_users_lift_it_only_where_the_team_lets_them(cast: Cast) -> None:
    contact = add(cast)
    channels.hear(cast.team, "+17165551234", "text", opted_out=True)
    client = cast.browser(cast.bob)

    assert client.get(address(cast, contact)).status_code == 403

    Team.objects.filter(pk=cast.team.pk).update(users_lift_stops=True)
    assert client.post(address(cast, contact), {"reason": "Asked me."}).status_code == 302
    assert not Contact.objects.get(team=cast.team).text_out


def test_who_did_not_say_stop_is_not_asked_about(cast: Cast) -> None:
    contact = add(cast)
    edit.set_consent(contact, channel="text", opted_out=True, source="user", by=cast.bob)

    assert cast.browser(cast.alice).get(address(cast, contact)).status_code == 302


def why(cast: Cast, contact_id: str) -> dict[str, str]:
    contact = Contact.objects.get(team=cast.team, contact_id=contact_id)
    answer = cast.browser(cast.alice).get(f"/t/{cast.team.slug}/contacts/{contact.id}/")
    return {chip.channel: chip.why for chip in answer.context["chips"]}


def test_the_record_says_why_a_channel_is_as_it_is(cast: Cast) -> None:
    channels.hear(cast.team, "+17165550103", "text", opted_out=True)
    header = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,OptedOut"
    rows = "S1,A,A,7165550101,,yes\nS2,B,B,,+441753495000,\nS3,C,C,7165550103,,\n"
    imported(cast.team, cast.alice, f"{header}\n{rows}".encode(), blank_mobile="infer")
    channels.hear(cast.team, "+441753495000", "whatsapp", opted_out=True, said_text="STOP")

    assert why(cast, "S1")["text"].endswith("the file said OptedOut = Yes. Row 2 of the file.")
    assert why(cast, "S2")["text"].endswith("the number came from WhatsApp and is not +1. Row 3 of the file.")
    assert why(cast, "S2")["whatsapp"].startswith("Said STOP on ")
    assert why(cast, "S3")["text"].startswith("Opted out when the contact got this number, which had said STOP")
    assert why(cast, "S1")["whatsapp"].startswith("Opted in since an import on ")
    late = dt.datetime(2026, 9, 4, 1, tzinfo=dt.UTC)  # in New York it is the day before
    Contact.objects.filter(team=cast.team, contact_id="S1").update(text_at=late)
    assert f"on {date_format(dt.date(2026, 9, 3), 'DATE_FORMAT')}:" in why(cast, "S1")["text"]


def test_two_spellings_of_one_number_are_shown_and_not_merged(cast: Cast) -> None:
    first = Contact.objects.get(id=add(cast, "+5491123456789").id)
    second = add(cast, "7165551235")
    Contact.objects.filter(team=cast.team, id=second.id).update(mobile_number="+541123456789")

    answer = cast.browser(cast.alice).get(f"/t/{cast.team.slug}/contacts/{first.id}/")

    assert [each.id for each in answer.context["same_numbers"]] == [second.id]

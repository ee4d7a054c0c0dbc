"""STOP belongs to the number it was said from, whoever has it (C8)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from muster.contacts import edit
from muster.contacts.consent import channels, stop_list
from muster.contacts.consent.checks import unreadable
from muster.contacts.consent.keyed_hash import found_among, keyed_hash, keyed_hashes
from muster.contacts.consent.words import Heard, OtherMessage, OwnWord
from muster.contacts.erase import erase
from muster.contacts.models import Change, Contact, StopWord
from muster.contacts.tombstones import erased_ids
from muster.imports import run, worker
from muster.imports.store import facts
from tests.cast import Cast
from tests.contacts.test_consent import add
from tests.imports.play import drafted, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")

MEXICAN, AS_WHATSAPP_WRITES_IT = "+525512345678", "+5215512345678"


def test_stop_from_nobodys_number_is_kept(cast: Cast) -> None:
    heard = channels.hear(cast.team, "+17165550177", "text", opted_out=True, said_text="STOP", through="Twilio")

    assert (heard.contacts, heard.counted) == ([], True)
    word = StopWord.objects.get(team=cast.team)
    assert (word.number, word.channel, word.said, word.through) == ("+17165550177", "text", "STOP", "Twilio")
    assert set(stop_list.of_numbers(cast.team, ["+17165550177", "+17165550178"])) == {"+17165550177"}


def test_start_takes_it_off_the_list(cast: Cast) -> None:
    channels.hear(cast.team, "+17165550177", "text", opted_out=True)

    channels.hear(cast.team, "+17165550177", "text", opted_out=False)

    assert not StopWord.objects.exists()


def test_it_is_kept_by_channel_and_team(cast: Cast) -> None:
    channels.hear(cast.team, "+17165550177", "text", opted_out=True)
    channels.hear(cast.team, "+17165550177", "whatsapp", opted_out=True)

    channels.hear(cast.team, "+17165550177", "text", opted_out=False)

    assert list(stop_list.of_numbers(cast.team, ["+17165550177"])["+17165550177"]) == ["whatsapp"]
    assert stop_list.of_numbers(cast.other_team, ["+17165550177"]) == {}


@pytest.mark.parametrize("source", ["contact", "user"])
def test_only_the_numbers_own_word_is_kept(cast: Cast, source: str) -> None:
    add(cast)

    channels.hear(cast.team, "+17165551234", "text", opted_out=True, source=source, by=cast.bob)

    assert StopWord.objects.exists() == (source == "contact")
    assert Contact.objects.get(team=cast.team).text_out


def test_every_spelling_is_the_same_number(cast: Cast) -> None:
    contact = add(cast, whatsapp=MEXICAN)

    heard = channels.hear(cast.team, AS_WHATSAPP_WRITES_IT, "whatsapp", opted_out=True)

    assert [each.id for each in heard.contacts] == [contact.id]
    assert MEXICAN in stop_list.of_numbers(cast.team, [MEXICAN])


def test_a_word_by_contact_is_the_numbers_too(cast: Cast) -> None:
    first, second = add(cast, "7165551234", MEXICAN), add(cast, "7165551235", MEXICAN)

    channels.set_consent(first, channel="whatsapp", opted_out=True, source="contact", by=None)

    second.refresh_from_db()
    assert (second.whatsapp_out, second.whatsapp_source, second.whatsapp_own_out) == (True, "contact", True)
    assert MEXICAN in stop_list.of_numbers(cast.team, [MEXICAN])


def test_a_user_needs_a_reason_to_opt_in_who_said_stop(cast: Cast) -> None:
    contact = channels.set_consent(add(cast), channel="text", opted_out=True, source="contact", by=None)

    with pytest.raises(OwnWord):
        channels.set_consent(contact, channel="text", opted_out=False, source="user", by=cast.alice)
    with pytest.raises(OwnWord):
        channels.hear(cast.team, "+17165551234", "text", opted_out=False, source="user", by=cast.alice)

    assert Contact.objects.get(team=cast.team).text_out


def test_a_reason_lifts_it_and_stays_in_the_history(cast: Cast) -> None:
    contact = channels.set_consent(add(cast), channel="text", opted_out=True, source="contact", by=None)

    contact = channels.set_consent(
        contact, channel="text", opted_out=False, source="user", by=cast.alice, reason="Asked me at the desk."
    )

    assert not contact.text_out
    assert not StopWord.objects.exists()
    last = Change.objects.filter(contact=contact.id).latest("id")
    assert last.after is not None
    assert last.after["reason"] == "Asked me at the desk."


def test_an_older_word_than_the_last_does_not_count(cast: Cast) -> None:
    now = timezone.now()
    contact = add(cast)
    channels.hear(cast.team, "+17165551234", "text", opted_out=True, at=now)

    late = channels.hear(cast.team, "+17165551234", "text", opted_out=False, at=now - timedelta(minutes=1))

    contact.refresh_from_db()
    assert not late.counted
    assert contact.text_out


def test_one_message_may_speak_for_two_channels(cast: Cast) -> None:
    contact = add(cast, whatsapp=MEXICAN)
    for channel in ("whatsapp", "whatsapp_marketing"):
        assert channels.hear(cast.team, MEXICAN, channel, opted_out=True, message_id="m1").counted

    contact.refresh_from_db()
    assert contact.whatsapp_out
    assert contact.whatsapp_marketing_out


def test_one_message_may_speak_for_two_numbers(cast: Cast) -> None:
    for number in ("+17165551234", "+17165551235"):
        assert channels.hear(cast.team, number, "text", opted_out=True, message_id="m1").counted


def test_the_same_message_counts_once_however_the_number_is_spelled(cast: Cast) -> None:
    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=True, message_id="m1")
    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=False, message_id="m2")

    assert not channels.hear(cast.team, AS_WHATSAPP_WRITES_IT, "whatsapp", opted_out=True, message_id="m1").counted
    assert not StopWord.objects.exists()


def test_the_same_message_with_other_content_is_refused(cast: Cast) -> None:
    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=True, message_id="m1")

    with pytest.raises(OtherMessage):
        channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=False, message_id="m1")

    assert StopWord.objects.exists()


def test_yes_counts_only_for_who_is_out(cast: Cast) -> None:
    contact = add(cast)
    assert channels.hear_text(cast.team, "+17165551234", "text", "Yes!", through="Twilio") == Heard(
        [contact], counted=False
    )

    channels.hear_text(cast.team, "+17165551234", "text", " stop. ", through="Twilio")
    again = channels.hear_text(cast.team, "+17165551234", "text", "YES", through="Twilio")

    assert again is not None
    assert again.counted
    assert not again.contacts[0].text_out
    assert [each.after and each.after.get("said") for each in Change.objects.filter(action="consent")] == [
        "STOP",
        "YES",
    ]


def test_a_team_has_words_of_its_own(cast: Cast) -> None:
    cast.team.out_words = ["Basta"]

    assert channels.hear_text(cast.team, "+17165551234", "text", "¡BASTA!", through="Twilio") is not None
    assert channels.hear_text(cast.team, "+17165551234", "text", "Basta ya", through="Twilio") is None


def test_after_an_erasure_a_hash_stays_and_still_stops(cast: Cast) -> None:
    contact = add(cast, whatsapp=MEXICAN)
    channels.hear(cast.team, AS_WHATSAPP_WRITES_IT, "whatsapp", opted_out=True, said_text="STOP", message_id="m1")

    erase(contact, cast.alice)

    word = StopWord.objects.get(team=cast.team)
    assert (word.number, word.said, word.message_id) == (None, "", "")
    assert "5512345678" not in word.key
    assert set(stop_list.of_numbers(cast.team, [MEXICAN, "+17165551234"])) == {MEXICAN}


def test_a_number_that_somebody_else_has_stays_in_the_clear(cast: Cast) -> None:
    contact, _ = add(cast, "7165551234", MEXICAN), add(cast, "7165551235", MEXICAN)
    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=True)

    erase(contact, cast.alice)

    assert StopWord.objects.get(team=cast.team).number == MEXICAN


def test_the_secret_can_be_changed_without_forgetting(cast: Cast, settings: Settings) -> None:
    contact = add(cast, whatsapp=MEXICAN)
    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=True, message_id="m1")
    erase(contact, cast.alice)
    old = settings.SECRET_KEY

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another, made today", [old]

    assert MEXICAN in stop_list.of_numbers(cast.team, [MEXICAN])
    assert not channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=True, message_id="m1").counted
    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=False)
    assert not StopWord.objects.exists()


def test_a_number_heard_again_is_known_again(cast: Cast) -> None:
    contact = add(cast, whatsapp=MEXICAN)
    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=True)
    erase(contact, cast.alice)

    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=True)

    assert StopWord.objects.get(team=cast.team).number == MEXICAN


def test_the_erased_ids_are_known_with_an_old_secret_too(cast: Cast, settings: Settings) -> None:
    contact = edit.update(add(cast), cast.alice, {"contact_id": "S1"})
    erase(contact, cast.alice)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another, made today", [settings.SECRET_KEY]

    assert erased_ids(cast.team, ["S1", "S2"]) == {"S1"}


def test_many_numbers_are_looked_up_like_one(cast: Cast, settings: Settings) -> None:
    old, kept = settings.SECRET_KEY, add(cast, "7165550101", MEXICAN)
    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=True)
    erase(kept, cast.alice)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another, made today", ["one never used", old]
    channels.hear(cast.team, "+17165550102", "text", opted_out=True)
    erase(add(cast, "7165550102"), cast.alice)
    channels.hear(cast.team, "+17165550103", "text", opted_out=True)
    many = [f"+17165550{number}" for number in range(100, 400)] + [MEXICAN, AS_WHATSAPP_WRITES_IT]

    found = facts.stops_of(cast.team, many)

    one_by_one = {each: stop_list.of_numbers(cast.team, [each]).get(each) for each in many}
    assert found == {each: channels for each, channels in one_by_one.items() if channels}
    assert set(found) == {"+17165550102", "+17165550103", MEXICAN, AS_WHATSAPP_WRITES_IT}


def test_a_hash_as_they_were_made_before_still_stops(cast: Cast, settings: Settings) -> None:
    """HMAC-SHA256, whose secret's name was made of the secret alone."""
    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=True)
    said = f"stopped:{cast.team.pk}:{MEXICAN}".encode()
    digest = hmac.digest(settings.SECRET_KEY.encode(), said, "sha256").hex()[:48]
    name = hashlib.sha256(f"secret-id:{settings.SECRET_KEY}".encode()).hexdigest()[:8]
    StopWord.objects.update(key=f"#{name}:{digest}", number=None)

    assert set(stop_list.of_numbers(cast.team, [MEXICAN, "+17165551234"])) == {MEXICAN}
    assert unreadable() == 0
    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=False)
    assert not StopWord.objects.exists()


@pytest.mark.parametrize("secret", ["now", "x" * 64, "é" * 100], ids=["short", "a block", "long"])
def test_a_hash_made_alone_is_found_among_many(settings: Settings, secret: str) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = secret, ["before", "never used"]
    kept = dict.fromkeys(keyed_hashes("stopped:1:+17165550101")[:-1], "+17165550101")
    assert len(kept) == 5  # of now and of before, by three secrets, but for one
    others = [keyed_hash("stopped:2:+17165550101"), keyed_hash("stopped:1:+17165550102", "lost")]

    found = found_among([*kept, *others], "stopped:1:", ["+17165550101", "+17165550102"])

    assert found == kept


def test_an_import_asks_the_list_of_what_it_gives_and_of_nothing_else(cast: Cast) -> None:
    kept, given = "S1,Ana,Ruiz,+17165550101,+525512345678", "S2,Bo,Ito,+17165550102,+525512345678"
    imported(cast.team, cast.alice, sheet(kept))
    channels.hear(cast.team, MEXICAN, "whatsapp", opted_out=True)

    imp = drafted(cast.team, cast.alice, sheet(kept.replace("Ana", "Anna")))
    with CaptureQueriesContext(connection) as asked:
        worker.run_now(run.confirm(imp, cast.alice))
    assert asked.captured_queries
    assert not [each for each in asked.captured_queries if "contacts_stopword s" in each["sql"]]
    imported(cast.team, cast.alice, sheet(kept, given))

    outs = {each.contact_id: (each.whatsapp_out, each.whatsapp_own_out) for each in Contact.objects.all()}
    assert outs == {"S1": (True, True), "S2": (True, True)}

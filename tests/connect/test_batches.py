"""Words that wait are applied together, and it comes to the same as if each were applied alone."""

import random
from datetime import timedelta
from json import loads
from typing import Any

import pytest
from django.db import connections as databases
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muster.connect import connections
from muster.connect.incoming import listener
from muster.connect.models import Call, Connection, Delivery
from muster.connect.webhooks import manage, message
from muster.contacts import counts
from muster.contacts.consent import channels, stop_list
from muster.contacts.erase import erase
from muster.contacts.models import Change, Contact, StopWord
from muster.teams.models import Team, User
from tests.cast import Cast
from tests.connect.test_gateways import TOKEN
from tests.imports.play import contact, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")

MEXICAN, AS_WHATSAPP_WRITES_IT, NOBODYS = "+525512345678", "+5215512345678", "+17165559999"
PEOPLE = (
    "S1,Ana,Ray,+1 716 555 1234,",
    "S2,Bo,Ng,+1 716 555 2345,+52 55 1234 5678",
    "S3,Cy,Ng,+1 716 555 3456,+52 55 1234 5678",
    "S4,Di,Ng,+1 716 555 4567,+1 716 555 1234",
    "S5,Ed,Ng,+1 716 555 9998,",
)
NUMBERS = ("+17165551234", "+17165552345", "+17165553456", MEXICAN, AS_WHATSAPP_WRITES_IT, NOBODYS, "+17165559998")
CHANNELS = ("text", "whatsapp", "whatsapp_marketing")


def team_with_people(team: Team, by: User) -> Connection:
    """Five people, of whom two share a number, one has another's, and one is gone after STOP; two webhooks listen."""
    imported(team, by, sheet(*PEOPLE))
    channels.hear(team, "+17165559998", "text", opted_out=True, at=timezone.now() - timedelta(hours=1))
    erase(contact(team, "S5"), by)
    manage.add(team, by, url="https://example.com/", events=["consent.changed", "contacts.changed"])
    return connections.add(team, by, kind="twilio", name="Texting", secret=TOKEN)


def words(chance: random.Random, many: int) -> list[dict[str, Any]]:
    """What gateways, the API and pages may keep: any order, doubled, late, of numbers and of people, known or not."""
    said = []
    begun = timezone.now()
    for number in range(many):
        word: dict[str, Any] = {"channel": chance.choice(CHANNELS), "opted_out": chance.random() < 0.6}
        about = chance.random()
        if about < 0.7:
            word["number"] = chance.choice(NUMBERS)
            word["if_out"] = not word["opted_out"] and chance.random() < 0.3
        elif about < 0.9:
            word["contact_id"] = chance.choice(("S1", "S2", "S3", "S4", "nobody"))
        else:
            word |= {"contact_id": "S1", "source": "user", "opted_out": True, "by_api": True}
        word["message_id"] = f"m{chance.randrange(many)}" if chance.random() < 0.8 else ""
        word["said_at"] = begun - timedelta(seconds=chance.randrange(60)) if chance.random() < 0.2 else None
        word["at"] = begun + timedelta(milliseconds=number)
        word["heard"] = "STOP" if word["opted_out"] else "START"
        said.append(word)
    return said


def keep(gateway: Connection, said: list[dict[str, Any]]) -> None:
    for each in said:
        word = {key: value for key, value in each.items() if key not in {"by_api", "at"}}
        by_api = each.get("by_api", False)
        if by_api:
            word["contact"] = contact(gateway.team, word.pop("contact_id")).id
        call = Call.objects.create(team_id=gateway.team_id, connection_id=0 if by_api else gateway.pk, **word)
        Call.objects.filter(pk=call.pk).update(at=each["at"])


def come_to(team: Team) -> dict[str, Any]:
    """Everything that has come of the words, without ids and the moments at which it was written."""
    people = dict(Contact.objects.filter(team=team).values_list("id", "contact_id"))
    shown = [f"{channel}_{part}" for channel in CHANNELS for part in ("out", "source", "by", "own_out")]
    said = ("heard", "state", "outcome", "changed")
    kept = StopWord.objects.filter(team=team)
    entries = Change.objects.filter(team=team).order_by("version", "id")
    return {
        "contacts": list(Contact.objects.filter(team=team).order_by("contact_id").values_list("contact_id", *shown)),
        "stopped": set(kept.values_list("number", "channel", "said", "through")),
        "since": set(kept.exclude(number=None).values_list("number", "channel", "at")),
        "calls": [
            (*each[:3], [people[key] for key in each[3]])
            for each in Call.objects.filter(team_id=team.pk).order_by("id").values_list(*said)
        ],
        "history": [
            (people.get(each.contact), each.source, [(key, value[0]) for key, value in (each.after or {}).items()])
            for each in entries.filter(action="consent")
        ],
        "counts": counts.counts_of(team).now,
    }


def told(team: Team) -> dict[str, list[Any]]:
    """What the webhook is told of each number and channel, in its order."""
    found: dict[str, list[Any]] = {}
    for each in Delivery.objects.filter(team=team, event="consent.changed").order_by("version", "id"):
        for sent in message.messages(each):
            data = loads(sent.body)["data"]
            found.setdefault(f"{data['number']} {data['channel']}", []).append(data["opted_out"])
    return found


@pytest.mark.parametrize("seed", range(12))
def test_together_comes_to_the_same_as_one_by_one(cast: Cast, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    cast.other_team.home_region = cast.team.home_region
    cast.other_team.save()
    said = words(random.Random(seed), 60)
    for team, at_a_time in ((cast.team, 500), (cast.other_team, 1)):
        monkeypatch.setattr(listener, "AT_A_TIME", at_a_time)
        keep(team_with_people(team, cast.alice), said)
        while listener.apply_waiting():
            pass

    together, alone = come_to(cast.team), come_to(cast.other_team)
    for part, found in together.items():
        assert found == alone[part], part
    assert counts.scan(cast.team) == counts.counts_of(cast.team).now
    assert told(cast.team) == told(cast.other_team)


def test_many_words_take_few_queries(cast: Cast) -> None:
    gateway = team_with_people(cast.team, cast.alice)
    took = []
    for many in (5, 200):
        for number in range(many):
            said = {"channel": "text", "opted_out": True, "number": f"+1716555{number:04}", "at": timezone.now()}
            keep(gateway, [{**said, "message_id": f"{many}-{number}"}])
        with CaptureQueriesContext(databases["default"]) as seen:
            assert listener.apply_waiting() == many
        took.append(len(seen))

    assert took[1] < 2 * took[0], took
    assert Call.objects.filter(outcome="Nobody has this number: kept in the stop list").count() > 200


@pytest.mark.parametrize("said", ["START STOP", "STOP START STOP", "STOP START"])
def test_the_last_word_about_a_contact_counts(cast: Cast, said: str) -> None:
    gateway = team_with_people(cast.team, cast.alice)
    channels.set_consent(contact(cast.team, "S1"), channel="text", opted_out=True, source="contact", by=None)
    for word in said.split():
        keep(gateway, [{"channel": "text", "opted_out": word == "STOP", "contact_id": "S1", "at": timezone.now()}])
    listener.apply_waiting()

    assert contact(cast.team, "S1").text_out is said.endswith("STOP")
    assert (stop_list.word(cast.team, "+17165551234", "text") is not None) is said.endswith("STOP")


def test_a_start_that_arrives_late_does_not_undo_a_later_stop(cast: Cast) -> None:
    gateway, now = team_with_people(cast.team, cast.alice), timezone.now()
    said = {"channel": "text", "number": "+17165551234", "at": now}
    keep(gateway, [{**said, "opted_out": True, "said_at": now}])
    listener.apply_waiting()
    keep(gateway, [{**said, "opted_out": False, "said_at": now - timedelta(minutes=1)}])
    listener.apply_waiting()

    assert contact(cast.team, "S1").text_out is True


def test_a_stop_counts_however_late_it_arrives(cast: Cast) -> None:
    gateway, now = team_with_people(cast.team, cast.alice), timezone.now()
    for opted_out, ago in ((False, 0), (True, 60)):
        at = now - timedelta(seconds=ago)
        keep(gateway, [{"channel": "text", "number": "+17165551234", "opted_out": opted_out, "said_at": at, "at": now}])
        listener.apply_waiting()

    assert contact(cast.team, "S1").text_out is True

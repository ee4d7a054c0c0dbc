"""Counts that are kept say what counting says, after every kind of change."""

import random
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from muster.contacts import edit, many
from muster.contacts.consent.channels import hear, set_consent
from muster.contacts.consent.words import OwnWord
from muster.contacts.counts import counts_of, scan, scan_months
from muster.contacts.erase import erase
from muster.contacts.models import Contact, ContactCounts, ManyStep
from muster.contacts.search.find import find
from muster.imports import undo, worker
from muster.imports.models import Import, can_undo
from muster.teams import members
from muster.teams.models import Team
from tests.cast import Cast
from tests.imports.play import ANA, HEADER, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")

WIDE = f"{HEADER},OptedOut,WhatsAppOptedOut,WhatsAppMarketingOptedOut,StaffId"


def are_true(team: Team) -> bool:
    kept = counts_of(team)
    highest = max(Contact.objects.filter(team=team).values_list("id", flat=True), default=0)
    assert (kept.newest or 0) >= highest
    return (kept.now, kept.months) == (scan(team), scan_months(team))


def row(chance: random.Random, number: int) -> str:
    words = [chance.choice(["", "", "yes", "no"]) for _ in range(3)]
    mobile = chance.choice([f"+1 716 555 1{number:03}", ""])
    whatsapp = chance.choice([f"+44 1753 495{number:03}", "", f"+1 716 555 2{number:03}"])
    return (
        f"S{number},A{chance.randint(1, 3)},B,{mobile},{whatsapp},{','.join(words)},{chance.choice(['', 'T01', '007'])}"
    )


def import_some(cast: Cast, chance: random.Random) -> None:
    rows = [row(chance, number) for number in chance.sample(range(1, 30), 8)]
    header, rows = (WIDE, rows) if chance.random() < 0.8 else (HEADER, [",".join(each.split(",")[:5]) for each in rows])
    options: dict[str, Any] = {
        "blank_mobile": chance.choice(["infer", "fail"]),
        "allow_mobile_updates": chance.random() < 0.5,
    }
    imported(cast.team, cast.alice, "\n".join((header, *rows)).encode(), **options)


def undo_one(cast: Cast, chance: random.Random) -> None:
    found = [imp for imp in Import.objects.filter(team=cast.team) if can_undo(imp)]
    if found:
        worker.run_now(undo.undo(chance.choice(found), cast.alice))


def some_contact(cast: Cast, chance: random.Random) -> Contact | None:
    found = list(Contact.objects.select_related("team").filter(team=cast.team))
    return chance.choice(found) if found else None


def edit_one(cast: Cast, chance: random.Random) -> None:
    if contact := some_contact(cast, chance):
        values = {
            "whatsapp_number": chance.choice(["", "+44 1753 495900"]),
            "assigned": chance.choice([None, cast.membership(cast.bob).pk]),
            "whatsapp": chance.random() < 0.5,
        }
        with suppress(OwnWord):  # who said STOP is not opted in by an edit, and nothing of it is kept
            edit.update(contact, cast.alice, values)


def add_one(cast: Cast, chance: random.Random) -> None:
    number = f"+1 716 555 3{chance.randint(0, 999):03}"
    if not Contact.objects.filter(team=cast.team, mobile_number=number.replace(" ", "")).exists():
        values = {"first_name": "By", "last_name": "Hand", "mobile_number": number, "text": chance.random() < 0.5}
        edit.add(cast.team, cast.alice, values)


def say_one(cast: Cast, chance: random.Random) -> None:
    if contact := some_contact(cast, chance):
        channel = chance.choice(["text", "whatsapp", "whatsapp_marketing"])
        set_consent(contact, channel=channel, opted_out=chance.random() < 0.6, source="contact", by=cast.alice)


def erase_one(cast: Cast, chance: random.Random) -> None:
    if contact := some_contact(cast, chance):
        erase(contact, cast.alice)
        # History that is erased can't be counted: the counts of the months keep what happened.
        ContactCounts.objects.filter(team=cast.team).update(months=scan_months(cast.team), now=F("now"))


def do_to_many(cast: Cast, chance: random.Random) -> None:
    everybody = Contact.objects.filter(team=cast.team)
    chosen = everybody.filter(id__in=[each.id for each in everybody if chance.random() < 0.5])
    many.assign(cast.team, cast.alice, chosen, chance.choice([None, cast.membership(cast.bob)]))
    many.opt_out(cast.team, cast.alice, chosen, chance.choice(["text", "whatsapp", "whatsapp_marketing"]))
    steps = [each for each in ManyStep.objects.filter(team=cast.team) if many.can_undo(each)]
    if steps and chance.random() < 0.5:
        many.undo(steps[0], cast.alice)


STEPS = (import_some, import_some, undo_one, edit_one, add_one, say_one, do_to_many, erase_one)


def test_the_first_import_of_a_team_is_not_read_again_to_be_counted(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as asked:
        imported(cast.team, cast.alice, sheet(ANA))

    assert not [each["sql"] for each in asked if '"contacts_change"."before"' in each["sql"]]
    assert ContactCounts.objects.get(team=cast.team).now["contacts"] == 1
    assert are_true(cast.team)


@pytest.mark.parametrize("seed", range(4))
def test_they_are_what_a_scan_counts_after_every_kind_of_change(cast: Cast, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(25):
        chance.choice(STEPS)(cast, chance)
        assert are_true(cast.team)


def test_a_member_who_leaves_leaves_contacts_unassigned(cast: Cast) -> None:
    imported(cast.team, cast.alice, f"{HEADER},StaffId\nS1,A,B,+1 716 555 1234,,007\n".encode())
    assert counts_of(cast.team).now["assigned"] == 1
    members.remove_user(cast.membership(cast.bob), cast.alice)
    assert "assigned" not in counts_of(cast.team).now
    assert are_true(cast.team)


def test_an_undo_takes_back_what_it_removed(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, f"{HEADER}\nS1,A,B,+1 716 555 1234,\n".encode())
    assert counts_of(cast.team).now == {"contacts": 1, "text": 1}
    worker.run_now(undo.undo(imp, cast.alice))
    assert counts_of(cast.team).now == {}


def test_a_team_of_before_is_counted_at_the_first_look(cast: Cast) -> None:
    imported(cast.team, cast.alice, f"{HEADER}\nS1,A,B,+1 716 555 1234,\n".encode())
    ContactCounts.objects.all().delete()
    assert counts_of(cast.team).now == {"contacts": 1, "text": 1}
    ContactCounts.objects.all().delete()
    imported(cast.team, cast.alice, f"{HEADER}\nS2,A,B,+1 716 555 1235,\n".encode())
    assert counts_of(cast.team).now == {"contacts": 2, "text": 2}
    assert are_true(cast.team)


def test_one_stop_that_reaches_several_is_counted_at_once(cast: Cast) -> None:
    for number in range(3):
        values = {"first_name": "A", "last_name": "B", "mobile_number": f"716555010{number}"}
        edit.add(cast.team, cast.alice, {**values, "whatsapp_number": "+525512345678"})
    counts_of(cast.team)

    with CaptureQueriesContext(connection) as asked:
        heard = hear(cast.team, "+525512345678", "whatsapp", opted_out=True)

    assert len(heard.contacts) == 3
    assert sum('UPDATE "contacts_contactcounts"' in each["sql"] for each in asked.captured_queries) == 1
    assert are_true(cast.team)


def test_a_team_without_contacts_is_not_counted(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert counts_of(cast.team).now == {}
    assert not [each for each in asked.captured_queries if each["sql"].startswith(("INSERT", "UPDATE"))]
    assert ContactCounts.objects.get(team=cast.team).newest == 0, "begun with the team, while nobody had to look"


def test_a_search_passes_by_what_an_import_is_about_to_save(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    with CaptureQueriesContext(connection) as made:
        assert [each.contact_id for each in find(cast.team).contacts] == ["S1"]
    asked = [each["sql"] for each in made if 'FROM "contacts_contact"' in each["sql"]]
    newest = ContactCounts.objects.get(team=cast.team).newest
    bound = f'"contacts_contact"."id" <= {newest}'
    assert asked
    assert all((bound in each) == (connection.vendor == "postgresql") for each in asked)


def test_whoever_was_there_before_newest_was_kept_is_below_it(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    ahead = 2**62  # another machine's clock
    Contact.objects.filter(team=cast.team).update(id=ahead)
    ContactCounts.objects.filter(team=cast.team).update(newest=None)
    assert [each.id for each in find(cast.team).contacts] == [ahead]
    imported(cast.team, cast.alice, sheet("S9,Ana,Núñez,+1 716 555 1239,"))
    assert are_true(cast.team)
    assert [each.contact_id for each in find(cast.team).contacts] == ["S1", "S9"]

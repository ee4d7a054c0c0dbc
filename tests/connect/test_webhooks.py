"""Webhooks: written with the change, delivered in order until they arrive, signed as the official library wants it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from muster.connect import feed, retention
from muster.connect.models import Delivery, Webhook
from muster.connect.webhooks import manage, sender
from muster.contacts import edit
from muster.contacts.consent import channels
from muster.contacts.erase import erase
from muster.imports import undo, worker
from muster.imports.models import Mail
from muster.teams.lock import locked
from muster.teams.models import AuditEntry
from tests.cast import Cast
from tests.imports.play import ANA, BO, contact, imported, sheet
from tests.real.receiver import Receiver

pytestmark = pytest.mark.django_db(databases="__all__")

ALL = ["contacts.changed", "consent.changed", "import.finished", "import.undone", "import.failed"]


def hooked(cast: Cast, receiving: Receiver, *events: str) -> Webhook:
    """A webhook of Admissions that leads to the receiver, which knows the secret."""
    webhook, receiving.secret = manage.add(cast.team, cast.alice, url=receiving.url, events=events or ALL)
    return webhook


def say(cast: Cast, who: str = "S1", *, opted_out: bool = True) -> None:
    channels.set_consent(contact(cast.team, who), channel="text", opted_out=opted_out, source="contact", by=None)


def types(receiving: Receiver) -> list[str]:
    return [each.type for each in receiving.taken]


def lines(**values: Any) -> list[Delivery]:
    return list(Delivery.objects.filter(**values).order_by("version", "id"))


def test_it_tells_of_an_import_in_one_message(cast: Cast, receiving: Receiver) -> None:
    hooked(cast, receiving)
    imp = imported(cast.team, cast.alice, sheet(ANA, BO))

    sender.send_due()

    assert sorted(types(receiving)) == ["contacts.changed", "import.finished"]
    (changed,), (finished,) = receiving.of("contacts.changed"), receiving.of("import.finished")
    assert (changed["count"], changed["sources"], changed["imports"]) == (2, ["import"], [str(imp.pk)])
    assert (finished["import"], finished["totals"]["created"]) == (str(imp.pk), 2)
    page = feed.read(cast.team, feed.read_cursor(changed["after"]), 10)
    assert (len(page.items), str(page.cursor)) == (2, changed["cursor"])


def test_it_writes_one_line_an_event_however_many_contacts(cast: Cast, receiving: Receiver) -> None:
    hooked(cast, receiving, "contacts.changed")
    imported(cast.team, cast.alice, sheet(*(f"S{n},Ana,Li,+1 716 555 {n:04d}," for n in range(1, 60))))

    assert len(lines()) == 1


def test_it_tells_of_each_word_about_consent(cast: Cast, receiving: Receiver) -> None:
    imported(cast.team, cast.alice, sheet(ANA, BO))
    hooked(cast, receiving, "consent.changed")
    say(cast)
    edit.update(contact(cast.team, "S2"), cast.bob, {"whatsapp": True, "whatsapp_marketing": True})
    edit.update(contact(cast.team, "S2"), cast.bob, {"last_name": "Kayode"})

    sender.send_due()

    told = [
        (each["contact_id"], each["channel"], each["opted_out"], each["source"], each["number"])
        for each in receiving.of("consent.changed")
    ]
    assert told == [
        ("S1", "text", True, "contact", "+17165551234"),
        ("S2", "whatsapp", True, "user", "+441753495000"),
        ("S2", "whatsapp_marketing", True, "user", "+441753495000"),
    ]


def test_it_tells_of_those_whom_an_import_opts_out(cast: Cast, receiving: Receiver) -> None:
    hooked(cast, receiving, "consent.changed")
    header = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,OptedOut"
    imported(cast.team, cast.alice, sheet(ANA + ",yes", BO + ",no", header=header))

    sender.send_due()

    assert [(each["contact_id"], each["channel"], each["row"]) for each in receiving.of("consent.changed")] == [
        ("S1", "text", 2)
    ]


def test_it_tells_of_an_undo(cast: Cast, receiving: Receiver) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    hooked(cast, receiving, "import.undone", "contacts.changed")
    entry = undo.undo(imp, cast.alice)
    worker.run_now(entry)

    sender.send_due()

    assert receiving.of("import.undone")[0]["undoes"] == str(imp.pk)
    assert receiving.of("contacts.changed")[0]["count"] == 1


def test_it_writes_nothing_that_did_not_happen(cast: Cast, receiving: Receiver) -> None:
    hooked(cast, receiving)

    def change_and_fail() -> None:
        with locked(cast.team):
            edit.add(cast.team, cast.alice, {"first_name": "New", "last_name": "X", "mobile_number": "+1 716 555 7777"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()

    assert lines() == []


def test_it_says_no_more_than_once_a_second_that_contacts_changed(cast: Cast, receiving: Receiver) -> None:
    imported(cast.team, cast.alice, sheet(ANA, BO))
    webhook = hooked(cast, receiving, "contacts.changed")
    for name in ("A", "B", "C"):
        edit.update(contact(cast.team, "S1"), cast.alice, {"last_name": name})
    sender.send_due()
    for name in ("D", "E"):
        edit.update(contact(cast.team, "S1"), cast.alice, {"last_name": name})
    sender.send_due()
    at_once = [each["count"] for each in receiving.of("contacts.changed")]
    Webhook.objects.update(changes_told_at=timezone.now() - timedelta(seconds=1), due_at=timezone.now())
    sender.send_due()

    assert at_once == [3]
    assert [each["count"] for each in receiving.of("contacts.changed")] == [3, 2]
    assert [each.state for each in lines(webhook=webhook.pk)] == ["done", "merged", "merged", "done", "merged"]


def test_it_tries_again_ever_less_often_and_keeps_the_order(cast: Cast, receiving: Receiver) -> None:
    imported(cast.team, cast.alice, sheet(ANA, BO))
    webhook = hooked(cast, receiving, "consent.changed")
    say(cast, "S1")
    say(cast, "S2")
    receiving.status = lambda: 503

    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(3):
            sender.send_due()
            webhook.refresh_from_db()
            waits.append((webhook.due_at - timezone.now()).total_seconds())
            clock.move_to(webhook.due_at)
        receiving.status = lambda: 200
        sender.send_due()

    assert waits == [0.25, 0.5, 1.0]
    assert [each["contact_id"] for each in receiving.of("consent.changed")] == ["S1", "S2"]
    assert len({each["webhook-id"] for each in receiving.requests[:4]}) == 1
    webhook.refresh_from_db()
    assert (webhook.attempts, webhook.failing_since) == (0, None)
    assert [(each.state, each.attempts, each.answer) for each in lines()] == [
        ("done", 4, "200 thanks"),
        ("done", 1, "200 thanks"),
    ]


def test_it_gives_up_after_three_days_and_tells_the_admins(cast: Cast, receiving: Receiver) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    webhook = hooked(cast, receiving, "consent.changed")
    say(cast)
    receiving.status = lambda: 500

    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(60):
            webhook.refresh_from_db()
            if not webhook.enabled:
                break
            clock.move_to(max(webhook.due_at, timezone.now()))
            sender.send_due()
        days = (timezone.now() - webhook.created_at).total_seconds() / 86400

    assert 3 <= days < 3.3
    assert "500" in webhook.off_because
    assert [each.state for each in lines()] == ["dropped"]
    assert list(Mail.objects.filter(about="webhook").values_list("to", flat=True)) == ["alice@example.edu"]
    assert AuditEntry.objects.filter(action="webhook-switched-off").count() == 1
    say(cast, opted_out=False)
    assert len(lines()) == 1


def test_it_signs_by_both_secrets_for_a_day(cast: Cast, receiving: Receiver) -> None:
    webhook = hooked(cast, receiving)
    old, receiving.secret = receiving.secret, ""
    new = manage.renew_secret(webhook, cast.alice)

    def signed() -> list[bool]:
        manage.send_test(webhook)
        sender.send_due()
        headers = receiving.requests[-1]
        signatures = headers["webhook-signature"].split()
        data = '{"team":"admissions","message":"This is a test. Nothing has changed."}'
        body = f'{{"type":"test","timestamp":"{lines()[-1].at.isoformat()}","data":{data}}}'
        sent_at = timezone.now().replace(microsecond=0)
        return [Verifier(each).sign(headers["webhook-id"], sent_at, body) in signatures for each in (old, new)]

    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert signed() == [True, True]
        clock.shift(timedelta(days=1, seconds=1))
        assert signed() == [False, True]


def test_it_keeps_the_secret_encrypted(cast: Cast, receiving: Receiver) -> None:
    webhook = hooked(cast, receiving)

    assert receiving.secret.startswith("whsec_")
    assert receiving.secret[6:] not in str(Webhook.objects.filter(pk=webhook.pk).values())


def test_it_sends_a_test_and_sends_again(cast: Cast, receiving: Receiver) -> None:
    webhook = hooked(cast, receiving)
    first = manage.send_test(webhook)
    sender.send_due()
    manage.send_again(webhook, first)
    sender.send_due()

    assert types(receiving) == ["test", "test"]
    manage.change(webhook, cast.alice, enabled=False)
    with pytest.raises(manage.IsOff):
        manage.send_test(webhook)


def test_it_says_nothing_of_somebody_who_was_erased_meanwhile(cast: Cast, receiving: Receiver) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    hooked(cast, receiving, "consent.changed", "contacts.changed")
    say(cast)
    erase(contact(cast.team, "S1"), cast.alice)

    sender.send_due()

    assert receiving.of("consent.changed") == []
    assert "+17165551234" not in str(list(Delivery.objects.values()))


def test_it_leaves_what_another_worker_has_in_hand(cast: Cast, receiving: Receiver) -> None:
    webhook = hooked(cast, receiving)
    manage.send_test(webhook)
    Webhook.objects.update(claimed_until=timezone.now() + timedelta(seconds=10))

    assert sender.send_due() == 0
    assert sender.serve(webhook.pk) == 0


def test_it_reads_a_line_of_the_answer_and_no_more(cast: Cast, receiving: Receiver) -> None:
    webhook = hooked(cast, receiving)
    receiving.answer = b"x" * 1_000_000
    manage.send_test(webhook)
    sender.send_due()

    assert lines()[0].answer == "200 " + "x" * 196


def test_it_begins_anew_when_it_is_switched_on_again(cast: Cast, receiving: Receiver) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    webhook = hooked(cast, receiving, "consent.changed")
    manage.change(webhook, cast.alice, enabled=False)
    say(cast)
    manage.change(webhook, cast.alice, enabled=True)
    say(cast, opted_out=False)

    sender.send_due()

    assert [each["opted_out"] for each in receiving.of("consent.changed")] == [False]


def test_it_forgets_deliveries_after_their_time(cast: Cast, receiving: Receiver) -> None:
    webhook = hooked(cast, receiving)
    manage.send_test(webhook)
    sender.send_due()
    Delivery.objects.update(at=timezone.now() - timedelta(days=31))
    manage.send_test(webhook)

    retention.prune()

    assert [each.state for each in lines()] == ["waiting"]


@pytest.mark.parametrize("events", [[], ["contacts.changed", "no.such"]])
def test_it_refuses_events_that_there_are_not(cast: Cast, allowed: None, events: list[str]) -> None:
    with pytest.raises(ValidationError):
        manage.add(cast.team, cast.alice, url="https://example.com/", events=events)

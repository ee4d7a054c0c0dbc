"""The mails of an import: what they say, to whom, and that each is sent once."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from django.conf import settings as django_settings
from django.test import override_settings
from django.utils import timezone

from muster.contacts import custom_fields
from muster.core.sentences import failures
from muster.imports import mail, run, worker
from muster.imports.mailing import mail_sender
from muster.imports.models import Import, Mail, State
from muster.teams.models import Team
from tests.cast import Cast
from tests.imports.play import ANA, BO, CY, drafted, imported, sheet
from tests.real.smtp import Mailbox

pytestmark = pytest.mark.django_db(databases="__all__")


def through(mailbox: Mailbox) -> override_settings:
    return override_settings(
        EMAIL_BACKEND="muster.teams.mailing.timed_smtp.TimedSmtp",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=mailbox.port,
        EMAIL_USE_TLS=False,
        EMAIL_USE_SSL=False,
    )


def later() -> None:
    """As if the wait were over."""
    Mail.objects.filter(sent_at=None).update(due_at=timezone.now() - timedelta(seconds=1))


def parts(message: EmailMessage) -> tuple[str, str]:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return str(text.get_content()), str(html.get_content())


def test_it_says_what_came_of_the_import(cast: Cast, smtp_server: Mailbox) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BO, CY, "S4,Dee,Poe,4.41E+11,"))
    with through(smtp_server):
        assert mail_sender.send_due() == 1

    message = smtp_server.messages[0]
    assert smtp_server.recipients == [["alice@example.edu"]]
    assert message["Subject"] == "Import finished: 2 saved, 2 left out (Admissions)"
    for text in parts(message):
        said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", re.sub(r"<style.*</style>", "", text, flags=re.DOTALL)))
        counts = ("4 rows in the file", "2 new", "0 updated", "0 no change", "2 left out")
        for wanted in ("contacts.csv, into Admissions", *counts):
            assert wanted in said
        assert "row 4" in said
        assert "row 5" in said
        assert str(imp.pk) in text
        assert "#value-blank" in text
        assert "#phone-shortened" in text


def test_it_names_nobody_and_no_number(cast: Cast, smtp_server: Mailbox) -> None:
    imported(cast.team, cast.alice, sheet(ANA, BO, CY, "S4,Dee,Poe,+1 716 555 1234,", "S5,Eve,Fox,12,"))
    with through(smtp_server):
        mail_sender.send_due()

    for text in parts(smtp_server.messages[0]):
        for secret in ("Ana", "Núñez", "Bo ", "Kay", "Dee", "Poe", "Eve", "Fox", "S1", "S4", "555", "495000"):
            assert secret not in text


def test_it_writes_to_the_teams_addresses_too_and_to_nobody_twice(cast: Cast, smtp_server: Mailbox) -> None:
    cast.team.notify = ["office@example.edu", "ALICE@example.edu", "office@example.edu"]
    cast.team.save()
    imported(cast.team, cast.alice, sheet(ANA))
    with through(smtp_server):
        mail_sender.send_due()
        mail_sender.send_due()

    assert sorted(smtp_server.recipients) == [["alice@example.edu"], ["office@example.edu"]]


def test_it_tries_again_when_the_server_says_later(cast: Cast, smtp_server: Mailbox) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    smtp_server.refuse(times=2)
    with through(smtp_server):
        waits = []
        for _ in range(2):
            assert mail_sender.send_due() == 0
            kept = Mail.objects.get()
            assert kept.last_error
            waits.append(kept.due_at - timezone.now())
            assert mail_sender.send_due() == 0, "not before its time"
            later()
        assert waits[1] > waits[0] * 1.5
        assert mail_sender.send_due() == 1
        later()
        assert mail_sender.send_due() == 0

    assert (len(smtp_server.messages), smtp_server.refused) == (1, 2)
    assert Mail.objects.get().attempts == 3


def test_it_does_not_fail_when_the_server_is_down(cast: Cast, smtp_server: Mailbox) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    with through(smtp_server), override_settings(EMAIL_PORT=1):
        assert mail_sender.send_due() == 0
    later()
    with through(smtp_server):
        assert mail_sender.send_due() == 1


def test_it_goes_on_after_an_address_that_cannot_be_written(cast: Cast, smtp_server: Mailbox) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    Mail.objects.update(to="a\nb@example.edu")
    with through(smtp_server):
        assert mail_sender.send_due() == 0
    assert Mail.objects.get().last_error


def test_it_gives_a_mail_the_same_id_every_time(cast: Cast, smtp_server: Mailbox) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    with through(smtp_server):
        mail_sender.send_due()
        Mail.objects.update(sent_at=None, due_at=timezone.now())  # as if the worker had died right after sending
        mail_sender.send_due()

    first, second = smtp_server.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first["From"] == django_settings.DEFAULT_FROM_EMAIL


def test_it_leaves_a_mail_to_the_worker_that_claimed_it(cast: Cast, smtp_server: Mailbox) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    same = Mail.objects.get()
    now = timezone.now()

    assert mail_sender.claim(Mail.objects.get(), now)
    assert not mail_sender.claim(same, now)


def test_it_writes_plain_and_styled_mail_without_style_sheets(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))

    kept = Mail.objects.get()
    assert "<style" not in kept.html
    assert 'style="' in kept.html
    assert "<" not in kept.text


def test_it_says_why_a_file_was_not_imported_after_it_was_confirmed(cast: Cast, smtp_server: Mailbox) -> None:
    imp = run.confirm(drafted(cast.team, cast.alice, sheet(ANA)), cast.alice)
    custom_fields.add(cast.team, cast.alice, name="Programme", required=True)
    worker.run_now(imp)

    imp.refresh_from_db()
    assert (imp.state, imp.failure) == (State.REFUSED, failures.REFUSAL)
    page = cast.browser(cast.alice).get(f"/t/admissions/imports/{imp.pk}/")
    assert "the team&#x27;s fields were changed before its turn came" in page.content.decode()
    with through(smtp_server):
        assert mail_sender.send_due() == 1
    message = smtp_server.messages[0]
    assert message["Subject"] == "Not imported: the file has problems (Admissions)"
    for text in parts(message):
        assert "Programme is missing from the header row." in text
        assert str(imp.pk) in text
        assert "Ana" not in text


def test_it_says_why_a_file_that_was_to_be_imported_at_once_was_refused(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet("x", header="Ana Núñez,+1 716 555 1234"))
    Import.objects.filter(pk=imp.pk).update(state=State.CHECKING, lease_until=None, confirmed=True)
    while worker.one_round("me"):
        pass

    kept = Mail.objects.get()
    assert kept.about == "refused"
    assert "555" not in kept.text + kept.html


def test_it_writes_again_when_an_import_fails_again(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    for _ in range(2):
        mail.write_failure(imp, timezone.now())
        Mail.objects.filter(about="failed").update(sent_at=timezone.now())
    mail.write_failure(imp, timezone.now())

    assert Mail.objects.get(about="failed").sent_at is None


def test_it_tells_the_time_in_the_teams_zone_and_names_the_file(cast: Cast) -> None:
    at = datetime(2026, 9, 3, 14, 2, tzinfo=UTC)
    for zone, said in (("Europe/Berlin", "3 Sep 2026, 16:02 CEST"), ("", "3 Sep 2026, 10:02 EDT")):
        Team.objects.filter(pk=cast.team.pk).update(time_zone=zone)
        imp = imported(cast.team, cast.alice, sheet(ANA))
        imp.team.refresh_from_db()
        mail.write_failure(imp, at)
        found = Mail.objects.get(of=imp, about="failed")
        for text in (found.text, found.html):
            assert f"contacts.csv, into Admissions, {said}" in text


def test_a_worker_loads_what_mails_lead_to_before_it_holds_a_lock() -> None:
    program = (
        "import django; django.setup()\n"
        "import sys; from muster.imports import mail, worker\n"
        "before = 'muster.urls' in sys.modules; mail.prepare()\n"
        "print(before, 'muster.urls' in sys.modules)"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "muster.django_settings"}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]

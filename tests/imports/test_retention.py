"""What is kept how long, and what goes at once."""

import os
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from muster.contacts.models import Change, ConsentMessage
from muster.imports import retention, run
from muster.imports.mailing import mail_sender
from muster.imports.models import Content, Edit, Import, Mail
from muster.settings import settings
from muster.teams import audit
from muster.teams.mailing import mail_files
from muster.teams.models import AuditEntry
from tests.cast import Cast
from tests.imports.play import ANA, BO, drafted, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")
LONG_AGO = timedelta(days=400)


def test_it_keeps_nothing_of_the_file_of_a_draft_that_is_cancelled(cast: Cast) -> None:
    imp = run.cancel(drafted(cast.team, cast.alice, sheet(ANA)), cast.alice)
    assert not Content.objects.filter(of=imp).exists()
    assert not Edit.objects.filter(of=imp).exists()
    assert imp.original_removed_at == imp.finished_at is not None


def test_it_says_when_saving_ended_not_when_it_began(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    assert imp.finished_at is not None
    assert imp.finished_at > Change.objects.get(team=cast.team, import_id=imp.pk).at


def test_it_removes_sent_mails_after_their_days_and_none_that_waits(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    mail_sender.send_due()
    imported(cast.team, cast.alice, sheet(BO))
    Mail.objects.exclude(sent_at=None).update(sent_at=timezone.now() - LONG_AGO)
    Mail.objects.update(due_at=timezone.now() - LONG_AGO)
    retention.prune()
    assert [each.sent_at for each in Mail.objects.all()] == [None]


def test_it_removes_mails_that_are_files_after_their_days(cast: Cast) -> None:
    folder = mail_files.folder()
    folder.mkdir(parents=True, exist_ok=True)
    old, young = folder / "old.eml", folder / "young.eml"
    old.write_text("Subject: old")
    young.write_text("Subject: young")
    os.utime(old, (time.time() - LONG_AGO.total_seconds(),) * 2)
    retention.prune()
    assert (old.exists(), young.exists()) == (False, True)
    young.unlink()


def test_it_removes_sessions_that_have_ended(cast: Cast) -> None:
    for user in (cast.alice, cast.bob):
        cast.browser(user)
    first = Session.objects.order_by("session_key")[0]
    Session.objects.filter(pk=first.pk).update(expire_date=timezone.now() - timedelta(days=1))
    retention.prune()
    assert Session.objects.count() == 1


def test_it_keeps_the_log_for_ever_unless_told_otherwise(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.record(cast.team, cast.alice, "import-started")
    AuditEntry.objects.update(at=timezone.now() - LONG_AGO)
    retention.prune()
    assert AuditEntry.objects.count() == 1
    monkeypatch.setattr(settings(), "audit_days", 365)
    retention.prune()
    assert AuditEntry.objects.count() == 0


def test_it_forgets_message_ids_after_their_days(cast: Cast) -> None:
    for name in ("old", "young"):
        ConsentMessage.objects.create(team=cast.team, message_id=name)
    ConsentMessage.objects.filter(message_id="old").update(at=timezone.now() - LONG_AGO)
    retention.prune()
    assert [each.message_id for each in ConsentMessage.objects.all()] == ["young"]


def test_it_keeps_the_history_of_a_contact(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    Change.objects.update(at=timezone.now() - LONG_AGO)
    Import.objects.update(finished_at=timezone.now() - LONG_AGO)
    retention.prune()
    assert Change.objects.filter(import_id=imp.pk).count() == 1

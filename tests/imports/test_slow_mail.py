"""A mail server that hangs holds up mails and nothing else, and is left alone for a while."""

import time
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from muster.imports.mailing import mail_sender
from muster.imports.mailing.mail_sender import Breaker
from muster.imports.models import Import, Mail, State
from muster.teams.mailing import timed_smtp
from tests.cast import Cast
from tests.imports.play import ANA, drafted, imported, sheet
from tests.imports.processes import wait_for, workers
from tests.real.slow_smtp import hanging
from tests.real.smtp import Mailbox

pytestmark = pytest.mark.django_db(databases="__all__")


def through(port: int, timeout: float = 10) -> override_settings:
    return override_settings(
        EMAIL_BACKEND="muster.teams.mailing.timed_smtp.TimedSmtp",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        EMAIL_TIMEOUT=timeout,
    )


def mails(cast: Cast, count: int) -> None:
    """So many that are due."""
    now = timezone.now()
    Mail.objects.bulk_create(
        [Mail(about="webhook", to=f"a{each}@example.edu", subject="x", text="x", due_at=now) for each in range(count)]
    )


@pytest.mark.parametrize("letters", [b"", b"2"])
def test_it_gives_a_mail_its_time_and_no_more_however_slowly_the_server_drips(
    cast: Cast, letters: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timed_smtp, "SECONDS", 1)
    mails(cast, 3)
    began = time.monotonic()
    with hanging(letters) as server, through(server.port, timeout=0.8):
        assert mail_sender.send_due() == 0

    assert time.monotonic() - began < 3
    assert len(server.calls) == 1, "the others would wait as long for the same"
    assert sorted(Mail.objects.values_list("attempts", flat=True)) == [0, 0, 1]


def test_it_leaves_a_server_alone_ever_longer_and_tries_again(cast: Cast, smtp_server: Mailbox) -> None:
    mails(cast, 2)
    breaker = Breaker()
    with through(1):
        assert mail_sender.send_due(breaker) == 0
        first = breaker.rests_until - time.monotonic()
        assert mail_sender.send_due(breaker) == 0
        breaker.rests_until = 0
        assert mail_sender.send_due(breaker) == 0
    assert breaker.rests_until - time.monotonic() > first * 1.5

    breaker.rests_until = 0
    Mail.objects.update(due_at=timezone.now())
    with through(smtp_server.port):
        assert mail_sender.send_due(breaker) == 2
    assert breaker.failures == 0


def test_a_mail_that_is_refused_does_not_hold_up_the_next(cast: Cast, smtp_server: Mailbox) -> None:
    mails(cast, 2)
    smtp_server.refuse(times=1)
    with through(smtp_server.port):
        assert mail_sender.send_due() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_imports_go_on_while_the_mail_server_hangs(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    mails(cast, 20)
    with hanging() as server, workers(MUSTER_EMAIL_URL=f"smtp://127.0.0.1:{server.port}"):
        imp: Any = drafted(cast.team, cast.alice, sheet(ANA))
        Import.objects.filter(pk=imp.pk).update(state=State.CHECKING, lease_until=None, confirmed=True)
        began = time.monotonic()
        wait_for(imp, State.DONE, seconds=30)
        assert time.monotonic() - began < 20, "less than one mail may take, and twenty are due"
        assert server.calls, "the mail server was asked meanwhile"

"""A forgotten password tells nobody who has an account: same words, same work."""

import re
from collections import Counter
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.imports.mailing import mail_sender
from muster.imports.models import Mail
from tests.cast import Cast

pytestmark = pytest.mark.django_db(databases="__all__")
ASK = "/accounts/password/reset/"


def kind_of(statement: str) -> str:
    """What a statement does; PostgreSQL's cursors of the server read, too."""
    kind = statement.split(" ", 1)[0]
    return "SELECT" if kind == "DECLARE" else kind


def test_the_answer_and_what_is_written_are_the_same_for_everybody(cast: Cast) -> None:
    cast.browser().post(ASK, {"email": "first@example.edu"})  # from here on the visitor has been counted before
    Mail.objects.all().delete()
    written, pages, done = [], [], []
    for email in (cast.alice.email, "nobody@example.edu"):
        with CaptureQueriesContext(connection) as asked:
            answer = cast.browser().post(ASK, {"email": email}, follow=True)
        done.append(Counter(kind_of(each["sql"]) for each in asked))
        written.append([each["sql"].split(" (")[0] for each in asked if each["sql"].startswith("INSERT")])
        pages.append((answer.status_code, re.sub(r"nonce-\S+|csrf\S+ value=\S+", "", answer.content.decode())))

    assert pages[0] == pages[1]
    assert written[0] == written[1]
    assert done[0] == done[1]  # as many queries of each kind, so that the answer takes as long
    assert mail.outbox == []  # no page waits for a mail server
    assert [(each.to, each.sent_at is None) for each in Mail.objects.order_by("pk")] == [
        (cast.alice.email, True),
        ("", False),
    ]


def reset(cast: Cast) -> Any:
    cast.browser().post(ASK, {"email": cast.alice.email})
    mail_sender.send_due()
    [sent] = mail.outbox
    [link] = re.findall(r"http\S+(/accounts/password/reset/key/\S+)", str(sent.body))
    client = cast.browser()
    page = client.get(link, follow=True)
    return client.post(page.redirect_chain[-1][0], {"password1": "a quite different horse"})


def test_the_outbox_keeps_no_link_once_it_is_sent(cast: Cast) -> None:
    reset(cast)
    assert [each.text for each in Mail.objects.all()] == [""]

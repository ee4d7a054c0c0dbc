"""API tokens: hashed, expiring, revocable."""

from datetime import timedelta

import pytest
from django.utils import timezone

from muster.teams import tokens
from muster.teams.models import AuditEntry, Token
from muster.teams.seen import SEEN
from tests.cast import Cast


def test_it_finds_a_token_by_what_was_shown_once(cast: Cast) -> None:
    token, plain = tokens.make(cast.alice, "CRM")
    found = tokens.find(plain)
    assert found == token
    assert found.user == cast.alice


def test_it_keeps_nothing_but_a_hash(cast: Cast) -> None:
    _, plain = tokens.make(cast.alice, "CRM")
    row = Token.objects.values().get()
    assert plain.startswith("muster_")
    assert plain not in str(row)
    assert plain.removeprefix("muster_") not in str(row)


@pytest.mark.parametrize("plain", ["", "muster_", "muster_x", "\x00"])
def test_it_finds_nothing_for_what_is_no_token(cast: Cast, plain: str) -> None:
    tokens.make(cast.alice, "CRM")
    assert tokens.find(plain) is None


def test_it_ends_with_time(cast: Cast) -> None:
    _, past = tokens.make(cast.alice, "past", timezone.now() - timedelta(seconds=1))
    _, future = tokens.make(cast.alice, "future", timezone.now() + timedelta(hours=1))
    assert tokens.find(past) is None
    assert tokens.find(future) is not None


def test_it_ends_when_revoked_and_stays_listed(cast: Cast) -> None:
    token, plain = tokens.make(cast.alice, "CRM")
    tokens.revoke(token)
    tokens.revoke(token)
    assert tokens.find(plain) is None
    assert cast.alice.tokens.count() == 1
    log = AuditEntry.objects.filter(team=cast.team).order_by("id")
    assert [entry.action for entry in log] == ["token-made", "token-revoked"]


def test_it_ends_with_its_user(cast: Cast) -> None:
    _, plain = tokens.make(cast.alice, "CRM")
    cast.alice.is_active = False
    cast.alice.save()
    assert tokens.find(plain) is None


def test_it_notes_its_use_at_most_once_a_minute(cast: Cast) -> None:
    token, plain = tokens.make(cast.alice, "CRM")
    tokens.find(plain)
    SEEN.write()
    token.refresh_from_db()
    first = token.last_used_at
    tokens.find(plain)
    SEEN.write()
    token.refresh_from_db()
    assert first is not None
    assert token.last_used_at == first
    Token.objects.update(last_used_at=first - timedelta(minutes=2))
    tokens.find(plain)
    SEEN.write()
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert token.last_used_at > first - timedelta(minutes=2)

"""API tokens: made in Profile or by `muster token`, shown once, kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from muster.teams import audit
from muster.teams.models import Token, User
from muster.teams.seen import SEEN

PREFIX = "muster_"  # so that a leaked token can be recognised for what it is
USED_AT_MOST_EVERY = timedelta(minutes=1)


def make(user: User, name: str, expires_at: datetime | None = None) -> tuple[Token, str]:
    """Make a token. The second value is the token itself: nobody can show it again."""
    plain = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = Token.objects.create(user=user, name=name, digest=_digest(plain), expires_at=expires_at)
        audit.record_for_teams_of(user, "token-made", name=name)
    return token, plain


def find(plain: str) -> Token | None:
    """The token, with its user, if it is one, has not expired or been revoked, and its user is active."""
    now = timezone.now()
    token = _alive().select_related("user").filter(digest=_digest(plain)).first()
    if token and (token.last_used_at is None or now - token.last_used_at >= USED_AT_MOST_EVERY):
        SEEN.token_used(token, now)
    return token


def revoke(token: Token) -> None:
    """End a token now. It stays listed, so that the log keeps its name."""
    with transaction.atomic():
        if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
            audit.record_for_teams_of(token.user, "token-revoked", name=token.name)


def count(user: User) -> int:
    """How many of somebody's tokens work."""
    return _alive().filter(user=user).count()


def revoke_all(user: User) -> None:
    """End all tokens of somebody."""
    for token in _alive().filter(user=user):
        revoke(token)


def _alive() -> QuerySet[Token]:
    """Those that have not expired or been revoked, and whose user is active."""
    unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return Token.objects.filter(unexpired, revoked_at=None, user__is_active=True)


def _digest(plain: str) -> str:
    """A plain hash is enough: a token is 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(plain.encode()).hexdigest()

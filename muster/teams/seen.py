"""When a token was last used and which team somebody was last in, written beside the requests and never in one.

On SQLite one writer at a time gets the file, for as long as an import takes. Reading must not wait for that, so what it
leaves behind is kept in memory until a thread of the web process has written it: a minute later, or when it can.
"""

from __future__ import annotations

import threading
from datetime import datetime

import structlog
from django.db import DatabaseError, connections, transaction

from muster.teams.models import Token, User

logger = structlog.get_logger(__name__)
SECONDS_BETWEEN_WRITES = 60


class Seen:
    """What is not written yet, by the token or the user whom it is about."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[int, datetime] = {}
        self._teams: dict[int, int] = {}

    def token_used(self, token: Token, at: datetime) -> None:
        """A token opened something."""
        with self._lock:
            self._tokens[token.pk] = at

    def in_team(self, user: User, team_id: int) -> None:
        """Somebody opened a page of a team."""
        with self._lock:
            self._teams[user.pk] = team_id

    def write(self) -> None:
        """Write it all. What the database does not take now is kept for the next time, unless something newer came."""
        tokens, teams = self._take()
        try:
            with transaction.atomic():
                for token, at in tokens.items():
                    Token.objects.filter(pk=token).exclude(last_used_at__gt=at).update(last_used_at=at)
                for user, team in teams.items():
                    User.objects.filter(pk=user).update(last_team=team)
        except DatabaseError as error:
            logger.info("seen_not_written", detail=str(error))
            with self._lock:
                self._tokens = tokens | self._tokens
                self._teams = teams | self._teams

    def forget(self) -> None:
        """Drop what is not written."""
        self._take()

    def _take(self) -> tuple[dict[int, datetime], dict[int, int]]:
        with self._lock:
            taken = self._tokens, self._teams
            self._tokens, self._teams = {}, {}
        return taken


SEEN = Seen()


def keep_writing() -> None:
    """Start the thread that writes, once in each process that serves."""
    threading.Thread(target=_write_for_ever, name="muster-seen", daemon=True).start()


def _write_for_ever() -> None:
    waiting = threading.Event()
    while not waiting.wait(SECONDS_BETWEEN_WRITES):
        SEEN.write()
        connections.close_all()

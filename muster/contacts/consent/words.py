"""What is said about a channel, and what comes of it: the words that consent is told in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from muster.contacts.models import Contact, Source

API = "api"


class OwnWord(Exception):  # noqa: N818  says what it is
    """The contact's own word was STOP: a user opts them in on the contact's page only, and says why."""


class OtherMessage(Exception):  # noqa: N818  says what it is
    """A message with this id was heard before, and said something else."""


@dataclass(frozen=True, slots=True)
class Word:
    """What was said about a channel, of a number (E.164, in any spelling) or of a contact, by whom, when and why.

    `said`: the keyword. `through`: "api", or the name of a connection. `if_out`: it counts only for who is out (YES).
    """

    channel: str
    opted_out: bool
    source: str  # user or contact
    by: int | None = None  # User.id
    at: datetime = field(default_factory=timezone.now)  # when it was said
    number: str = ""
    contact: int | None = None  # Contact.id
    said: str = ""
    through: str = API
    message_id: str | None = None
    if_out: bool = False
    reason: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it is the contact's own."""
        return self.source == Source.CONTACT


@dataclass(frozen=True, slots=True)
class Heard:
    """What a word came to: the contacts it was about, as they are now, and whether it counted.

    A word counts once: not the same message again, not one older than the last, and YES only for who is out.
    """

    contacts: list[Contact]
    counted: bool

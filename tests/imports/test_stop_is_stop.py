"""STOP is STOP: whatever happens to a team, nobody is in an audience whose number's own last word was out (law 8).

Random stories on the real database: imports with every option, drafts that are edited and run later, hand edits,
changed numbers, words by number in every spelling and by contact, users' choices with and without a reason, undo,
erasing and coming back, in two teams at once. After every step each team's audiences are looked at, and every channel
that is out is asked why. 20 stories here; `test_stop_is_stop_often.py` and `_more_often.py` tell 2,000.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import transaction

from muster.contacts import edit, history
from muster.contacts.audience import audience
from muster.contacts.consent import channels
from muster.contacts.consent.words import OwnWord
from muster.contacts.erase import erase
from muster.contacts.mapping import channel_of
from muster.contacts.models import Contact
from muster.contacts.pages import record
from muster.core.consent import numbers_by_channel
from muster.core.fields import CHANNELS, Options
from muster.core.phones import spellings
from muster.imports import run, undo, worker
from muster.imports.draft import edits, left_out
from muster.imports.models import Import, State, WrongState
from muster.teams.lock import version_of
from muster.teams.models import Team, User
from tests.cast import Cast

pytestmark = pytest.mark.django_db(databases="__all__")

STEPS = 12
IDS = ("S1", "S2", "S3", "S4")
SPELLED = (
    ("+17165550101",),
    ("+17165550102", "7165550102"),
    ("+525512345678", "+5215512345678"),
    ("+5511987654321", "+551187654321"),
    ("+5491123456789", "+541123456789"),
)
HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber"
OPT_OUTS = ("OptedOut", "WhatsAppOptedOut", "WhatsAppMarketingOptedOut", "StaffId")
Key = tuple[int, str, str]


class Story:
    """Two teams, and what every number's own last word was."""

    def __init__(self, seed: int, teams: list[tuple[Team, User]]) -> None:
        self.luck, self.teams = random.Random(seed), teams
        self.stopped: set[Key] = set()
        self.drafts: list[Import] = []
        self.done: list[Import] = []
        self.told: list[str] = []
        self.seen: dict[int, int] = {}  # team → its version when it was looked at last
        self.explained: set[tuple[object, ...]] = set()  # contacts as they were when they were asked why

    def tell(self) -> None:
        """Do one thing after the other; look at what it changed after each, and at everything at the end."""
        steps: list[Callable[[], None]] = [
            *(self.imports,) * 5, self.drafts_one, self.edits_a_draft, self.runs_a_draft, self.adds,
            *(self.changes,) * 2,
            *(self.hears_a_number,) * 4, *(self.hears_a_contact,) * 2, *(self.a_user_chooses,) * 2, self.undoes,
            self.erases, self.applies_opt_outs,
        ]  # fmt: skip
        for _ in range(STEPS):
            self.team, self.by = self.luck.choice([*self.teams, self.teams[0]])
            step = self.luck.choice(steps)
            self.told.append(step.__name__)
            with suppress(edit.Rejected, OwnWord, WrongState):  # refused, which is fine: nothing happened
                step()
            self.check()
        self.seen.clear()
        self.explained.clear()
        self.check()

    def number(self) -> str:
        """Any number in any spelling; more often one that has said STOP to this team."""
        said = [key for team, key, _ in sorted(self.stopped) if team == self.team.pk]
        if said and self.luck.random() < 0.5:
            return self.luck.choice(spellings.of(self.luck.choice(said)))
        return self.luck.choice(self.luck.choice(SPELLED))

    def file(self) -> bytes:
        more = [each for each in OPT_OUTS if self.luck.random() < 0.4]
        words = {"StaffId": ("",) * 9 + ("T77",)}
        rows = []
        for _ in range(self.luck.randint(2, 4)):
            numbers = (
                self.luck.choice(("", *(self.number(),) * 5)),
                self.luck.choice(("", self.number(), self.number())),
            )
            said = [self.luck.choice(words.get(each, ("", "yes", "no"))) for each in more]
            rows.append(",".join((self.luck.choice(IDS), "A", "B", *numbers, *said)))
        return "\n".join((",".join((HEADER, *more)), *rows)).encode()

    def receive(self, *, confirm: bool) -> Import:
        options = Options(
            blank_mobile=self.luck.choice(("infer", "infer", "fail")),
            allow_mobile_updates=self.luck.random() < 0.6,
            blank_opt_out=self.luck.choice(("opt_in", "keep")),
            opt_back_in=self.luck.choice(("file", "file", "keep")),
        )
        data = self.file()
        self.told.append(data.decode())
        return run.receive(
            self.team, self.by, method="api", filename="x.csv", data=data, options=options, confirm=confirm
        )

    def imports(self) -> None:
        imp = worker.run_now(self.receive(confirm=True))
        assert imp.state in (State.DONE, State.REFUSED), imp.failure
        self.done.append(imp)

    def drafts_one(self) -> None:
        self.drafts.append(self.receive(confirm=False))

    def edits_a_draft(self) -> None:
        for imp in self.luck.sample(self.drafts, min(1, len(self.drafts))):
            column = self.luck.choice(("MobileNumber", "WhatsAppMobileNumber"))
            edits.edit(imp, self.by, [(2, column, self.number())])

    def runs_a_draft(self) -> None:
        for imp in self.luck.sample(self.drafts, min(1, len(self.drafts))):
            imp.refresh_from_db()
            self.done.append(worker.run_now(run.confirm(imp, self.by)))

    def adds(self) -> None:
        values = {"first_name": "A", "last_name": "B", "mobile_number": self.number(), "whatsapp_number": self.number()}
        edit.add(self.team, self.by, values)

    def anybody(self) -> Contact | None:
        return self.luck.choice([*Contact.objects.filter(team=self.team).select_related("team"), None])

    def changes(self) -> None:
        if contact := self.anybody():
            edit.update(contact, self.by, {self.luck.choice(("mobile_number", "whatsapp_number")): self.number()})

    def hears_a_number(self) -> None:
        number, channel, out = self.number(), self.luck.choice(CHANNELS), self.luck.random() < 0.85
        e164 = spellings.heard(number, self.team.home_region).e164
        assert e164
        channels.hear(self.team, e164, channel, opted_out=out)
        self.said(e164, channel, out=out)

    def hears_a_contact(self) -> None:
        contact, channel, out = self.anybody(), self.luck.choice(CHANNELS), self.luck.random() < 0.7
        if contact:
            channels.set_consent(contact, channel=channel, opted_out=out, source="contact", by=None)
            number = numbers_by_channel(contact.mobile_number, contact.whatsapp_number)[channel]
            self.said(number or "", channel, out=out)

    def a_user_chooses(self) -> None:
        contact, channel, out = self.anybody(), self.luck.choice(CHANNELS), self.luck.random() < 0.4
        if contact:
            reason = self.luck.choice(("", "Asked to be."))
            was_own = channels.own_word(contact, channel)
            channels.set_consent(contact, channel=channel, opted_out=out, source="user", by=self.by, reason=reason)
            number = numbers_by_channel(contact.mobile_number, contact.whatsapp_number)[channel]
            if was_own and not out:
                self.said(number or "", channel, out=False)  # lifted, with a reason

    def undoes(self) -> None:
        for imp in self.luck.sample(self.done, min(1, len(self.done))):
            imp.refresh_from_db()
            worker.run_now(undo.undo(imp, self.by))

    def erases(self) -> None:
        if contact := self.anybody():
            erase(contact, self.by)

    def applies_opt_outs(self) -> None:
        for imp in self.luck.sample(self.done, min(1, len(self.done))):
            imp.refresh_from_db()
            left_out.apply(imp, self.by)

    def said(self, number: str, channel: str, *, out: bool) -> None:
        key = (self.team.pk, spellings.key(number), channel)
        self.told.append(f"{number} {channel} {'STOP' if out else 'START'}")
        if out:
            self.stopped.add(key)
        else:
            self.stopped.discard(key)

    def check(self) -> None:
        """Look at the teams that have changed, or whose numbers have said something."""
        for team, _ in self.teams:
            version = version_of(team.pk)
            if self.seen.get(team.pk) != version:
                self.seen[team.pk] = version
                self.nobody_stopped_is_reached(team)
                self.whoever_is_out_can_say_why(team)

    def nobody_stopped_is_reached(self, team: Team) -> None:
        for channel in CHANNELS:
            stopped = {key for of, key, where in self.stopped if (of, where) == (team.pk, channel)}
            reached = [each.number for each in audience(team, channel).everybody()] if stopped else []
            wrong = [each for each in reached if spellings.key(each) in stopped]
            assert not wrong, (wrong, channel, self.told)

    def whoever_is_out_can_say_why(self, team: Team) -> None:
        for contact in Contact.objects.filter(team=team).select_related("team"):
            out = tuple((each, state) for each in CHANNELS if (state := channel_of(contact, each)).opted_out)
            if out and (contact.id, out) not in self.explained:
                self.explained.add((contact.id, out))
                chips = record.chips(contact, {}, history.consent(contact))
                assert all(each.why for each in chips if each.opted_out), self.told


@contextmanager
def taken_back() -> Iterator[None]:
    """Run a story in a transaction of its own, and undo all of it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def tell(cast: Cast, seeds: range) -> None:
    teams = [(cast.team, cast.alice), (cast.other_team, cast.charlie)]
    for seed in seeds:
        with taken_back():
            Story(seed, teams).tell()


def test_stop_is_stop(cast: Cast) -> None:
    tell(cast, range(20))

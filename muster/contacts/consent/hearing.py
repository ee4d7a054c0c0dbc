"""Hears words about channels, one after the other, in one change of the team, and writes at once what comes of them.

What many words need is read before the first, by a few queries. STOP and START of one person may be among them: each
word sees what those before it have changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from muster.contacts import counts, history
from muster.contacts.consent.each_row import portions, update_each
from muster.contacts.consent.messages import Messages
from muster.contacts.consent.stop_list import Listed, numbers_of
from muster.contacts.consent.words import Heard, OwnWord, Word
from muster.contacts.mapping import CHANNEL_COLUMNS, as_history, channel_of, columns_of_channel
from muster.contacts.models import Change, Contact
from muster.core.consent import Channel
from muster.core.phones import spellings
from muster.teams import audit
from muster.teams.models import Team, User


class Hearing:
    """What a team knows of those whom some words are about. Use it inside `locked(team)`, and `save` at the end."""

    def __init__(self, team: Team, words: Sequence[Word]) -> None:
        self._team = team
        ids = [each.contact for each in words if each.contact]
        numbers = {each.number for each in words if each.number}
        self.reached = Reached(team, numbers, ids)
        by_id = map(self.reached.contact, self.reached.found(ids))
        numbers |= {number for each in by_id for number in numbers_of(each).values() if number}
        self.reached.look_up(numbers)
        self._listed = Listed(team, numbers)
        self._messages = Messages(team, [each.message_id for each in words])

    def hear(self, word: Word) -> Heard:
        """Hear one word. Raises OtherMessage, OwnWord, and Contact.DoesNotExist, and then it has changed nothing."""
        return self._of_contact(word, self.reached.contact(word.contact)) if word.contact else self._of_number(word)

    def save(self) -> None:
        """Write what has come of the words."""
        self._messages.save()
        self._listed.save()
        self.reached.save()

    def _of_number(self, word: Word) -> Heard:
        contacts = self.reached.whose(word.number, word.channel, opted_out=word.opted_out)
        is_out = any(channel_of(each, word.channel).opted_out for each in contacts)
        if word.if_out and not (is_out or self._listed.stands(word.number, word.channel)):
            return Heard(contacts, counted=False)
        if self._messages.knows(word):
            return Heard(contacts, counted=False)
        self._check(contacts, word)
        self._messages.add(word)
        if word.is_own and not self._listed.write(word.number, word):
            return Heard(contacts, counted=False)
        self._settle(contacts, word)
        return Heard(contacts, counted=True)

    def _of_contact(self, word: Word, contact: Contact) -> Heard:
        """Hear a word about a contact. Their own belongs to the number they have on the channel: to all who have it."""
        number, others = numbers_of(contact)[word.channel], set[int]()
        if self._messages.knows(word):
            return Heard([contact], counted=False)
        self._check([contact], word)
        self._messages.add(word)
        if not word.is_own:
            if not word.opted_out and self._is_own_word(contact, word.channel):
                self._lift(contact, word, number)
        elif number:
            if not self._listed.write(number, word):
                return Heard([contact], counted=False)
            others = {each.id for each in self.reached.whose(number, word.channel, opted_out=word.opted_out)}
        self._settle([*map(self.reached.contact, sorted(others - {contact.id})), contact], word)
        return Heard([contact], counted=True)

    def _check(self, contacts: Iterable[Contact], word: Word) -> None:
        """A user opts nobody in whose own word was STOP, unless they say why. Raises OwnWord."""
        if word.is_own or word.opted_out or word.reason.strip():
            return
        if any(self._is_own_word(each, word.channel) for each in contacts):
            raise OwnWord

    def _is_own_word(self, contact: Contact, channel: str) -> bool:
        state, number = channel_of(contact, channel), numbers_of(contact)[channel]
        return state.opted_out and (state.own_out or bool(number and self._listed.stands(number, channel)))

    def _lift(self, contact: Contact, word: Word, number: str | None) -> None:
        """Let a user opt in somebody whose own word was STOP."""
        if number:
            self._listed.lift(number, word.channel)
        by = User.objects.filter(pk=word.by or 0).first()
        audit.record(self._team, by, "stop-lifted", contact=contact.contact_id or contact.id, channel=word.channel)

    def _settle(self, contacts: Iterable[Contact], word: Word) -> None:
        """Change the channel of each, unless it stands so already."""
        for each in contacts:
            old = channel_of(each, word.channel)
            own_out = word.opted_out if word.is_own else old.own_out
            stands = old.opted_out == word.opted_out
            if stands and (not word.is_own or (old.source, old.own_out) == (word.source, own_out)):
                continue
            self.reached.change(each, word, Channel(word.opted_out, word.source, word.by, word.at, own_out))


class Reached:
    """Some contacts of a team as they are now, with what is changed about them. `save` writes it, in the lock."""

    def __init__(self, team: Team, numbers: Iterable[str], ids: Iterable[int]) -> None:
        self._team, self._now = team, timezone.now()
        self._contacts: dict[int, Contact] = {}
        self._by_mobile: dict[str, set[int]] = {}
        self._by_whatsapp: dict[str, set[int]] = {}
        self._changed: dict[tuple[int, str], Channel] = {}
        self._entries: list[Change] = []
        self._tally = counts.Tally()
        for some in portions(sorted(set(ids))):
            self._take(Contact.objects.filter(team=team, id__in=some))
        self.look_up(numbers)

    def look_up(self, numbers: Iterable[str]) -> None:
        """Read who has these numbers, in any spelling, where that is not known yet."""
        spelled = {each for number in numbers for each in spellings.of(number)}
        for some in portions(sorted(spelled - self._by_mobile.keys())):
            for each in some:
                self._by_mobile[each], self._by_whatsapp[each] = set(), set()
            contacts = Contact.objects.filter(team=self._team)
            for found, number in (
                (self._by_mobile, "mobile_number"),
                (self._by_whatsapp, "whatsapp_number"),
            ):
                for contact in self._take(contacts.filter(**{f"{number}__in": some})):
                    found[getattr(contact, number)].add(contact.id)

    def contact(self, key: int) -> Contact:
        """Return one of them. Raises Contact.DoesNotExist when it is gone."""
        if key not in self._contacts:
            raise Contact.DoesNotExist
        return self._contacts[key]

    def found(self, ids: Iterable[int]) -> list[int]:
        """Return which of these ids are contacts, each once."""
        return sorted(set(ids) & self._contacts.keys())

    def whose(self, number: str, channel: str, *, opted_out: bool) -> list[Contact]:
        """Return those who are reached at this number, in any spelling, on the channel.

        A WhatsApp message may come from somebody of whom only the mobile number is known. Where nobody is reached at
        the number, STOP counts for who has it as mobile number beside another for WhatsApp; START does not: it is not
        its word.
        """
        spelled = spellings.of(number)
        self.look_up([number])
        by_mobile = {key for each in spelled for key in self._by_mobile[each]}
        if channel == "text":
            return self._sorted(by_mobile)
        only_mobile = {key for key in by_mobile if self._contacts[key].whatsapp_number is None}
        found = only_mobile | {key for each in spelled for key in self._by_whatsapp[each]}
        return self._sorted(found or (by_mobile if opted_out else set()))

    def change(self, contact: Contact, word: Word, new: Channel) -> None:
        """Let a channel of a contact become another, with its entry in the history."""
        old = channel_of(contact, word.channel)
        for column, value in {**columns_of_channel(word.channel, new), "updated_at": self._now}.items():
            setattr(contact, column, value)
        self._changed[contact.id, word.channel] = new
        before, after = (as_history({word.channel: each}, {}) for each in (old, new))
        words = {history.SAID: word.said, history.REASON: word.reason.strip()}
        after |= {key: text for key, text in words.items() if text}
        told: dict[str, Any] = {"source": word.source, "by": word.by, "before": before, "after": after}
        self._entries.append(history.entry(contact, "consent", tally=self._tally, **told))

    def save(self) -> None:
        """Write what was changed: the channels, the history, and the counts."""
        for channel, columns in CHANNEL_COLUMNS.items():
            rows = [(key, *new, self._now) for (key, its), new in self._changed.items() if its == channel]
            for some in portions(rows):
                update_each(Contact, (*columns, "updated_at"), some, {"team_id": self._team.pk})
        Change.objects.bulk_create(self._entries)
        self._tally.keep(self._team)
        self._changed, self._entries = {}, []

    def _take(self, found: Iterable[Contact]) -> list[Contact]:
        """Keep contacts, each once: what was changed about one is seen however it is found."""
        kept = []
        for each in found:
            each.team = self._team
            kept.append(self._contacts.setdefault(each.id, each))
        return kept

    def _sorted(self, ids: Iterable[int]) -> list[Contact]:
        return [self._contacts[key] for key in sorted(ids)]

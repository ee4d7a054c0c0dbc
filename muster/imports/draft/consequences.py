"""What an import would do that somebody may want to know before: only what applies, with numbers and names."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from muster.core.consent import Channel
from muster.core.fields import position
from muster.core.records import Checked, Record
from muster.core.sentences.language import Words, fill, gettext_noop, gettext_of
from muster.core.sentences.language import gettext as _
from muster.core.verdicts import Verdict
from muster.imports.filters import has_warning

WHO = tuple(map(position, ("ContactId", "FirstName", "LastName")))
CHANNEL_WORDS = Words(
    {
        "text": gettext_noop("text"),
        "whatsapp": gettext_noop("WhatsApp"),
        "whatsapp_marketing": gettext_noop("WhatsApp marketing"),
    }
)

SAID = {
    "created": gettext_noop("new"),
    "updated": gettext_noop("updated"),
    "unchanged": gettext_noop("no change"),
    "left_out": gettext_noop("left out"),
    "warnings": gettext_noop("warnings"),
    "numbers_changed": gettext_noop("mobile numbers changed"),
    "numbers_kept": gettext_noop("mobile numbers kept"),
    "inferred": gettext_noop("mobile numbers inferred"),
    "inferred_can_text": gettext_noop("opted in to text"),
    "inferred_cannot_text": gettext_noop("opted out of text"),
    "staff_cleared": gettext_noop("assigned users cleared"),
    "opt_outs_kept": gettext_noop("opt-outs kept"),
}
_CLEARED = "values cleared: "
OPTED_IN = gettext_noop("opted back in")
_WHO = "who is opted back in"  # not shown


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who would be opted back in, and on what."""

    row: int
    name: str
    contact_id: str
    channels: list[str]
    said: bool = False  # the cell says so; else it is blank


@dataclass(slots=True)
class Consequences:
    """Counts of rows. `ready` will be saved or are up to date already; `left_out` are not imported."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    left_out: int = 0
    warnings: int = 0
    numbers_changed: int = 0
    numbers_kept: int = 0
    names_changed: int = 0
    inferred: int = 0
    inferred_can_text: int = 0
    inferred_cannot_text: int = 0
    staff_cleared: int = 0
    staff_is_absent: bool = False
    values_cleared: Counter[str] = field(default_factory=Counter)
    opted_back_in: list[Person] = field(default_factory=list)
    people: int = 0  # who are opted back in; of a large draft the first of them are named
    opt_outs_kept: int = 0
    shown: dict[str, int] | None = None  # what `as_shown` is, of a large draft

    @classmethod
    def begun(cls, checked: Checked) -> Consequences:
        """Return the consequences of a file before its first row."""
        return cls(staff_is_absent=all(each is None or each.key != "staff_id" for each in checked.columns))

    def add(self, verdict: Verdict, record: Record) -> None:
        """Count a row."""
        if verdict.outcome == "failed":
            self.left_out += 1
            return
        _count(self, verdict)
        noted = [note.facts for note in verdict.notes if note.code == "opted-back-in"]
        if noted:
            contact_id, first_name, last_name = (record.values[place] for place in WHO)
            channels, name = [_channel(facts) for facts in noted], f"{first_name} {last_name}"
            self.opted_back_in.append(Person(verdict.row, name, str(contact_id), channels, _is_said(noted)))
            self.people += 1

    @property
    def ready(self) -> int:
        """How many contacts the import is about."""
        return self.created + self.updated + self.unchanged

    @property
    def opted_back_in_because(self) -> str:
        """Why they would be: "blank" where no cell says so, "said" where each does, or "both"."""
        said = {person.said for person in self.opted_back_in}
        return "both" if len(said) > 1 else "said" if said == {True} else "blank"

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell but the counts."""
        told = (
            self.numbers_changed,
            self.numbers_kept,
            self.names_changed,
            self.inferred,
            self.staff_cleared,
            self.opt_outs_kept,
        )
        return not any((*told, self.values_cleared, self.opted_back_in, self.warnings))

    def as_shown(self) -> dict[str, int]:
        """Return the counts by what they are of, and a mark of who is opted back in: to compare with later ones."""
        if self.shown is not None:
            return self.shown
        counts = {words: getattr(self, name) for name, words in SAID.items()}
        cleared = {f"{_CLEARED}{name}": count for name, count in self.values_cleared.items()}
        people = sorted((each.contact_id, *each.channels) for each in self.opted_back_in)
        return {OPTED_IN: len(people), **counts, **cleared, _WHO: zlib.crc32(repr(people).encode())}


def differences(shown: Mapping[str, Any], now: Mapping[str, int]) -> list[str]:
    """Say in sentences what is not as it was shown; nothing when all of it is."""
    names = [name for name in {**now, **shown} if name != _WHO and shown.get(name, 0) != now.get(name, 0)]
    said = [
        _(
            "{what}: {before} before, {now:,} now.",
            what=_what(name),
            before=_number(shown.get(name, 0)),
            now=now.get(name, 0),
        )
        for name in names
    ]
    if OPTED_IN not in names and shown.get(_WHO) != now[_WHO]:
        said.append(_("Those who would be opted back in are others than before."))
    return said


def _what(name: str) -> str:
    """Return what is counted, as the beginning of a sentence."""
    if name.startswith(_CLEARED):
        return _("Values of {name} cleared", name=name.removeprefix(_CLEARED))
    words = gettext_of(name)
    return words[:1].upper() + words[1:]


def _number(said: Any) -> str:
    return fill("{number:,}", {"number": said}) if isinstance(said, int) else _("something else")


def consequences(checked: Checked, verdicts: Iterable[Verdict]) -> Consequences:
    """Sum up a draft."""
    told = Consequences.begun(checked)
    for verdict, record in zip(verdicts, checked.records, strict=True):
        told.add(verdict, record)
    return told


def _count(told: Consequences, verdict: Verdict) -> None:
    setattr(told, verdict.outcome, getattr(told, verdict.outcome) + 1)
    told.warnings += has_warning(verdict)
    codes = {note.code for note in verdict.notes}
    told.numbers_changed += "number-changed" in codes
    told.numbers_kept += "number-kept" in codes
    told.names_changed += "name-changed" in codes
    told.opt_outs_kept += "opt-out-kept" in codes
    told.staff_cleared += "staff-cleared" in codes
    told.values_cleared.update(note.field for note in verdict.notes if note.code == "value-cleared" and note.field)
    if "number-inferred" in codes:
        told.inferred += 1
        text = (verdict.after or {}).get("text")
        told.inferred_can_text += isinstance(text, Channel) and not text.opted_out
        told.inferred_cannot_text += "text-opted-out" in codes


def _is_said(noted: list[Mapping[str, Any] | None]) -> bool:
    return any(facts and facts.get("said") for facts in noted)


def _channel(facts: object) -> str:
    return CHANNEL_WORDS[facts["channel"]] if isinstance(facts, dict) else ""

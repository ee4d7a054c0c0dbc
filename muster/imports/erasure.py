"""Blacking a person out of past imports when their contact is erased: kept rows, summaries, original files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.dispatch import receiver

from muster.contacts.erase import Person, erasing
from muster.contacts.models import Contact
from muster.core import phones
from muster.core.problems import BadFile
from muster.imports import workspace
from muster.imports.models import Content, Import, State
from muster.imports.store import blobs, packed_rows
from muster.imports.store.packed_rows import ERASED, Packed
from muster.teams.models import AuditEntry

ENDED = (State.DONE, State.FAILED, State.CANCELLED, State.UNDONE)
NATIONAL = 9  # last digits of a number that are written with or without the code of its country
NAMES = {"filename": 255, "title": 100, "note": 500}  # what may name a person, and its longest
FEWEST_DIGITS = 7  # fewer are no number that tells who somebody is


@receiver(erasing, sender=Contact)
def redact(person: Person, **_: Any) -> None:
    """Black the person out of every import of the team that has ended, and out of the names of all files.

    A draft, and an import that waits, keep their files. The person's row fails there (`contact-erased`), it is kept
    without its cells when the import ends, and the file goes then.
    """
    _redact_file_names(person)
    ended = Import.objects.filter(team=person.team, state__in=ENDED)
    if person.since:
        ended = ended.filter(finished_at__gte=person.since)
    redactor = Redactor(person)
    for imp in ended.order_by("created_at").iterator(chunk_size=50):
        _redact_rows(imp, redactor)
        if imp.original_removed_at is None and _holds(imp, redactor):
            workspace.drop(imp)
            blobs.remove_original(imp)


def _redact_file_names(person: Person) -> None:
    """Cover the person in the names of files, in what people called imports in any state, and in the log."""
    named = FileNames(person)
    for key, most in NAMES.items():
        imports = Import.objects.filter(team=person.team).exclude(**{key: ""})
        for pk, name in imports.values_list("pk", key).iterator():
            if (covered := named.covered(name)[:most]) != name:
                Import.objects.filter(pk=pk).update(**{key: covered})
    logged = AuditEntry.objects.filter(team=person.team, details__has_key="filename")
    for entry, details in logged.values_list("id", "details").iterator():
        if (covered := named.covered(details["filename"] or "")[:255]) != details["filename"]:
            AuditEntry.objects.filter(id=entry).update(details={**details, "filename": covered})


class FileNames:
    """Knows a person in the name of a file: by both names in any order, a ContactId, or the digits of a number."""

    def __init__(self, person: Person) -> None:
        between = r"[\s,._+-]*"
        words = [[re.escape(word) for word in name.split()] for name in person.names]
        names = [between.join(each) for some in words if len(some) > 1 for each in (some, [some[-1], *some[:-1]])]
        ids = [rf"(?<![^\W_]){re.escape(each)}(?![^\W_])" for each in person.contact_ids if len(each) > 1]
        digits = [r"[\d+]*" + r"[\s().+_-]*".join(each[-NATIONAL:]) for each in person.numbers]
        self.told = re.compile("|".join((*names, *ids, *digits)) or r"(?!)", re.IGNORECASE)

    def covered(self, name: str) -> str:
        """Return the name without the person."""
        return self.told.sub(ERASED, name)


def _redact_rows(imp: Import, redactor: Redactor) -> None:
    """Write the rows and the summary anew where they name the person."""
    header, rows = packed_rows.unpack(imp)
    own: set[int] = set()
    kept = list(redactor.rows(rows, own))
    if redactor.used:
        blobs.keep(imp, blobs.ROWS, list(packed_rows.pack(header, iter(kept))))
    summary = redactor.summary(imp.summary, own)
    if summary != imp.summary:
        Import.objects.filter(pk=imp.pk).update(summary=summary)


def _holds(imp: Import, redactor: Redactor) -> bool:
    """Whether the original file names the person. One that cannot be read is taken to."""
    try:
        data = blobs.original(imp)
    except Content.DoesNotExist:
        return False
    if not redactor.may_be_in(data):
        return False
    try:
        rows = workspace.table(imp).rows
    except BadFile:
        return True
    return any(redactor.is_named_in(row.cells) for row in rows)


class Redactor:
    """Knows by what to recognise a person, and covers it. `used`: whether the last rows needed it."""

    def __init__(self, person: Person) -> None:
        self.ids = person.contact_ids
        self.digits = {number[1:] for number in person.numbers}
        holders = {f"{name} ({each})" for name in person.names for each in (*person.contact_ids, "added by hand")}
        told = {*holders, *person.numbers, *map(phones.show, person.numbers)}
        self.told = re.compile("|".join(map(re.escape, sorted(told, key=len, reverse=True))) or r"(?!)")
        self.used = False

    def rows(self, rows: Iterator[Packed], own: set[int]) -> Iterator[Packed]:
        """Yield the rows, covered where needed; put the numbers of the person's own rows into `own`."""
        self.used = False
        for row in rows:
            if row.contact_id in self.ids:
                own.add(row.row)
                covered = _covered(row)
            else:
                covered = self._hidden(row)
            self.used = self.used or covered != row
            yield covered

    def summary(self, summary: Mapping[str, Any], own: set[int]) -> dict[str, Any]:
        """Return the summary without the values of the person's own rows, and without their name in others'."""
        covered = {**summary}
        for key in ("problems", "notes"):
            if summary.get(key):
                covered[key] = [self._said(each, own) for each in summary[key]]
        if summary.get("causes"):
            covered["causes"] = [self._cause(each, own) for each in summary["causes"]]
        return covered

    def is_named_in(self, cells: tuple[str, ...]) -> bool:
        """Whether one of the cells is a ContactId or a number of the person."""
        return any(cell.strip() in self.ids or self._is_number(cell) for cell in cells)

    def may_be_in(self, data: bytes) -> bool:
        """Whether it is worth a closer look: quick, and never wrong in saying no."""
        spelled = [
            each.encode(code, "ignore") for each in self.ids for code in ("utf-8", "cp1252", "utf-16-le", "utf-16-be")
        ]
        if any(each and each in data for each in spelled):
            return True
        digits = re.sub(rb"[^0-9]", b"", data)
        return not data.isascii() or any(each[-FEWEST_DIGITS:].encode() in digits for each in self.digits)

    def _hidden(self, row: Packed) -> Packed:
        """Return another's row without the person's name and numbers."""
        if not (row.problems or row.notes or row.cells):
            return row
        problems = (each._replace(value=self._text(each.value), facts=self._facts(each.facts)) for each in row.problems)
        notes = (each._replace(facts=self._facts(each.facts)) for each in row.notes)
        cells = tuple(self._text(cell) or "" for cell in row.cells) if row.cells is not None else None
        return row._replace(problems=tuple(problems), notes=tuple(notes), cells=cells)

    def _facts(self, facts: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        return facts and {key: self._text(each) if isinstance(each, str) else each for key, each in facts.items()}

    def _text(self, text: str | None) -> str | None:
        if not text:
            return text
        return ERASED if self._is_number(text) else self.told.sub(ERASED, text)

    def _is_number(self, text: str) -> bool:
        digits = "".join(char for char in text if char.isdecimal()).lstrip("0")
        return len(digits) >= FEWEST_DIGITS and any(each.endswith(digits) for each in self.digits)

    def _said(self, said: Mapping[str, Any], own: set[int]) -> dict[str, Any]:
        """Cover one problem or note of a summary: its value, and the sentences that repeat it."""
        value = said.get("value")
        hidden = ERASED if said.get("row") in own and value else self._text(value)
        covered = {**said, "value": hidden} if "value" in said else {**said}
        for key in ("message", "fix"):
            if said.get(key):
                text = said[key].replace(value, ERASED) if value and hidden != value else said[key]
                covered[key] = self.told.sub(ERASED, text)
        return covered

    def _cause(self, cause: Mapping[str, Any], own: set[int]) -> dict[str, Any]:
        """Cover the example of a cause, which is that of its first row."""
        is_own = bool(cause["rows"]) and cause["rows"][0] in own
        return {**cause, "value": ERASED if is_own and cause["value"] else self._text(cause["value"])}


def _covered(row: Packed) -> Packed:
    """Return a row of the person with nothing left but what became of it."""
    problems = (each._replace(value=each.value and ERASED, facts=_without_words(each.facts)) for each in row.problems)
    notes = (each._replace(facts=_without_words(each.facts)) for each in row.notes)
    cells = None if row.cells is None else tuple(cell and ERASED for cell in row.cells)
    return Packed(row.row, row.outcome, None, tuple(problems), tuple(notes), cells)


def _without_words(facts: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return facts and {key: ERASED if isinstance(each, str) else each for key, each in facts.items()}

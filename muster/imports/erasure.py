"""Blacking a person out of past imports when their contact is erased: kept rows, summaries, original files.

A job for the workers: a team may have thousands of imports, and of a large one the rows take seconds to read.
"""

from __future__ import annotations

import logging
import math
import re
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Now
from django.dispatch import receiver

from muster.contacts.erase import Person, erased, person_in
from muster.contacts.models import Contact, Erasure
from muster.core import phones
from muster.core.problems import BadFile
from muster.imports import workspace
from muster.imports.models import Content, Import, State
from muster.imports.process import lease
from muster.imports.process.aside import beside
from muster.imports.store import blobs, packed_rows
from muster.imports.store.packed_rows import ERASED, Packed
from muster.teams import audit
from muster.teams.models import AuditEntry

log = logging.getLogger(__name__)
ENDED = (State.DONE, State.FAILED, State.CANCELLED, State.UNDONE)
NATIONAL = 9  # last digits of a number that are written with or without the code of its country
NAMES = {"filename": 255, "title": 100, "note": 500}  # what may name a person, and its longest
FEWEST_DIGITS = 7  # fewer are no number that tells who somebody is
SECONDS_AT_ONCE, ROWS_AT_ONCE = 0.5, 20_000  # what a page waits for, of all imports and of one
AGAIN_AFTER = timedelta(hours=1)


class CoveredRows(NamedTuple):
    """The rows of an import without the person: packed, None where none was changed; and which rows are their own."""

    packed: list[bytes] | None
    own: set[int]


@receiver(erased, sender=Contact)
def begin(job: Erasure, **_: Any) -> None:
    """Look through past imports at once, as far as that takes a moment. The rest is left to the workers."""
    try:
        if _claim(job):
            look_through(job, seconds=SECONDS_AT_ONCE, most_rows=ROWS_AT_ONCE)
    except OperationalError as error:  # an import is being saved: the workers try again
        log.info("erasure %s is left to a worker: %s", job.pk, error)


@beside
def work_off(stop: threading.Event | None = None) -> int:
    """Look through past imports for whoever was erased, until nobody is left; return for how many that was done.

    Of a team one at a time, the oldest first: two that write the rows of one import anew would undo each other.
    """
    done = 0
    while not (stop and stop.is_set()) and Erasure.objects.exists():
        oldest = Erasure.objects.values("team").annotate(first=Min("id")).values("first")
        free = Erasure.objects.filter(lease.is_free(), id__in=oldest).select_related("team").order_by("id")
        job = next((each for each in free if _claim(each)), None)
        if job is None:
            break
        done += look_through(job, stop=stop)
    return done


def _claim(job: Erasure) -> bool:
    """Whether it is ours, for as long as the lease is renewed."""
    if Erasure.objects.filter(team=job.team_id, id__lt=job.pk).exists():
        return False
    mine = Erasure.objects.filter(lease.is_free(), pk=job.pk, fence=job.fence)
    taken = mine.update(lease_until=lease.until(), fence=job.fence + 1)
    job.fence += 1
    return bool(taken)


def look_through(
    job: Erasure,
    *,
    seconds: float = math.inf,
    most_rows: float = math.inf,
    stop: threading.Event | None = None,
) -> bool:
    """Black the person out of every import of the team that has ended, and out of the names of all files.

    A draft, and an import that waits, keep their files. The person's row fails there (`contact-erased`), it is kept
    without its cells when the import ends, and the file goes then. Ended midway, by time or by force, it is gone on
    with after the import that was looked through last. Return whether all of it is done.
    """
    person, ends = person_in(job), time.monotonic() + seconds
    redactor = Redactor(person)
    if job.past_at is None:
        _redact_file_names(person)
        _look_anew(person)
        _hold(job, of=_ended(job).count())
    while imp := _following(job):
        if time.monotonic() > ends or imp.rows > most_rows or (stop and stop.is_set()):
            _hold(job, lease_until=None)
            return False
        if not _redact(job, imp, redactor):
            return False
    return _end(job)


def _ended(job: Erasure) -> QuerySet[Import]:
    return Import.objects.filter(team=job.team_id, state__in=ENDED)


def _following(job: Erasure) -> Import | None:
    """Return the import that comes next: the oldest after the one that was looked through last."""
    found = _ended(job).order_by("created_at", "pk")
    if job.past_at:
        found = found.filter(Q(created_at__gt=job.past_at) | Q(created_at=job.past_at, pk__gt=job.past_id))
    return found.first()


def _hold(job: Erasure, **values: Any) -> bool:
    """Keep how far it is, and the lease; False: another worker has taken it over."""
    for name, value in values.items():
        setattr(job, name, value)
    mine = Erasure.objects.filter(pk=job.pk, fence=job.fence)
    return bool(mine.update(**{"lease_until": lease.until(), **values}))


def _redact(job: Erasure, imp: Import, redactor: Redactor) -> bool:
    """Black the person out of one import, whatever it holds; False: the erasure is not ours any more."""
    unread = job.unread
    try:
        rows = _covered_rows(imp, redactor)
        goes = imp.original_removed_at is None and _holds(imp, redactor)
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        log.exception("import %s could not be looked through for an erased contact", imp.pk)
        rows, goes, unread = None, False, unread + 1
    place = {"done": job.done + 1, "past_at": imp.created_at, "past_id": imp.pk, "unread": unread}
    with transaction.atomic():  # rows and summary together: the summary is covered by what the rows say
        if not _hold(job, **place):
            return False
        if rows:
            _keep_covered(imp, rows, redactor)
        if goes:
            workspace.drop(imp)
            blobs.remove_original(imp)
    return True


def _end(job: Erasure) -> bool:
    """Forget the person, unless an import could not be read: then all of it is done anew, later."""
    mine = Erasure.objects.filter(pk=job.pk, fence=job.fence)
    if job.unread:
        afresh = {"done": 0, "past_at": None, "past_id": None, "unread": 0}
        mine.update(lease_until=Now() + AGAIN_AFTER, **afresh)
        return False
    with transaction.atomic():
        if mine.delete()[0]:
            audit.record(job.team, job.by, "erasure-ended", imports=job.done)
    return True


def _look_anew(person: Person) -> None:
    """Drop what workers saw of the team's large drafts: they look again, without the person."""
    drafts = Import.objects.filter(team=person.team, contents__part=Content.Part.SEEN).distinct()
    for imp in drafts:
        blobs.drop(imp, Content.Part.SEEN)
        imp.move(State.READY, to=State.CHECKING, lease_until=None)


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


def _covered_rows(imp: Import, redactor: Redactor) -> CoveredRows:
    """Read the rows of an import, and cover the person in them."""
    header, rows = packed_rows.unpack(imp)
    own: set[int] = set()
    kept = list(redactor.rows(rows, own))
    return CoveredRows(list(packed_rows.pack(header, iter(kept))) if redactor.used else None, own)


def _keep_covered(imp: Import, rows: CoveredRows, redactor: Redactor) -> None:
    """Write the rows and the summary anew where they name the person."""
    if rows.packed is not None:
        blobs.keep(imp, blobs.ROWS, rows.packed)
    summary = Import.objects.select_for_update(no_key=True).values_list("summary", flat=True).get(pk=imp.pk)
    covered = redactor.summary(summary, rows.own)
    if covered != summary:
        Import.objects.filter(pk=imp.pk).update(summary=covered)


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
        if said.get("facts"):
            covered["facts"] = _without_words(said["facts"]) if said.get("row") in own else self._facts(said["facts"])
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

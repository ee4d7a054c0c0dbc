"""One state of a draft: its file with the edits, what the cells say, the plan, counts and lists; made once, followed.

A `Look` is all that at one revision of the draft and one version of the team. It never changes, so whatever one page
shows of it agrees. A `Workspace` keeps the last look in this process; an edit is followed, anything else makes it anew.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from cachetools import LRUCache
from django.db.models import FilteredRelation, Q

from muster.contacts.schema import schema_of
from muster.core.checking import check, reread
from muster.core.fields import Options, Schema, options_from_json
from muster.core.known import Known
from muster.core.plan import make_plan
from muster.core.problems import Note
from muster.core.records import Checked
from muster.core.replan import Edited, Reading, Sheet, moved
from muster.core.table.reader import parse
from muster.core.table.table import Row, Table
from muster.core.verdicts import Plan, Verdict
from muster.imports.filters import Counts, Filter, RowList
from muster.imports.models import Edit, Import
from muster.imports.process.gc_pause import without_collecting
from muster.imports.progress import Clock
from muster.imports.recipes.repeats import repeated
from muster.imports.store import blobs, facts
from muster.settings import settings
from muster.teams.models import Team

MOST_CELLS_KEPT = 4_000_000  # of all drafts in this process
MOST_LISTED = 500_000  # places in the lists of one workspace
MOST_MOVES = 200  # remembered; whoever has been away for longer asks for everything anew
WHOLE_ROW = None  # in place of a header: the edit says whether the row is left out
_FEWEST_COLUMNS = 5  # a row costs something however narrow it is

_PARSE = attrgetter(
    "encoding", "delimiter", "header_row", "columns", "sheet", "quoted_rows", "backslashes", "mend_letters"
)
_CHECK = attrgetter("columns", "blank_mobile", "date_orders")
_parts = attrgetter("schema", "options", "file", "base", "table", "steps")

Lists = LRUCache[tuple[Filter, int], RowList]  # a filter, and the revision at which it was pressed


class Moment(NamedTuple):
    """What the database says of a draft at one moment: its revision, its team's version, and the edits that stand."""

    revision: int
    version: int
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A draft at one revision, and one version of its team. Rows and verdicts go side by side; nothing of it changes.

    `moves` are the places of the rows that changed lately, look by look; `name` begins anew when rows or columns do.
    """

    revision: int
    version: int
    reading: Reading
    plan: Plan
    counts: Counts
    lists: Lists
    lock: threading.RLock
    name: str
    moves: tuple[Sequence[int], ...] = ()
    moved: int = 0  # how many moves there have been

    @property
    def rows(self) -> list[Row]:
        """The rows of the file, as last edited."""
        return self.reading.table.rows

    @property
    def verdicts(self) -> list[Verdict]:
        """What happens to each row."""
        return self.plan.verdicts

    @property
    def notes(self) -> tuple[Note, ...]:
        """What there is to say of the file."""
        return self.plan.notes

    @property
    def mark(self) -> str:
        """What a browser says back, so that it is told only what has changed since."""
        return f"{self.name}-{self.moved}"

    def since(self, mark: str) -> list[int] | None:
        """Return the places that changed since a mark; None when that is not known."""
        name, _, told = mark.partition("-")
        missed = self.moved - int(told) if told.isdecimal() else -1
        if name != self.name or not 0 <= missed <= len(self.moves):
            return None
        return sorted({place for move in self.moves[len(self.moves) - missed :] for place in move})

    def find_list(self, wanted: Filter, revision: int) -> RowList | None:
        """Return the list that a filter showed at a revision, with what this look says of its rows."""
        with self.lock:
            found = self.lists.get((wanted, revision))
            if found is not None and found.verdicts is not self.verdicts:
                found = found.followed(self.verdicts, moved(found.verdicts, self.verdicts))
                self.keep_list(found)
            return found

    def keep_list(self, made: RowList) -> None:
        """Keep a list for as long as it is looked at, unless it alone is more than is kept."""
        with self.lock:
            if _places_of(made) <= MOST_LISTED:
                self.lists[made.wanted, made.revision] = made


def _places_of(made: RowList) -> int:
    return 1 if isinstance(made.places, range) else len(made.places)


def _no_lists() -> Lists:
    return LRUCache(MOST_LISTED, getsizeof=_places_of)


class Workspace:
    """The last look at one draft, and what the next one is made from. Used by one thread at a time, under its lock."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.lists = _no_lists()
        self.edited: Edited | None = None
        self.reading: Reading | None = None
        self.known = Known()
        self.sheet: Sheet | None = None  # from the first edit on
        self.last: Look | None = None

    @property
    def cells(self) -> int:
        """How much it holds."""
        table = self.edited.table if self.edited else None
        return len(table.rows) * max(len(table.header), _FEWEST_COLUMNS) if table else 0

    def look(self, imp: Import, clock: Clock) -> Look:
        """Return the draft as it is now. Raises BadFile while the file is refused."""
        now = _now(imp)
        if self.last is None or (self.last.revision, self.last.version) != (now.revision, now.version):
            reading = self.read(imp, now, clock)
            self.last = self._seen(now, reading, self._plan(imp, now, reading, clock))
        return self.last

    def table(self, imp: Import, now: Moment, clock: Clock) -> Edited:
        """Return the table at a moment, whatever its header is; parsed once, then edited. Raises BadFile."""
        schema, options, last = schema_of(imp.team), options_from_json(imp.options), self.edited
        if last is None or last.schema != schema or _file_of(last.options) != _file_of(options):
            self.reading = self.sheet = None
            self.lists = _no_lists()
            self.edited = _parsed(imp, now.steps, schema, options, clock)
        elif (last.options, last.steps) != (options, now.steps):
            more = now.steps[: len(last.steps)] == last.steps
            before, steps = (last.table, now.steps[len(last.steps) :]) if more else (last.base, now.steps)
            self.edited = replace(last, options=options, table=_edit(before, steps), steps=now.steps)
        assert self.edited is not None  # set above, if it was not there
        return self.edited

    def read(self, imp: Import, now: Moment, clock: Clock) -> Reading:
        """Return what the cells say at a moment; only the rows that were edited are read again. Raises BadFile."""
        edited, last = self.table(imp, now, clock), self.reading
        if last is None or last.file is not edited.file or _CHECK(last.options) != _CHECK(edited.options):
            checked = _checked(edited, clock)
        elif touched := _touched(last.table, edited.table):
            checked = reread(last.checked, edited.table, touched, edited.schema, edited.options)
        else:
            checked = last.checked
        self.reading = Reading(*_parts(edited), checked=checked)
        return self.reading

    def _plan(self, imp: Import, now: Moment, reading: Reading, clock: Clock) -> Plan:
        """Follow the last plan where nothing but edits lies between; else ask what is known, and plan anew."""
        last = self.last
        if last and last.version == now.version and _rests_on_the_same(last.reading, reading):
            return self._followed(imp, last, reading) if reading.checked is not last.reading.checked else last.plan
        clock.begin("planning", len(reading.checked.records))
        with clock.timed("plan"), without_collecting:
            self.known, self.sheet = facts.of(imp.team, reading.checked.asked(), imp.created_at).known, None
            return make_plan(reading.checked, self.known, reading.schema, reading.options)

    def _followed(self, imp: Import, last: Look, reading: Reading) -> Plan:
        sheet = self.sheet or Sheet(
            last.reading.checked,
            self.known,
            last.plan,
            schema=reading.schema,
            options=reading.options,
            load=lambda asked: facts.of(imp.team, asked, imp.created_at).known,
        )
        self.sheet = None  # should it break off half way, the next one begins with the last look
        plan = sheet.follow(reading.checked)
        self.sheet, self.known = sheet, sheet.known
        return plan

    def _seen(self, now: Moment, reading: Reading, plan: Plan) -> Look:
        """Return the look, with what has changed since the last one while rows and columns are the same ones."""
        last = self.last
        if last is None or _shape(last.reading) != _shape(reading):
            counts, name = Counts.of(plan.verdicts), secrets.token_hex(6)
            return Look(now.revision, now.version, reading, plan, counts, self.lists, self.lock, name)
        places = moved(last.verdicts, plan.verdicts)
        counts = last.counts.followed((last.verdicts[place], plan.verdicts[place]) for place in places)
        look = replace(last, revision=now.revision, version=now.version, reading=reading, plan=plan, counts=counts)
        changed = sorted({*places, *moved(last.rows, reading.table.rows)})
        if not changed:
            return look
        return replace(look, moves=(*last.moves, changed)[-MOST_MOVES:], moved=last.moved + 1)


def _now(imp: Import) -> Moment:
    """Ask, in one statement, where a draft stands, and bring the import at hand up to it."""
    standing = FilteredRelation("edits", condition=Q(edits__undone=False))
    asked = Import.objects.filter(pk=imp.pk).annotate(standing=standing).order_by("standing__number")
    while True:
        found = list(asked.values_list("revision", "team__version", "standing__id"))
        revision, version, _ = found[0]
        if revision == imp.revision:
            break
        imp.refresh()
    if imp.team.version != version:
        imp.team = Team.objects.get(pk=imp.team_id)
    return Moment(revision, version, tuple(step for *_, step in found if step is not None))


def _file_of(options: Options) -> object:
    """Return what decides what is in the file: how it is read, and the fixes that are repeated."""
    return _PARSE(options), options.fixes, _CHECK(options) if options.fixes else None


def _rests_on_the_same(last: Reading, now: Reading) -> bool:
    return last.file is now.file and (last.schema, last.options) == (now.schema, now.options)


def _shape(reading: Reading) -> tuple[object, ...]:
    rows = reading.table.rows
    return reading.checked.columns, len(rows), rows[-1].number if rows else 0


def _parsed(imp: Import, steps: tuple[int, ...], schema: Schema, options: Options, clock: Clock) -> Edited:
    clock.begin("reading")
    with clock.timed("parse"), without_collecting:
        most_rows = settings().max_paste_rows if imp.method == "text" else settings().max_api_rows
        most_cells = settings().max_api_cells if imp.method == "api" else settings().max_cells
        file = parse(blobs.original(imp), schema, options, max_rows=most_rows, max_cells=most_cells)
        base = repeated(file, schema, options)
        return Edited(schema, options, file, base, _edit(base, steps), steps)


def _checked(edited: Edited, clock: Clock) -> Checked:
    clock.begin("checking", len(edited.table.rows))
    with clock.timed("check"), without_collecting:
        return check(edited.table, edited.schema, edited.options)


def _touched(old: Table, new: Table) -> list[int]:
    """Return the places of the rows that differ, or are left out in one and not in the other."""
    flipped = (new.place_of(number) for number in old.left_out ^ new.left_out)
    return sorted({*moved(old.rows, new.rows), *(place for place in flipped if place is not None)})


def _edit(before: Table, steps: Iterable[int]) -> Table:
    """Return a table after more steps of editing."""
    cells: dict[tuple[int, str], str] = {}
    out = set(before.left_out)
    for step in Edit.objects.filter(id__in=steps).order_by("number").values_list("cells", flat=True) if steps else ():
        for row, header, _, after in step:
            if header is not WHOLE_ROW:
                cells[row, header] = after
            elif after:
                out.add(row)
            else:
                out.discard(row)
    return before.edited(cells, out) if steps else before


_kept: LRUCache[UUID, Workspace] = LRUCache(MOST_CELLS_KEPT, getsizeof=attrgetter("cells"))
_lock = threading.Lock()


def look(imp: Import, clock: Clock | None = None) -> Look:
    """Say what this import would do, as it is now edited. Changes nothing. Raises BadFile while it is refused."""
    space = _open(imp)
    with space.lock:
        try:
            return space.look(imp, clock or Clock(imp, is_told=False))
        finally:
            _keep(imp, space)


def read(imp: Import, clock: Clock | None = None) -> Reading:
    """Parse and check an import as it is now edited; no plan is made. Raises BadFile."""
    space = _open(imp)
    with space.lock:
        try:
            return space.read(imp, _now(imp), clock or Clock(imp, is_told=False))
        finally:
            _keep(imp, space)


def table(imp: Import) -> Table:
    """Return the table with the edits, whatever is wrong with its header. Raises BadFile when it is no table."""
    space = _open(imp)
    with space.lock:
        try:
            return space.table(imp, _now(imp), Clock(imp, is_told=False)).table
        finally:
            _keep(imp, space)


def drop(imp: Import) -> None:
    """Keep it no longer: the import has begun, or ended, and nobody will edit it."""
    with _lock:
        _kept.pop(imp.pk, None)


def _open(imp: Import) -> Workspace:
    with _lock:
        found = _kept.get(imp.pk)
        if found is None:
            found = _kept[imp.pk] = Workspace()
        return found


def _keep(imp: Import, space: Workspace) -> None:
    """Weigh it again, now that it is filled. What is more than all that may be kept is not."""
    with _lock:
        if space.cells <= MOST_CELLS_KEPT:
            _kept[imp.pk] = space
        else:
            _kept.pop(imp.pk, None)

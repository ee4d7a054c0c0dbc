"""What a worker saw of a draft that is too large for a page: rows and verdicts in windows, counts for every filter.

The first piece is the index, each further one a window of rows. All pieces carry the mark of the look they are from.
"""

from __future__ import annotations

import secrets
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from orjson import dumps, loads

from muster.contacts.mapping import channel_of_history
from muster.core.consent import Channel
from muster.core.problems import Note, Problem
from muster.core.replan import Reading
from muster.core.table.table import Row, Table
from muster.core.verdicts import OUTCOMES, Verdict
from muster.imports.draft.consequences import Consequences, Person
from muster.imports.filters import CauseTally, Counts, Filter, is_left_out, keys_of
from muster.imports.models import Content, Import, State, WrongState
from muster.imports.store import blobs

FORM = 1
WINDOW = 500  # rows
MOST_PEOPLE = 1_000  # named, of those who are opted back in
SEEN = Content.Part.SEEN
_APART = ("opted_back_in", "shown")
_META = ("encoding", "delimiter", "header_row", "blank_rows", "blank_columns", "sheet")


class Changed(WrongState):
    """The draft is not seen any more, or has been looked at anew while its windows were read."""


class SeenRow(NamedTuple):
    """A row as it was seen: as last edited, as it came where that is different, and what happens to it."""

    row: Row
    came: tuple[str, ...]
    verdict: Verdict


class Keeper:
    """Packs what is seen, a window at a time, so that little more than the packed windows is held."""

    def __init__(self, read: Reading) -> None:
        self.told = Consequences.begun(read.checked)
        self._read, self._mark, self._place = read, secrets.token_hex(6), 0
        self._counts, self._causes = Counts.of(()), CauseTally()
        self._windows: list[Any] = []
        self._packed: list[bytes] = []

    def add(self, verdicts: Sequence[Verdict]) -> None:
        """Pack the next rows, at most a window of them."""
        table, start = self._read.table, self._place
        self._place += len(verdicts)
        rows, came = table.rows[start : self._place], self._read.file.rows[start : self._place]
        for verdict, record in zip(verdicts, self._read.checked.records[start : self._place], strict=True):
            self.told.add(verdict, record)
            self._causes.add(verdict)
        self._counts = self._counts.with_more(verdicts)
        found = Counter(key for verdict in verdicts for key in keys_of(verdict))
        self._windows.append((rows[0].number, rows[-1].number, [(*key, count) for key, count in found.items()]))
        lines = [_kept(*each) for each in zip(rows, came, verdicts, strict=True)]
        self._packed.append(_pack({"mark": self._mark, "rows": lines}))

    def pieces(self, revision: int, version: int) -> list[bytes]:
        """Return all pieces, the index first."""
        table, told = self._read.table, self.told
        index = {
            "form": FORM,
            "mark": self._mark,
            "revision": revision,
            "version": version,
            "header": table.header,
            "meta": {name: getattr(table, name) for name in _META},
            "notes": [(each.code, each.row, each.field, each.facts) for each in self._read.checked.notes],
            "counts": self._counts.as_json(),
            "causes": self._causes.as_json(),
            "told": {each.name: getattr(told, each.name) for each in fields(told) if each.name not in _APART},
            "people": [asdict(each) for each in told.opted_back_in[:MOST_PEOPLE]],
            "shown": told.as_shown(),
            "windows": self._windows,
        }
        return [_pack(index), *self._packed]


def _pack(said: Any) -> bytes:
    return zlib.compress(dumps(said, default=_as_json), 1)


def _as_json(value: Any) -> Any:
    if isinstance(value, Channel):
        return {"channel": [*value[:3], value.at.isoformat() if value.at else None, value.own_out]}
    return (
        list(value)
        if isinstance(value, tuple | set | frozenset)
        else dict(value)
        if isinstance(value, Mapping)
        else str(value)
    )


def _kept(row: Row, came: Row, verdict: Verdict) -> list[Any]:
    _, outcome, contact_id, _, before, after, problems, notes = verdict
    changed = None if came.cells == row.cells else came.cells
    line = [row.number, row.cells, changed, outcome, contact_id, before, after]
    if problems or notes:
        line += [[(each.code, each.field, each.value, each.facts) for each in problems]]
        line += [[(each.code, each.field, each.facts) for each in notes]]
    return line


def _seen(line: list[Any]) -> SeenRow:
    number, cells, came, outcome, contact_id, before, after, *said = line
    problems, notes = said or ((), ())
    row = Row(number, tuple(cells))
    verdict = Verdict(
        number,
        outcome,
        contact_id,
        None,
        _values(before),
        _values(after),
        tuple(Problem(code, number, field, value, facts) for code, field, value, facts in problems),
        tuple(Note(code, number, field, facts) for code, field, facts in notes),
    )
    return SeenRow(row, row.cells if came is None else tuple(came), verdict)


def _values(kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if kept is None else {key: _value(value) for key, value in kept.items()}


def _value(value: Any) -> Any:
    return channel_of_history(value["channel"]) if isinstance(value, dict) else value


def keep(imp: Import, pieces: Iterable[bytes]) -> None:
    """Keep what was seen, in place of what was seen before; in the caller's transaction."""
    blobs.keep(imp, SEEN, pieces)


def drop(imp: Import) -> None:
    """Keep nothing of it: the import has begun or ended, or is to be looked at anew."""
    blobs.drop(imp, SEEN)


def of(imp: Import) -> Seen:
    """Return what was seen of a draft. Raises Changed where there is nothing: the worker looks at it anew."""
    try:
        return Seen(imp)
    except Changed:
        imp.move(State.READY, to=State.CHECKING, lease_until=None)
        raise


class Seen:
    """What was seen of a draft, read a window at a time. Raises Changed where it is gone or made anew meanwhile."""

    def __init__(self, imp: Import) -> None:
        self.imp = imp
        self._index = self._piece(0)
        if self._index.get("form") != FORM:
            raise Changed(imp)
        self.revision, self.version = self._index["revision"], self._index["version"]
        self.header = tuple(self._index["header"])

    def _piece(self, number: int) -> dict[str, Any]:
        found = Content.objects.filter(of=self.imp, part=SEEN, number=number).values_list("data", flat=True).first()
        if found is None:
            raise Changed(self.imp)
        piece: dict[str, Any] = loads(zlib.decompress(bytes(found)))
        if number and piece["mark"] != self._index["mark"]:
            raise Changed(self.imp)
        return piece

    @property
    def counts(self) -> Counts:
        """How many rows come to each outcome, are under each chip, and have a problem in each field."""
        return Counts.from_json(self._index["counts"])

    @property
    def causes(self) -> CauseTally:
        """How many rows have each problem and each warning."""
        return CauseTally.from_json(self._index["causes"])

    @property
    def notes(self) -> tuple[Note, ...]:
        """What there is to say of the file."""
        return tuple(Note(*each) for each in self._index["notes"])

    @property
    def told(self) -> Consequences:
        """What the import would do that somebody may want to know before. The first thousand people are named."""
        people = [Person(**each) for each in self._index["people"]]
        cleared = Counter(self._index["told"]["values_cleared"])
        kept = {**self._index["told"], "values_cleared": cleared, "shown": self._index["shown"]}
        return Consequences(**kept, opted_back_in=people)

    def table(self, rows: Iterable[SeenRow]) -> tuple[Table, Table]:
        """Return rows as a table, as they are now and as they came."""
        some, meta = list(rows), self._index["meta"]
        out = frozenset(each.row.number for each in some if is_left_out(each.verdict))
        now = Table(self.header, [each.row for each in some], **meta, notes=self.notes, left_out=out)
        return now, Table(self.header, [Row(each.row.number, each.came) for each in some], **meta)

    @cached_property
    def _found(self) -> list[dict[tuple[str, str, str], int]]:
        """How many rows of each window each filter shows."""
        return [{(show, code, field): n for show, code, field, n in found} for *_, found in self._index["windows"]]

    def count(self, wanted: Filter) -> int:
        """Return how many rows a filter shows."""
        return sum(each.get(wanted.key, 0) for each in self._found)

    def page(self, wanted: Filter, offset: int, limit: int) -> list[SeenRow]:
        """Return some of the rows that a filter shows; only the windows that hold them are opened."""
        found: list[SeenRow] = []
        for number, counted in enumerate(self._found, 1):
            here = counted.get(wanted.key, 0)
            if offset >= here:
                offset -= here
                continue
            more = (each for each in self.window(number) if wanted.wants(each.verdict))
            found += islice(more, offset, offset + limit - len(found))
            offset = 0
            if len(found) >= limit:
                break
        return found

    def window(self, number: int) -> list[SeenRow]:
        """Return the rows of a window, the first of which is 1."""
        return [_seen(line) for line in self._piece(number)["rows"]]

    def iterate(self, outcome: str | None = None, code: str | None = None, past: int = 0) -> Iterator[SeenRow]:
        """Yield the rows past one, perhaps of one outcome or with one code; windows without any are not opened."""
        shows = _SHOWS.get(outcome or "", ("all",))
        for number, (_, last, _) in enumerate(self._index["windows"], 1):
            counted = self._found[number - 1]
            if last > past and any(counted.get((show, code or "", ""), 0) for show in shows):
                yield from (each for each in self.window(number) if each.row.number > past)

    def row(self, number: int) -> SeenRow | None:
        """Return the row with this number in the spreadsheet."""
        for place, (first, last, _) in enumerate(self._index["windows"], 1):
            if first <= number <= last:
                return next((each for each in self.window(place) if each.row.number == number), None)
        return None

    def some(self, numbers: Iterable[int]) -> list[SeenRow]:
        """Return the rows with these numbers, as far as there are any, each window opened once."""
        wanted = set(numbers)
        found: list[SeenRow] = []
        for place, (first, last, _) in enumerate(self._index["windows"], 1):
            if any(first <= number <= last for number in wanted):
                found += [each for each in self.window(place) if each.row.number in wanted]
        return found


_SHOWS = dict(zip(OUTCOMES, (("new",), ("updates",), ("unchanged",), ("problems", "left-out")), strict=True))

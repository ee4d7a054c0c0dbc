"""A table under edit, with its plan kept true: an edit reads its rows again and replans only what they can change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from muster.core.check import Checked, Record, check, read_rows
from muster.core.fields import Options, Schema
from muster.core.plan import Known, Plan, Verdict, make_plan, verdicts
from muster.core.table import Table

Load = Callable[[Collection[str], Collection[str]], Known]


class Sheet:
    """Rows touch each other only by an id or a number they share, so an edit reaches no further than those.

    `load(contact_ids, numbers)` gives the facts about ids and numbers that an edit brings in. Raises BadFile as
    `check` does.
    """

    def __init__(self, table: Table, schema: Schema, options: Options, load: Load) -> None:
        self.table, self.schema, self.options, self._load = table, schema, options, load
        self.checked: Checked = check(table, schema, options)
        self._ids, self._numbers = self.checked.contact_ids(), self.checked.numbers()
        self.known: Known = load(self._ids, self._numbers)
        self.plan: Plan = make_plan(self.checked, self.known, schema, options)
        self._index = {row.number: index for index, row in enumerate(table.rows)}
        self._sharing: dict[tuple[str, str], set[int]] = {}
        for index, record in enumerate(self.checked.records):
            self._remember(index, record)

    def edit(self, cells: Mapping[tuple[int, str], str], left_out: Collection[int]) -> list[int]:
        """Replace cells, by (row, header), and say which rows are left out. Returns the rows whose verdict is new."""
        edited = self.table.edited(cells, left_out)
        flipped = self.table.left_out ^ edited.left_out
        touched = sorted({self._index[row] for row in {row for row, _ in cells} | flipped if row in self._index})
        self.table = edited
        part = replace(edited, rows=[edited.rows[index] for index in touched])
        fresh = read_rows(part, self.checked.columns, self.schema, self.options) if touched else []
        reached = self._reached(touched)
        for index, record in zip(touched, fresh, strict=True):
            self._forget(index)
            self.checked.records[index] = record
            self._remember(index, record)
        self._learn(fresh)
        return self._replan(sorted(reached | self._reached(touched)))

    def _replan(self, indexes: list[int]) -> list[int]:
        part = replace(self.checked, records=[self.checked.records[index] for index in indexes])
        changed = []
        decided: Iterable[Verdict] = verdicts(part, self.known, self.schema, self.options)
        for index, verdict in zip(indexes, decided, strict=True):
            if verdict != self.plan.verdicts[index]:
                self.plan.verdicts[index] = verdict
                changed.append(verdict.row)
        return changed

    def _reached(self, indexes: Iterable[int]) -> set[int]:
        """Return the rows that share an id or a number with these, and with those, and so on."""
        reached, edge = set(indexes), list(indexes)
        while edge:
            for key in _keys(self.checked.records[edge.pop()]):
                more = self._sharing.get(key, set()) - reached
                reached |= more
                edge += more
        return reached

    def _learn(self, records: Iterable[Record]) -> None:
        """Load what is known of ids and numbers that the file did not have before."""
        part = replace(self.checked, records=list(records))
        ids, numbers = part.contact_ids() - self._ids, part.numbers() - self._numbers
        if not ids and not numbers:
            return
        self._ids |= ids
        self._numbers |= numbers
        more, known = self._load(ids, numbers), self.known
        self.known = Known(
            contacts={**known.contacts, **more.contacts},
            holders={**known.holders, **more.holders},
            whatsapp={**known.whatsapp, **more.whatsapp},
            staff=more.staff,
            erased=known.erased | more.erased,
            zeros={**known.zeros, **more.zeros},
        )

    def _remember(self, index: int, record: Record) -> None:
        for key in _keys(record):
            self._sharing.setdefault(key, set()).add(index)

    def _forget(self, index: int) -> None:
        for key in _keys(self.checked.records[index]):
            self._sharing[key].discard(index)


def _keys(record: Record) -> list[tuple[str, str]]:
    """What a row may share with another: its id, and its numbers (a WhatsApp number may become the mobile number)."""
    contact_id, _, _, *numbers = record.values[:5]
    keys = [("id", contact_id)] if isinstance(contact_id, str) else []
    return keys + [("number", number) for number in numbers if isinstance(number, str)]

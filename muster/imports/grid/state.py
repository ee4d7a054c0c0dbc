"""A draft as the grid keeps it: running counts, and which rows have moved since somebody last asked."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from muster.core.replan import moved
from muster.imports.draft.draft import Draft
from muster.imports.grid.tallies import Tallies
from muster.imports.kept import Kept
from muster.imports.models import Import

MOST_ROWS_KEPT = 150_000
MOST_MOVES = 200  # remembered; whoever has been away for longer asks for everything anew


@dataclass(slots=True)
class Grid:
    """A draft, its counts, and its moves: each a version and the places of the rows that changed with it."""

    draft: Draft
    tallies: Tallies
    name: str = field(default_factory=lambda: secrets.token_hex(6))
    moves: deque[Sequence[int]] = field(default_factory=lambda: deque(maxlen=MOST_MOVES))
    moved: int = 0  # how many moves there have been

    @property
    def version(self) -> str:
        """What a browser says back, so that it is told only what has changed since."""
        return f"{self.name}-{self.moved}"

    def since(self, version: str) -> list[int] | None:
        """Return the places that changed since a version; None when that is not known."""
        name, _, told = version.partition("-")
        if name != self.name or not told.isdecimal():
            return None
        missed = self.moved - int(told)
        if not 0 <= missed <= len(self.moves):
            return None
        return sorted({place for move in list(self.moves)[len(self.moves) - missed :] for place in move})

    def follow(self, draft: Draft) -> None:
        """Take in the draft as it is now."""
        old, new = self.draft.plan.verdicts, draft.plan.verdicts
        places = moved(old, new)
        for place in places:
            self.tallies.replace(old[place], new[place])
        places = sorted({*places, *moved(self.draft.rows, draft.rows)})
        self.draft = draft
        if places:
            self.moves.append(places)
            self.moved += 1

    def has_shape_of(self, draft: Draft) -> bool:
        """Whether the rows and columns are still the same ones."""
        mine, its = self.draft.reading, draft.reading
        return mine.checked.columns == its.checked.columns and _rows_of(mine.table.rows) == _rows_of(its.table.rows)


def _rows_of(rows: Sequence[tuple[int, object]]) -> tuple[int, int]:
    return len(rows), rows[-1][0] if rows else 0


_kept: Kept[Grid] = Kept(MOST_ROWS_KEPT)
_lock = threading.Lock()


def grid_of(imp: Import) -> Grid:
    """Return the grid of a draft as it is now. Raises BadFile while the file is refused."""
    draft = Draft.of(imp)
    with _lock:
        grid = _kept.find(imp.pk)
        if grid is None or not grid.has_shape_of(draft):
            grid = Grid(draft, Tallies(draft.plan.verdicts))
            _kept.keep(imp.pk, grid, len(draft.rows))
        elif grid.draft.imp.revision <= imp.revision:
            grid.follow(draft)
    return grid

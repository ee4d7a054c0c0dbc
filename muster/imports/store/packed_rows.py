"""What became of each row, packed: compressed lines of JSON, some thousand rows each, kept with a finished import.

The first line says in which form. Before it did, it was the header alone, and a line held one row or many.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from orjson import dumps, loads

from muster.core.problems import Note, Problem
from muster.core.table.table import Row
from muster.core.verdicts import ERASED_SINCE, Verdict
from muster.imports.models import Import
from muster.imports.store import blobs

FORM = 3
ERASED = "(erased)"  # in place of what was there
_ROWS_AT_ONCE = 2_000


class UnknownForm(Exception):  # noqa: N818  says what happened
    """A later version of the product has kept these rows."""


class Packed(NamedTuple):
    """One row as it was kept. Cells are kept of failed rows only; before → after is in the contacts' history."""

    row: int
    outcome: str
    contact_id: str | None
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    cells: tuple[str, ...] | None = None


class Packer:
    """Packs the verdicts of a run as they come."""

    def __init__(self, header: tuple[str, ...]) -> None:
        self._stream = zlib.compressobj(1)
        self._packed: list[bytes] = []
        self._line({"form": FORM, "header": header})

    def add(self, rows: Iterable[tuple[Row, Verdict]]) -> None:
        """Pack rows, with their verdicts."""
        self.pack([
            _told(verdict, cells) if verdict.problems or verdict.notes else verdict[:3] for (_, cells), verdict in rows
        ])  # fmt: skip

    def pack(self, rows: Sequence[Any]) -> None:
        """Pack rows as JSON keeps them."""
        self._line(rows)

    def _line(self, line: Any) -> None:
        self._packed.append(self._stream.compress(dumps(line, default=str) + b"\n"))

    def pieces(self) -> Iterator[bytes]:
        """Return everything, in pieces that fit one row of the database."""
        whole = b"".join((*self._packed, self._stream.flush()))
        size = blobs.PIECE_BYTES
        return (whole[start : start + size] for start in range(0, len(whole), size))


def _told(verdict: Verdict, cells: tuple[str, ...]) -> list[Any]:
    row, outcome, contact_id, _, _, _, problems, notes = verdict
    if problems and problems[0].code == ERASED_SINCE:
        cells = tuple(cell and ERASED for cell in cells)
    return _as_json(Packed(row, outcome, contact_id, problems, notes, cells if outcome == "failed" else None))


def pack(header: tuple[str, ...], rows: Iterator[Packed]) -> Iterator[bytes]:
    """Pack rows that were unpacked before."""
    packer = Packer(header)
    while some := [_as_json(each) for each in islice(rows, _ROWS_AT_ONCE)]:
        packer.pack(some)
    return packer.pieces()


def unpack(imp: Import) -> tuple[tuple[str, ...], Iterator[Packed]]:
    """Return the header and the rows that were kept; no header and no rows when nothing was. Raises UnknownForm."""
    lines = _lines(imp)
    header = _header(loads(next(lines, b"[]")))
    return header, (_packed(kept) for line in lines for kept in _rows(loads(line)))


def _header(first: Any) -> tuple[str, ...]:
    if isinstance(first, list):
        return tuple(first)  # kept before forms had a number
    if first["form"] != FORM:
        raise UnknownForm(f"rows of form {first['form']}, which a later version of Muster has written")
    return tuple(first["header"])


def _rows(line: list[Any]) -> list[Any]:
    """Return the rows of a line. In the first form it is one row, which begins with its number."""
    return [line] if line and isinstance(line[0], int) else line


def _as_json(kept: Packed) -> list[Any]:
    problems = [[each.code, each.field, each.value, each.facts and dict(each.facts)] for each in kept.problems]
    notes = [[each.code, each.field, each.facts and dict(each.facts)] for each in kept.notes]
    return [kept.row, kept.outcome, kept.contact_id, problems, notes, kept.cells]


def _packed(kept: list[Any]) -> Packed:
    row, outcome, contact_id, problems, notes, cells = kept if len(kept) > 3 else (*kept, (), (), None)
    return Packed(
        row,
        outcome,
        contact_id,
        tuple(Problem(code, row, name, value, facts) for code, name, value, facts in problems),
        tuple(Note(code, row, name, facts) for code, name, facts in notes),
        None if cells is None else tuple(cells),
    )


def _lines(imp: Import) -> Iterator[bytes]:
    stream, rest = zlib.decompressobj(), b""
    for piece in blobs.pieces(imp, blobs.ROWS):
        packed = piece
        while packed:
            *whole, rest = (rest + stream.decompress(packed, 1 << 20)).split(b"\n")
            packed = stream.unconsumed_tail
            yield from whole
    yield from (line for line in (rest + stream.flush()).split(b"\n") if line)

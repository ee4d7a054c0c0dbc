"""What became of each row, packed: compressed JSON lines that are kept with a finished import."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple

from muster.core.errors import Note, Problem
from muster.core.plan import Verdict
from muster.core.table import Row
from muster.imports import content
from muster.imports.models import Import

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


class Packed(NamedTuple):
    """One row as it was kept. Cells are kept of failed rows only; before → after is in the contacts' history."""

    row: int
    outcome: str
    contact_id: str | None
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    cells: tuple[str, ...] | None = None


@dataclass(slots=True)
class Packer:
    """Packs the verdicts of a run as they come."""

    header: tuple[str, ...]
    lines: list[str] = field(default_factory=list)
    packed: list[bytes] = field(default_factory=list)
    stream: Any = field(default_factory=lambda: zlib.compressobj(1))

    def __post_init__(self) -> None:
        self.lines.append(_encode(self.header))

    def add(self, rows: Iterable[tuple[Row, Verdict]]) -> None:
        """Pack rows, with their verdicts."""
        for (_, cells), (row, outcome, contact_id, _, _, _, problems, notes) in rows:
            if problems or notes or contact_id is None:
                kept = Packed(row, outcome, contact_id, problems, notes, cells if outcome == "failed" else None)
                self.lines.append(_line(kept))
            else:
                self.lines.append(f'[{row},"{outcome}",{quoted(contact_id)}]')
        self._pack()

    def pieces(self) -> Iterator[bytes]:
        """Return everything, in pieces that fit one row of the database."""
        self._pack()
        whole = b"".join((*self.packed, self.stream.flush()))
        size = content.PIECE_BYTES
        return (whole[start : start + size] for start in range(0, len(whole), size))

    def _pack(self) -> None:
        text = "".join(f"{line}\n" for line in self.lines)
        self.packed.append(self.stream.compress(text.encode("utf-8", "replace")))
        self.lines.clear()


def pack(header: tuple[str, ...], rows: Iterator[Packed]) -> Iterator[bytes]:
    """Pack rows that were unpacked before."""
    packer = Packer(header)
    for row in rows:
        packer.lines.append(_line(row))
    return packer.pieces()


def unpack(imp: Import) -> tuple[tuple[str, ...], Iterator[Packed]]:
    """Return the header and the rows that were kept; no header and no rows when nothing was."""
    lines = _lines(imp)
    header = tuple(json.loads(next(lines, "[]")))
    return header, (_packed(json.loads(line)) for line in lines)


def _line(kept: Packed) -> str:
    problems = [[each.code, each.field, each.value, each.facts and dict(each.facts)] for each in kept.problems]
    notes = [[each.code, each.field, each.facts and dict(each.facts)] for each in kept.notes]
    return _encode([kept.row, kept.outcome, kept.contact_id, problems, notes, kept.cells])


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


def _lines(imp: Import) -> Iterator[str]:
    stream, rest = zlib.decompressobj(), b""
    for piece in content.pieces(imp, content.ROWS):
        packed = piece
        while packed:
            *whole, rest = (rest + stream.decompress(packed, 1 << 20)).split(b"\n")
            packed = stream.unconsumed_tail
            yield from (line.decode() for line in whole)
    yield from (line.decode() for line in (rest + stream.flush()).split(b"\n") if line)

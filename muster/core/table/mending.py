"""A whole file whose letters were read in the wrong encoding before it was saved: every cell read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from muster.core.cells.garbled import mended
from muster.core.problems import Note


class Mending:
    """Rows of text with their garbled cells read again, and how many cells that changed."""

    def __init__(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        self._rows = rows
        self.cells = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        known: dict[str, str] = {}
        for number, cells in self._rows:
            if "".join(cells).isascii():
                yield number, cells
                continue
            again = [known[cell] if cell in known else known.setdefault(cell, mended(cell)) for cell in cells]
            self.cells += sum(map(str.__ne__, cells, again))
            yield number, again

    def notes(self) -> Iterator[Note]:
        """Yield how many cells were read again."""
        if self.cells:
            yield Note("file-mended", facts={"cells": self.cells})

"""From the bytes of a text to a table: encoding, delimiter, quotes, and the row numbers a person sees."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Generator, Iterator
from typing import Any

from muster.core.cells.dress import EDGES
from muster.core.fields import Options, Schema
from muster.core.problems import Note
from muster.core.table.delimiter import DELIMITERS, find_delimiter, split_off_sep
from muster.core.table.encoding import Decoded, decode
from muster.core.table.quotes import Quoting, records, refuse_swallowed

csv.field_size_limit(2**31 - 1)  # a long cell is a problem of its row, not of the file

_STRETCH = 1 << 18  # characters
_AT_ONCE = 500  # records: to take them one by one takes a tenth longer


class Text:
    """The rows of a text that are not wholly blank, from the header on, with their numbers, and what was odd.

    One record is one row of the spreadsheet, however many lines, and blank ones are counted too.
    """

    def __init__(self, data: bytes, schema: Schema, options: Options) -> None:
        headers = {*schema.by_header, *options.columns}
        self.decoded: Decoded = decode(data, options.encoding, headers)
        self.text, said = split_off_sep(self.decoded.text)
        self.delimiter = options.delimiter or find_delimiter(self.text, schema, options, said)
        self.quoting = Quoting(self.delimiter, options.quoted_rows, options.backslashes)
        self.first = options.header_row or 1
        self.last = 0
        self.marks: dict[tuple[int, int], str] = {}

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        number, first = 0, self.first
        for some in self._records():
            yield from [
                (place, cells)
                for place, cells in enumerate(some, number + 1)
                if cells and place >= first and (cells[0].isalnum() or "".join(cells).strip(EDGES))
            ]
            number += len(some)
        self.last = number

    def notes(self) -> Iterator[Note]:
        """Yield what there is to say of how the text was read."""
        if self.decoded.encoding != "utf-8":
            yield Note("file-encoding", facts={"encoding": self.decoded.encoding})
        if self.delimiter != ",":
            yield Note("file-delimiter", facts={"delimiter": DELIMITERS[self.delimiter]})

    def read_as(self) -> dict[str, Any]:
        """Return what a table keeps of how the text was read."""
        return {
            "encoding": self.decoded.encoding,
            "delimiter": self.delimiter,
            "is_broken": self.decoded.is_broken,
            "marks": self.marks,
        }

    def _records(self) -> Iterator[list[list[str]]]:
        """Yield all records, some at once; from where the strict reader stops, by one that names what is odd."""
        stopped = yield from self._strict_records()
        if stopped is not None:
            rest = itertools.islice(records(self.text, self.quoting), stopped, None)
            for number, record in enumerate(rest, stopped + 1):
                self.marks |= {(number, place): "cell-quotes" for place in record.odd}
                yield [record.cells]

    def _strict_records(self) -> Generator[list[list[str]], None, int | None]:
        """Yield records while none is odd; return how many came before one that is. None: none is."""
        escape = "\\" if self.quoting.backslash else None
        reader = csv.reader(
            lines(self.text), delimiter=self.delimiter, skipinitialspace=True, strict=True, escapechar=escape
        )
        number, line, width = 0, 0, 0
        while True:
            some, is_odd = list[list[str]](), False
            try:
                some.extend(itertools.islice(reader, _AT_ONCE))
            except csv.Error:  # `some` keeps what came before it
                is_odd = True
            if some and not number:
                width = len(some[0])
            if reader.line_num - line == len(some):  # each is one line
                yield some
            else:
                for place, cells in enumerate(some, number + 1):
                    refuse_swallowed(cells, place, width, self.quoting)
                    yield [cells]
            number, line = number + len(some), reader.line_num
            if is_odd or len(some) < _AT_ONCE:
                return number if is_odd else None


def lines(text: str) -> Iterator[str]:
    """Yield the lines with their ends, by stretches of the text: StringIO takes four bytes for each character."""
    return itertools.chain.from_iterable(io.StringIO(each, newline="") for each in _stretches(text))


def _stretches(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start + _STRETCH) + 1 or len(text)
        yield text[start:end]
        start = end

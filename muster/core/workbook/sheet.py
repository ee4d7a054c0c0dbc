"""One sheet of a workbook as rows of text, with the row numbers that a person sees in it."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from muster.core.cells.dress import EDGES
from muster.core.fields import Options, Schema
from muster.core.problems import BadFile, Note, Problem
from muster.core.workbook import ods, xls, xlsb, xlsx
from muster.core.workbook.archive import Archive, damaged, is_protected, kind_of
from muster.core.workbook.details import Details
from muster.core.workbook.formats import shown

_LOST_FROM = 1e15  # a spreadsheet keeps 15 digits
_MIDNIGHT = dt.time()
_NAMED = 20  # sheets: as many as a sentence names
_ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f])_")  # control characters, which the reader leaves so in rich text
_CHOSEN_AMONG = 10  # rows in which a header is looked for
_JUDGED: Mapping[str, Callable[[Archive], None]] = {"xlsx": xlsx.refuse, "ods": Archive.check, "xlsb": xlsb.refuse}
_DETAILS = {"xlsx": xlsx.details, "ods": ods.details, "xlsb": xlsb.details}


class Sheet:
    """The rows of a sheet that are not wholly blank, from the header on, with their numbers.

    Raises BadFile for a workbook that is protected, damaged, or would expand too much.
    """

    def __init__(self, data: bytes, kind: str, schema: Schema, options: Options) -> None:
        if is_protected(data):
            raise BadFile(Problem("file-protected"))
        self._kind, self._data = kind, data
        self._archive = Archive(data) if kind != "xls" else None
        if self._archive:
            _JUDGED[kind](self._archive)
        else:
            xls.refuse(data)
        self._book = _opened(data)
        self.names = _visible(self._book)
        self.first = options.header_row or 1
        self.last = 0
        self.marks: dict[tuple[int, int], str] = {}
        self.name, self._rows, self._details = self._chosen(schema, options)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        found = self._details
        special = {row for row, _ in (*found.texts, *found.shapes, *found.uncalculated)}
        for place, row in enumerate(self._rows):
            cells = [cell if type(cell) is str and "_x" not in cell else _text(cell) for cell in row]
            if place in special:
                self._with_details(place, cells)
            if any(cells) and "".join(cells).strip(EDGES):
                self.last = place + 1
                if place + 1 >= self.first:
                    yield place + 1, cells

    def notes(self) -> Iterator[Note]:
        """Yield what there is to say of how the workbook was read."""
        yield Note("file-sheet", facts={"sheet": self.name, "sheets": len(self.names)})

    def read_as(self) -> dict[str, Any]:
        """Return what a table keeps of how the workbook was read."""
        return {"sheet": self.name, "sheets": tuple(self.names), "marks": self.marks}

    def _with_details(self, place: int, cells: list[str]) -> None:
        found = self._details
        for column, cell in enumerate(cells):
            where = (place, column)
            if where in found.texts:
                cells[column] = found.texts[where]
            elif where in found.uncalculated:
                cells[column] = "="
                self.marks[place + 1, column] = "value-not-calculated"
            elif where in found.shapes and cell.isdigit():
                cells[column] = shown(cell, found.shapes[where])

    def _chosen(self, schema: Schema, options: Options) -> tuple[str, Sequence[list[Any]], Details]:
        """Return the sheet that was asked for; else the first that has known headers; else the first."""
        if options.sheet is not None and options.sheet not in self._book.sheet_names:
            facts = {"sheet": options.sheet, "sheets": [name[:31] for name in self.names[:_NAMED]]}
            raise BadFile(Problem("sheet-missing", facts=facts))
        if not self.names:
            raise BadFile(Problem("file-empty"))
        wanted = [options.sheet] if options.sheet is not None else self.names
        known = {*schema.by_header, *options.columns}
        first = None
        for name in wanted:
            found = (name, *self._read(name))
            if len(wanted) == 1 or _has_headers(found[1], known):
                return found
            first = first or found
        assert first  # there is at least one
        return first

    def _read(self, name: str) -> tuple[Sequence[list[Any]], Details]:
        found = _DETAILS[self._kind](self._archive, name) if self._archive else xls.details(self._data, name)
        with _damage_refused():
            sheet: CalamineSheet = self._book.get_sheet_by_name(name)
            return sheet.to_python(skip_empty_area=False), found


def sheet_names(data: bytes) -> tuple[str, ...]:
    """Return the names of the visible sheets; none of what is no workbook, or one that cannot be read."""
    kind = kind_of(data)
    if kind is None or is_protected(data):
        return ()
    try:
        if kind == "xls":
            xls.refuse(data)
        else:
            _JUDGED[kind](Archive(data))
        return tuple(_visible(_opened(data)))
    except BadFile:
        return ()


def _opened(data: bytes) -> CalamineWorkbook:
    with _damage_refused():
        return CalamineWorkbook.from_filelike(io.BytesIO(data))


@contextmanager
def _damage_refused() -> Iterator[None]:
    """Raise BadFile for what the reader raises, also where it panics: that is no Exception, and cannot be imported."""
    try:
        yield
    except PasswordError as error:
        raise BadFile(Problem("file-protected")) from error
    except (CalamineError, ValueError, OSError) as error:
        raise damaged(str(error)) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise damaged(str(error)) from error
        raise


def _visible(book: CalamineWorkbook) -> list[str]:
    sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    return [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible] or [each.name for each in sheets]


def _has_headers(rows: Sequence[list[Any]], known: set[str]) -> bool:
    return any(isinstance(cell, str) and cell.strip(EDGES) in known for row in rows[:_CHOSEN_AMONG] for cell in row)


def _text(value: Any) -> str:
    """Write a value as a CSV file would have it, but for what a spreadsheet does to one."""
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(sep=" ", timespec="seconds")
    return str(value) if isinstance(value, dt.timedelta) else value.isoformat() if value is not None else ""


def _number(value: float) -> str:
    """Write a whole number of up to 15 digits as its digits; a longer one, whose last digits are lost, shortened."""
    if abs(value) >= _LOST_FROM:
        return format(value, ".14E")
    if value == int(value):
        return str(int(value))
    return format(Decimal(repr(value)), "f")

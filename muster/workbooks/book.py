"""A workbook that is written to a file, a row at a time: every cell a text, and memory does not grow with the rows."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from itertools import zip_longest
from typing import IO, Any, NamedTuple

import xlsxwriter

from muster.core.cells.formulas import export_unsafe
from muster.core.sentences.language import gettext as _

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_576  # that a sheet has, the header among them
MOST_CELLS = 4_000_000  # that are written in about half a minute
MOST_CHARACTERS = 32_767  # that a cell has
MOST_COMMENTS = 10_000  # with more, spreadsheets become slow; the columns of the row say the same
LONGEST_COMMENT = 2_000
LISTS = "Lists"
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_TEXT = {"num_format": "@", "valign": "top"}
_STYLES: Mapping[str, dict[str, Any]] = {
    "text": _TEXT,
    "wrapped": {**_TEXT, "text_wrap": True},
    "date": {"num_format": "yyyy-mm-dd", "valign": "top"},
    "any": {"valign": "top"},
    "header": {**_TEXT, "bold": True, "bg_color": "#E3E8EF", "bottom": 1},
    "marked": {**_TEXT, "bg_color": "#FDECEA", "font_color": "#A3180E", "border": 1, "border_color": "#A3180E"},
}


class Style(StrEnum):
    """How the cells of a column are kept: as what is typed, or as a spreadsheet takes it."""

    TEXT = "text"
    WRAPPED = "wrapped"
    DATE = "date"
    ANY = "any"


class Column(NamedTuple):
    """A column: its header, its width in characters, its style, and the values to choose from, if there are any."""

    header: str
    width: float = 20
    style: Style = Style.TEXT
    choices: tuple[str, ...] = ()


class TooLarge(Exception):  # noqa: N818  says what it is
    """More rows than a workbook takes. The text is the reason and the way out, as sentences."""


def refuse_too_many(rows: int, columns: int) -> None:
    """Raise TooLarge for more rows, without the header, than a workbook with so many columns takes."""
    most = min(MOST_ROWS - 1, MOST_CELLS // max(columns, 1))
    if rows > most:
        raise TooLarge(
            _(
                "A workbook with {columns:,} columns takes up to {most:,} rows, and this would be {rows:,}. "
                "Download it as CSV, which takes any number of rows.",
                columns=columns,
                most=most,
                rows=rows,
            )
        )


class Sheet:
    """A sheet that is being written, from the first row down."""

    def __init__(self, sheet: Any, styles: Mapping[str, Any], columns: Sequence[Column]) -> None:
        self._sheet, self._styles = sheet, styles
        self._row, self._comments, self._width = 0, 0, len(columns)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width, styles[column.style])
        self._plain = [styles["wrapped" if each.style is Style.WRAPPED else "text"] for each in columns]
        for place, column in enumerate(columns):
            self._text(place, column.header, styles["header"])

    def add(self, cells: Sequence[str], marked: Mapping[int, str] | None = None) -> None:
        """Write the next row. `marked`: place of a cell → what is wrong with it; such a cell is coloured."""
        self._row += 1
        refuse_too_many(self._row, self._width)
        said = dict(marked or {})
        for place, cell in enumerate(cells):
            text = self._fitting(place, cell, said)
            if place in said:
                self._mark(place, text, said[place])
            elif text:
                self._text(place, text, self._plain[place] if place < self._width else self._styles["text"])

    def _fitting(self, place: int, cell: str, said: dict[int, str]) -> str:
        """Return as much of a text as a cell takes. Where that is not all of it, the cell says so."""
        text = _written(cell)
        units = len(text) + sum(char > "\uffff" for char in text) if len(text) > MOST_CHARACTERS // 2 else 0
        if units <= MOST_CHARACTERS:
            return text
        cut = _(
            "This cell holds {length:,} characters; a workbook's takes {most_characters:,}. The CSV has them all.",
            length=len(cell),
            most_characters=MOST_CHARACTERS,
        )
        said[place] = f"{said[place]} {cut}" if place in said else cut
        return text[: MOST_CHARACTERS // 2]

    def _mark(self, place: int, text: str, said: str) -> None:
        if text:
            self._text(place, text, self._styles["marked"])
        else:
            self._sheet.write_blank(self._row, place, None, self._styles["marked"])
        self._comments += 1
        if said and self._comments <= MOST_COMMENTS:
            lines = len(said) // 40 + 1
            size = {"width": 300, "height": min(20 + 18 * lines, 400)}
            self._sheet.write_comment(self._row, place, _written(said)[:LONGEST_COMMENT], size)

    def _text(self, place: int, text: str, style: Any) -> None:
        if text.startswith("<r>") and text.endswith("</r>"):  # what the library takes for marked-up text of its own
            self._sheet.write_rich_string(self._row, place, text[:1], style, text[1:], style)
        else:
            self._sheet.write_string(self._row, place, text, style)


class Book:
    """A workbook that is being written."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._styles = {name: book.add_format(style) for name, style in _STYLES.items()}
        self._lists: list[tuple[str, ...]] = []

    def sheet(self, name: str, columns: Sequence[Column]) -> Sheet:
        """Begin a sheet. A column with choices offers them as a list, and warns of anything else."""
        sheet = self._book.add_worksheet(name)
        for place, column in enumerate(columns):
            if column.choices:
                sheet.data_validation(1, place, MOST_ROWS - 1, place, self._offered(column))
        return Sheet(sheet, self._styles, columns)

    def _offered(self, column: Column) -> dict[str, Any]:
        if column.choices not in self._lists:
            self._lists.append(column.choices)
        letter = xlsxwriter.utility.xl_col_to_name(self._lists.index(column.choices))
        return {
            "validate": "list",
            "source": f"={LISTS}!${letter}$1:${letter}${len(column.choices)}",
            "error_type": "warning",
            "error_title": _("Not in the list"),
            "error_message": _("The import may not know this value. The list has those it knows."),
        }

    def write_lists(self) -> None:
        """Write what the columns offer, to a sheet that is not shown."""
        if self._lists:
            sheet = self._book.add_worksheet(LISTS)
            sheet.hide()
            for number, row in enumerate(zip_longest(*self._lists)):
                for place, value in enumerate(row):
                    if value is not None:
                        sheet.write_string(number, place, value, self._styles["text"])


@contextmanager
def new_book(file: IO[bytes]) -> Iterator[Book]:
    """Write a workbook to the file. Rows wait on the disk, in a folder that goes at the end."""
    with tempfile.TemporaryDirectory(prefix="muster-workbook-") as folder:
        made = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": folder})
        try:
            book = Book(made)
            yield book
            book.write_lists()
        finally:
            made.close()


def write_table(file: IO[bytes], name: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Write a workbook of one sheet."""
    with new_book(file) as book:
        sheet = book.sheet(name, columns)
        for row in rows:
            sheet.add(row)


def _written(text: str) -> str:
    """Return the text that the import reads as this one: it takes the guard of a CSV off. A workbook runs no text."""
    text = _NO_XML.sub("\ufffd", text)
    return text if export_unsafe(text) == text else f"'{text}"

"""How a file is read, as options of the commands: encoding, delimiter, the header's row, the sheet, date orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from muster.core import dates
from muster.core.table import DELIMITERS, named

USAGE = 64  # as in the world of BSD: it could not even be tried

Encoding = Annotated[str, typer.Option(metavar="NAME", help="Encoding of the text, such as cp1250 or mac_roman.")]
Delimiter = Annotated[str, typer.Option(metavar="CHARACTER", help="What separates cells: , ; | or tab.")]
HeaderRow = Annotated[int, typer.Option(min=0, max=1000, help="Row of the header, if it is not the first.")]
Sheet = Annotated[str, typer.Option(metavar="NAME", help="Sheet of a workbook.")]
DateOrder = Annotated[
    list[str] | None,
    typer.Option(metavar="FIELD=ORDER", help="Order of a field's dates: dmy, mdy, ymd or serial. May be repeated."),
]
QuotedRows = Annotated[
    bool, typer.Option("--quoted-rows", help="Lines inside quotes that look like rows are part of their cell.")
]
Backslashes = Annotated[bool, typer.Option("--backslashes", help='\\" is a quote mark inside a cell.')]


def reading_options(
    encoding: str,
    delimiter: str,
    header_row: int,
    sheet: str,
    date_order: Sequence[str] | None,
    *,
    quoted_rows: bool,
    backslashes: bool,
) -> dict[str, Any]:
    """Return them as `Options` takes them. Ends the program at one that is not known."""
    known = named(encoding) if encoding else None
    if encoding and not known:
        give_up(f"--encoding: {encoding} is not known. Try cp1252, cp1250, mac_roman, utf-8, gb18030 or shift_jis.")
    separator = {name: character for character, name in DELIMITERS.items()}.get(
        delimiter, delimiter.replace("\\t", "\t")
    )
    if separator and separator not in DELIMITERS:
        give_up("--delimiter is one of , ; | or tab.")
    return {
        "encoding": known,
        "delimiter": separator or None,
        "header_row": header_row if header_row > 1 else None,
        "sheet": sheet or None,
        "date_orders": dict(map(_date_order, date_order or ())),
        "quoted_rows": quoted_rows,
        "backslashes": backslashes,
    }


def _date_order(said: str) -> tuple[str, str]:
    field, _, order = said.rpartition("=")
    if not field or order not in dates.ORDERS:
        give_up(f"--date-order is FIELD=ORDER, with dmy, mdy, ymd or serial: {said}")
    return field, order


def give_up(sentence: str) -> NoReturn:
    """Say why nothing could be done."""
    typer.echo(sentence, err=True)
    raise typer.Exit(USAGE)

"""How a file is read, as options of the commands: encoding, delimiter, the header's row, the sheet, date orders."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Annotated, Any, NoReturn

import typer

from muster.core.cells import dates
from muster.core.table.delimiter import DELIMITERS
from muster.core.table.encoding import named

USAGE = 64  # as in the world of BSD: it could not even be tried


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The options as they were typed."""

    encoding: Annotated[str, typer.Option(metavar="NAME", help="Encoding of the text: cp1250, mac_roman.")] = ""
    delimiter: Annotated[str, typer.Option(metavar="CHARACTER", help="What separates cells: , ; | or tab.")] = ""
    header_row: Annotated[int, typer.Option(min=0, max=1000, help="Row of the header, if not the first.")] = 0
    sheet: Annotated[str, typer.Option(metavar="NAME", help="Sheet of a workbook.")] = ""
    date_order: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=ORDER", help="Order of a field's dates: dmy, mdy, ymd, serial. May be repeated."),
    ] = None
    quoted_rows: Annotated[
        bool, typer.Option("--quoted-rows", help="Lines inside quotes that look like rows are part of their cell.")
    ] = False
    backslashes: Annotated[bool, typer.Option("--backslashes", help='\\" is a quote mark inside a cell.')] = False
    mend_letters: Annotated[bool, typer.Option("--mend-letters", help="Read garbled letters again: JosÃ© is José.")] = (
        False
    )

    def options(self) -> dict[str, Any]:
        """Return them as `Options` takes them. Ends the program at one that is not known."""
        typed = asdict(self)
        orders = dict(map(_date_order, typed.pop("date_order") or ()))
        return {
            **typed,
            "encoding": self._encoding(),
            "delimiter": self._delimiter(),
            "header_row": self.header_row if self.header_row > 1 else None,
            "sheet": self.sheet or None,
            "date_orders": orders,
        }

    def _encoding(self) -> str | None:
        known = named(self.encoding) if self.encoding else None
        if self.encoding and not known:
            give_up(
                f"--encoding: {self.encoding} is not known. Try cp1252, cp1250, mac_roman, utf-8, gb18030 or shift_jis."
            )
        return known

    def _delimiter(self) -> str | None:
        by_name = {name: character for character, name in DELIMITERS.items()}
        separator = by_name.get(self.delimiter, self.delimiter.replace("\\t", "\t"))
        if separator and separator not in DELIMITERS:
            give_up("--delimiter is one of , ; | or tab.")
        return separator or None


def takes_reading(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command each option of `Reading`; it gets them together, as `reading`."""
    theirs = inspect.signature(Reading, eval_str=True).parameters
    own = inspect.signature(command, eval_str=True).parameters

    @wraps(command)
    def run(**typed: Any) -> None:
        reading = Reading(**{name: typed.pop(name) for name in theirs})
        command(**typed, reading=reading)

    merged = [*(each for name, each in own.items() if name != "reading"), *theirs.values()]
    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in merged]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _date_order(said: str) -> tuple[str, str]:
    field, _, order = said.rpartition("=")
    if not field or order not in dates.ORDERS:
        give_up(f"--date-order is FIELD=ORDER, with dmy, mdy, ymd or serial: {said}")
    return field, order


def give_up(sentence: str) -> NoReturn:
    """Say why nothing could be done."""
    typer.echo(sentence, err=True)
    raise typer.Exit(USAGE)

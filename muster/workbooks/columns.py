"""The columns of a team's fields in a workbook: how each is kept, what it offers, and what it means, in sentences."""

from __future__ import annotations

from muster.core.fields import Absent, Blank, Field, Kind
from muster.workbooks.book import Column, Style

YES_NO = ("yes", "no")
_WIDTHS = {Kind.ID: 16, Kind.STAFF: 12, Kind.NUMBER: 12, Kind.DATE: 12, Kind.PHONE: 22}
_STYLES = {Kind.NUMBER: Style.ANY, Kind.DATE: Style.DATE}
_MOST_NAMED = 10  # choices that a sentence names

ABOUT = (
    Column("Column", 28, Style.WRAPPED),
    Column("What it holds", 60, Style.WRAPPED),
    Column("Blank cells", 44, Style.WRAPPED),
    Column("Without the column", 44, Style.WRAPPED),
)

_HOLDS = {
    Kind.ID: "The person's id in your records, as a text: 00123 and 123 are two people. It says whom the row is about.",
    Kind.STAFF: "The Staff ID of the user whom the contact is assigned to, as on the page Users.",
    Kind.NUMBER: "A number, such as 3.5.",
    Kind.DATE: "A date. 2026-09-01 can be read in one way only.",
    Kind.YES_NO: "yes or no.",
    Kind.PHONE: "A phone number with + and the country code, such as +44 1753 495000. "
    "A number of the team's own country may be written as at home.",
    Kind.OPT_OUT: "yes means opted out, no means opted in.",
}
_BLANK = {
    Blank.FAILS: "The row is left out.",
    Blank.OPTION: "You choose for each import: the WhatsApp number is used, or the row is left out.",
    Blank.KEPT: "What is stored stays.",
    Blank.OPTED_IN: "The contact is opted in, unless they or a user opted out.",
    Blank.CLEARED: "The stored value is removed.",
}
_ABSENT = {
    Absent.REFUSED: "The file is not imported: it must have this column.",
    Absent.KEPT: "What is stored stays.",
    Absent.CLEARED: "Every contact in the file loses what is stored.",
}


def column(header: str, field: Field | None, *, is_typed: bool = True) -> Column:
    """Return the column of a field, or one that is not imported. `is_typed`: its cells are for a person to fill in."""
    if field is None:
        return Column(header)
    style = _STYLES.get(field.kind, Style.TEXT) if is_typed else Style.TEXT
    return Column(header, max(_WIDTHS.get(field.kind, 20), len(header) + 2), style, choices(field))


def choices(field: Field) -> tuple[str, ...]:
    """Return the values that a column offers."""
    return YES_NO if field.kind in (Kind.OPT_OUT, Kind.YES_NO) else field.choices


def about(field: Field) -> tuple[str, str, str, str]:
    """Return what there is to know of a column before it is filled in: a row below `ABOUT`."""
    names = field.headers or (field.name,)
    return " or ".join(names), _holds(field), _BLANK[field.blank], _ABSENT[field.absent]


def _holds(field: Field) -> str:
    if field.kind is Kind.CHOICE:
        if len(field.choices) > _MOST_NAMED:
            return f"One of {len(field.choices):,} values. The list in the cell has them all."
        return f"One of these: {', '.join(field.choices)}."
    return _HOLDS.get(field.kind) or f"A text of up to {field.max_length:,} characters."

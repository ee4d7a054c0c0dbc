"""The columns of a team's fields in a workbook: how each is kept, what it offers, and what it means, in sentences."""

from __future__ import annotations

from muster.core.fields import Absent, Blank, Field, Kind
from muster.core.sentences.language import Words, either, gettext_noop, listed
from muster.core.sentences.language import gettext as _
from muster.workbooks.book import Column, Style

YES_NO = ("yes", "no")
_WIDTHS = {Kind.ID: 16, Kind.STAFF: 12, Kind.NUMBER: 12, Kind.DATE: 12, Kind.PHONE: 22}
_STYLES = {Kind.NUMBER: Style.ANY, Kind.DATE: Style.DATE}
_MOST_NAMED = 10  # choices that a sentence names


def about_columns() -> tuple[Column, ...]:
    """Return the columns of the sheet that explains a template's."""
    widths = {_("Column"): 28, _("What it holds"): 60, _("Blank cells"): 44, _("Without the column"): 44}
    return tuple(Column(words, width, Style.WRAPPED) for words, width in widths.items())


_HOLDS = Words(
    {
        Kind.ID: gettext_noop(
            "The person's id in your records, as a text: 00123 and 123 are two people. It says whom the row is about."
        ),
        Kind.STAFF: gettext_noop("The Staff ID of the user whom the contact is assigned to, as on the page Users."),
        Kind.NUMBER: gettext_noop("A number, such as 3.5."),
        Kind.DATE: gettext_noop("A date. 2026-09-01 can be read in one way only."),
        Kind.YES_NO: gettext_noop("yes or no."),
        Kind.PHONE: gettext_noop(
            "A phone number with + and the country code, such as +44 1753 495000. "
            "A number of the team's own country may be written as at home."
        ),
        Kind.OPT_OUT: gettext_noop("yes means opted out, no means opted in."),
    }
)
_BLANK = Words(
    {
        Blank.FAILS: gettext_noop("The row is left out."),
        Blank.OPTION: gettext_noop("You choose for each import: the WhatsApp number is used, or the row is left out."),
        Blank.KEPT: gettext_noop("What is stored stays."),
        Blank.OPTED_IN: gettext_noop("The contact is opted in, unless they or a user opted out."),
        Blank.CLEARED: gettext_noop("The stored value is removed."),
    }
)
_ABSENT = Words(
    {
        Absent.REFUSED: gettext_noop("The file is not imported: it must have this column."),
        Absent.KEPT: gettext_noop("What is stored stays."),
        Absent.CLEARED: gettext_noop("Every contact in the file loses what is stored."),
    }
)


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
    """Return what there is to know of a column before it is filled in: a row below `about_columns`."""
    names = field.headers or (field.name,)
    return either(names), _holds(field), _BLANK[field.blank], _ABSENT[field.absent]


def _holds(field: Field) -> str:
    if field.kind is Kind.CHOICE:
        if len(field.choices) > _MOST_NAMED:
            return _("One of {length:,} values. The list in the cell has them all.", length=len(field.choices))
        return _("One of these: {listed}.", listed=listed(field.choices))
    return _HOLDS.get(field.kind) or _("A text of up to {max_length:,} characters.", max_length=field.max_length)

"""What the values of a column may mean: what there is to choose from, in words, and what is likeliest."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from muster.core import fixes
from muster.core.cells.dates import read as read_date
from muster.core.cells.dress import EDGES, undressed
from muster.core.fields import Blank, Field, Kind
from muster.core.sentences.language import gettext as _
from muster.teams.models import Membership, Team

BLANK = "(blank)"  # what stands for clearing the cell
_NEAR = 0.84


class Choice(NamedTuple):
    """One thing that a value may mean: what is written into the cell, and the words for it."""

    value: str
    words: str
    name: str = ""  # of the person, where it is one


def choices_for(its: Field | None, team: Team) -> list[Choice]:
    """Return what the values of a column, which is this field, may be mapped to; nothing where they may be anything."""
    if its is None:
        return []
    if its.kind is Kind.OPT_OUT:
        return _opt_outs(its)
    if its.kind is Kind.YES_NO:
        return [Choice("yes", _("Yes")), Choice("no", _("No")), Choice(BLANK, _("Leave blank"))]
    if its.kind is Kind.CHOICE:
        return [*(Choice(each, each) for each in its.choices), Choice(BLANK, _("Leave blank"))]
    return _people(team) if its.kind is Kind.STAFF else []


def _opt_outs(its: Field) -> list[Choice]:
    out, back = ("no", "yes") if its.reversed else ("yes", "no")
    blank = _("Leave blank (= opted in)") if its.blank is Blank.OPTED_IN else _("Leave blank (= as it is stored)")
    return [
        Choice(out, _("Opted out ({out})", out=out)),
        Choice(back, _("Opted in ({back})", back=back)),
        Choice(BLANK, blank),
    ]


def _people(team: Team) -> list[Choice]:
    members = Membership.everybody.filter(team=team).exclude(staff_id=None).select_related("user")
    people = [Choice(each.staff_id or "", f"{each.name} ({each.staff_id})", each.user.name) for each in members]
    return [*sorted(people, key=lambda each: each.words), Choice(BLANK, _("Nobody (leave blank)"))]


def likeliest(its: Field | None, values: Iterable[str], choices: Sequence[Choice]) -> Mapping[str, str]:
    """Return what each value surely or nearly says, where it does: a name, an id without its zeros, a near choice."""
    guess = {Kind.STAFF: _person, Kind.CHOICE: _near}.get(its.kind) if its else None
    known = {each.value for each in choices}
    found = {value: guess(value, choices) for value in values if value not in known} if guess else {}
    return {value: meant for value, meant in found.items() if meant}


def _person(value: str, choices: Sequence[Choice]) -> str:
    said = _folded(undressed(value))
    found = [each.value for each in choices if each.name and said in (_folded(each.name), _turned(each.name))]
    found = found or [each.value for each in choices if each.name and _bare(each.value) == _bare(said)]
    return found[0] if len(found) == 1 else ""


def _folded(text: str) -> str:
    return " ".join(text.strip(EDGES).casefold().split())


def _turned(name: str) -> str:
    """A name as lists have it: "Ueda, Uma"."""
    first, _, last = name.rpartition(" ")
    return _folded(f"{last}, {first}")


def _bare(staff_id: str) -> str:
    return _folded(staff_id).lstrip("0")


def _near(value: str, choices: Sequence[Choice]) -> str:
    by_name = {_folded(each.value): each.value for each in choices if each.value != BLANK}
    near = difflib.get_close_matches(_folded(value), by_name, n=1, cutoff=_NEAR)
    return by_name[near[0]] if near else ""


def order_of_dates(cells: Iterable[str]) -> str:
    """Return the one order in which every date of a column can be read; nothing when several would do, or none.

    Years of two digits seldom come first: that order is proposed where no other reads them all.
    """
    dates = {undressed(cell) for cell in cells if cell.strip(EDGES)}
    orders = [order for order in fixes.DATE_ORDERS if all(read_date(each, order).iso for each in dates)]
    usual = [order for order in orders if order != "ymd"] or orders
    return usual[0] if dates and len(usual) == 1 else ""

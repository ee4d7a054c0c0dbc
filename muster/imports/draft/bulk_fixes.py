"""A fix for many rows of a draft at once: what it would change, before anybody agrees, and then one step of editing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from muster.core import fixes, phones
from muster.core.fields import Kind
from muster.imports.draft.countries import Country, countries_of
from muster.imports.draft.draft import Draft, is_blank
from muster.imports.filters import Filter, is_left_out

MAPPED = "map:"  # the prefix of a mapping's inputs: "map:x" → "yes"


class CellChange(NamedTuple):
    """One cell that would change."""

    row: int
    header: str
    before: str
    after: str


@dataclass(slots=True)
class Proposal:
    """What a fix would do to the rows that a filter shows. `problem` says what is still missing to propose anything."""

    fix: fixes.Fix
    header: str
    cells: list[CellChange] = field(default_factory=list)
    rows_out: list[int] = field(default_factory=list)
    untouched: int = 0
    values: list[tuple[str, int]] = field(
        default_factory=list
    )  # for a mapping: the distinct values, most frequent first
    countries: list[Country] = field(default_factory=list)  # for the missing +: whose numbers it makes
    problem: str = ""

    @property
    def count(self) -> int:
        """How many cells or rows it changes."""
        return len(self.cells) or len(self.rows_out)

    @property
    def label(self) -> str:
        """What undo will call the step."""
        return f"{self.fix.title}: {self.header}" if self.header else self.fix.title


def propose(draft: Draft, wanted: Filter, fix: fixes.Fix, header: str, query: Mapping[str, str]) -> Proposal:
    """Say what a fix would do. `query` holds what the person typed: a region, a value, find and replace, a mapping."""
    proposal = Proposal(fix, header)
    places = [place for place in draft.places(wanted) if not is_left_out(draft.verdicts[place])]
    if fix.name == "leave-out":
        proposal.rows_out = [draft.rows[place].number for place in places]
        return proposal
    headers = [header] if header else list(draft.header)
    for each in headers:
        _propose_column(draft, proposal, places, each, query)
    return proposal


def _propose_column(draft: Draft, proposal: Proposal, places: list[int], header: str, query: Mapping[str, str]) -> None:
    index = draft.header.index(header)
    rows = [draft.rows[place] for place in places]
    before = [row.cells[index] for row in rows]
    if proposal.fix.name == "map":
        proposal.values = [(value, count) for value, count in Counter(before).most_common(50) if not is_blank(value)]
    apply = _APPLY[proposal.fix.name](draft, query)
    if isinstance(apply, str):
        proposal.problem = apply
        return
    changed = fixes.changes(before, apply(before))
    if proposal.fix.name == "add-plus":
        changed = _of_ticked_countries(draft, proposal, changed, query)
    proposal.cells += [CellChange(rows[each.place].number, header, each.before, each.after) for each in changed]
    proposal.untouched += len(rows) - len(changed)


def _of_ticked_countries(
    draft: Draft, proposal: Proposal, changed: list[fixes.Change], query: Mapping[str, str]
) -> list[fixes.Change]:
    proposal.countries = countries_of(draft.imp.team_id, draft.reading, changed, query)
    ticked = {each.region for each in proposal.countries if each.is_ticked}
    if changed and not ticked:
        proposal.problem = "Tick the countries whose numbers these are."
    return [each for each in changed if fixes.region_of(each.after) in ticked]


Apply = Callable[[list[str]], list[str]]


def _add_plus(draft: Draft, _: Mapping[str, str]) -> Apply:
    return lambda cells: fixes.add_plus(cells, draft.reading.schema.home_region)


def _region(_: Draft, query: Mapping[str, str]) -> Apply | str:
    region = query.get("region", "").strip().upper()
    if not region:
        return "Choose the country whose numbers these are."
    if not phones.is_region(region):
        return f"There is no country with the code {region}."
    return lambda cells: fixes.of_region(cells, region)


def _zeros(draft: Draft, _: Mapping[str, str]) -> Apply:
    """Use the stored id that a row of the file lacks only zeros of."""
    notes = (note.facts or {} for each in draft.verdicts for note in each.notes if note.code == "id-zeros-lost")
    stored = {str(facts["contact_id"]): str(facts["other"]) for facts in notes}
    return lambda cells: fixes.map_values(cells, stored)


def _dates(_: Draft, query: Mapping[str, str]) -> Apply | str:
    order = query.get("order", "")
    return (lambda cells: fixes.dates(cells, order)) if order in fixes.DATE_ORDERS else "Choose how they are written."


def _fill(_: Draft, query: Mapping[str, str]) -> Apply | str:
    value = query.get("value", "")
    return (lambda cells: fixes.fill_blanks(cells, value)) if not is_blank(value) else "Type what to fill in."


def _replace(_: Draft, query: Mapping[str, str]) -> Apply | str:
    find, value = query.get("find", ""), query.get("value", "")
    match_case, whole_cell = "match_case" in query, "whole_cell" in query
    if not find:
        return "Type what to find."
    return lambda cells: fixes.replace(cells, find, value, match_case=match_case, whole_cell=whole_cell)


def _map(_: Draft, query: Mapping[str, str]) -> Apply | str:
    mapping = {key.removeprefix(MAPPED): value for key, value in query.items() if key.startswith(MAPPED) and value}
    mapping = {old: "" if new == BLANK else new for old, new in mapping.items()}
    return (lambda cells: fixes.map_values(cells, mapping)) if mapping else "Choose what at least one value means."


BLANK = "(blank)"

_APPLY: Mapping[str, Callable[[Draft, Mapping[str, str]], Apply | str]] = {
    "add-plus": _add_plus,
    "region": _region,
    "mexico": lambda *_: fixes.drop_1_after_52,
    "ungarble": lambda *_: fixes.ungarble,
    "zeros": _zeros,
    "dates": _dates,
    "decimal": lambda *_: fixes.decimal_points,
    "clear": lambda *_: fixes.clear_nothing,
    "fill": _fill,
    "map": _map,
    "replace": _replace,
    "trim": lambda *_: fixes.trim,
}


def mapping_choices(draft: Draft, header: str, staff_ids: list[str]) -> list[str]:
    """Return what the values of a column may be mapped to; nothing where they may be anything."""
    its = draft.reading.checked.columns[draft.header.index(header)]
    if its is None:
        return []
    if its.kind in (Kind.OPT_OUT, Kind.YES_NO):
        return ["yes", "no", BLANK]
    if its.kind is Kind.CHOICE:
        return [*its.choices, BLANK]
    return [*staff_ids, BLANK] if its.kind is Kind.STAFF else []

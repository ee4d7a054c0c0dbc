"""A fix for many rows of a draft at once: what it would change, before anybody agrees, and then one step of editing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from muster.core import fixes, phones
from muster.core.fields import Field
from muster.core.sentences import steps
from muster.core.sentences.language import gettext as _
from muster.imports.draft.countries import Country, countries_of
from muster.imports.draft.draft import Draft, is_blank
from muster.imports.draft.meanings import BLANK, Choice, choices_for, likeliest, order_of_dates
from muster.imports.filters import Filter, is_left_out
from muster.imports.recipes.repeats import can_be_repeated

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
    values: list[tuple[str, int]] = field(default_factory=list)  # for a mapping: distinct ones, most frequent first
    choices: list[Choice] = field(default_factory=list)  # what the values may become
    typed: dict[str, str] = field(default_factory=dict)  # what was typed, or else is likeliest
    countries: list[Country] = field(default_factory=list)  # for the missing +: whose numbers it makes
    problem: str = ""

    @property
    def count(self) -> int:
        """How many cells or rows it changes."""
        return len(self.cells) or len(self.rows_out)

    @property
    def step(self) -> dict[str, Any]:
        """What undo will call it, as a code and facts."""
        return steps.of_fix(self.fix.english, self.header)


def propose(draft: Draft, wanted: Filter, fix: fixes.Fix, header: str, query: Mapping[str, str]) -> Proposal:
    """Say what a fix would do. `query` holds what the person typed: a region, a value, find and replace, a mapping."""
    proposal = Proposal(fix, header, typed=dict(query))
    places = [place for place in draft.places(wanted) if not is_left_out(draft.verdicts[place])]
    if fix.name == "leave-out":
        proposal.rows_out = [draft.rows[place].number for place in places]
        return proposal
    if fix.name in _LIKELY and header:
        _LIKELY[fix.name](draft, proposal, places)
    headers = [header] if header else list(draft.header)
    for each in headers:
        _propose_column(draft, proposal, places, each, proposal.typed)
    return proposal


def _likely_meanings(draft: Draft, proposal: Proposal, places: list[int]) -> None:
    """List the values and what they may mean; where nobody has said, take what is likeliest."""
    counted = Counter(_cells(draft, proposal.header, places))
    proposal.values = [(value, count) for value, count in counted.most_common(50) if not is_blank(value)]
    proposal.choices = choices_for(field_of(draft, proposal.header), draft.imp.team)
    if not any(key.startswith(MAPPED) for key in proposal.typed):
        guessed = likeliest(field_of(draft, proposal.header), [value for value, _ in proposal.values], proposal.choices)
        proposal.typed |= {MAPPED + value: meant for value, meant in guessed.items()}


def field_of(draft: Draft, header: str) -> Field | None:
    """Return the field that a column is."""
    return draft.reading.checked.columns[draft.header.index(header)]


def _likely_order(draft: Draft, proposal: Proposal, _: list[int]) -> None:
    """Propose the order that all dates of the column agree on."""
    if "order" not in proposal.typed:
        proposal.typed["order"] = order_of_dates(_cells(draft, proposal.header, range(len(draft.rows))))


def _cells(draft: Draft, header: str, places: Iterable[int]) -> list[str]:
    index = draft.header.index(header)
    return [draft.rows[place].cells[index] for place in places]


_LIKELY = {"map": _likely_meanings, "dates": _likely_order}


def _propose_column(draft: Draft, proposal: Proposal, places: list[int], header: str, query: Mapping[str, str]) -> None:
    rows = [draft.rows[place] for place in places]
    before = _cells(draft, header, places)
    apply = _APPLY[proposal.fix.name](draft, query)
    if isinstance(apply, str):
        proposal.problem = apply
        return
    after = _whatsapp_numbers(draft, places, before) if proposal.fix.name == "whatsapp" else apply(before)
    changed = fixes.changes(before, after)
    proposal.untouched += len(rows) - len(changed)
    if proposal.fix.name == "add-plus":
        changed = _of_ticked_countries(draft, proposal, changed, query)
    proposal.cells += [CellChange(rows[each.place].number, header, each.before, each.after) for each in changed]


def _whatsapp_numbers(draft: Draft, places: list[int], before: list[str]) -> list[str]:
    """Return the cells with the WhatsApp number of their row where they are blank, and it can be read."""
    names = [its.name if its else "" for its in draft.reading.checked.columns]
    if "WhatsAppMobileNumber" not in names:
        return before
    home = draft.reading.schema.home_region
    numbers = _cells(draft, draft.header[names.index("WhatsAppMobileNumber")], places)
    return [
        number if is_blank(cell) and not is_blank(number) and phones.read(number, home).e164 else cell
        for cell, number in zip(before, numbers, strict=True)
    ]


def _of_ticked_countries(
    draft: Draft, proposal: Proposal, changed: list[fixes.Change], query: Mapping[str, str]
) -> list[fixes.Change]:
    proposal.countries = countries_of(draft.imp.team_id, draft.reading, changed, query)
    ticked = {each.region for each in proposal.countries if each.is_ticked}
    if changed and not ticked:
        proposal.problem = _("Tick the countries whose numbers these are.")
    return [each for each in changed if fixes.region_of(each.after) in ticked]


Apply = Callable[[list[str]], list[str]]


def _add_plus(draft: Draft, _: Mapping[str, str]) -> Apply:
    return lambda cells: fixes.add_plus(cells, draft.reading.schema.home_region)


def _region(_found: Draft, query: Mapping[str, str]) -> Apply | str:
    region = query.get("region", "").strip().upper()
    if not region:
        return _("Choose the country whose numbers these are.")
    if not phones.is_region(region):
        return _("There is no country with the code {region}.", region=region)
    return lambda cells: fixes.of_region(cells, region)


def _zeros(draft: Draft, _: Mapping[str, str]) -> Apply:
    """Use the stored id that a row of the file lacks only zeros of."""
    notes = (note.facts or {} for each in draft.verdicts for note in each.notes if note.code == "id-zeros-lost")
    stored = {str(facts["contact_id"]): str(facts["other"]) for facts in notes}
    return lambda cells: fixes.map_values(cells, stored)


def _dates(_found: Draft, query: Mapping[str, str]) -> Apply | str:
    order = query.get("order", "")
    return (
        (lambda cells: fixes.dates(cells, order)) if order in fixes.DATE_ORDERS else _("Choose how they are written.")
    )


def _fill(_found: Draft, query: Mapping[str, str]) -> Apply | str:
    value = query.get("value", "")
    return (lambda cells: fixes.fill_blanks(cells, value)) if not is_blank(value) else _("Type what to fill in.")


def _replace(_found: Draft, query: Mapping[str, str]) -> Apply | str:
    find, value = query.get("find", ""), query.get("value", "")
    match_case, whole_cell = "match_case" in query, "whole_cell" in query
    if not find:
        return _("Type what to find.")
    return lambda cells: fixes.replace(cells, find, value, match_case=match_case, whole_cell=whole_cell)


def _map(_found: Draft, query: Mapping[str, str]) -> Apply | str:
    mapping = {key.removeprefix(MAPPED): value for key, value in query.items() if key.startswith(MAPPED) and value}
    mapping = {old: "" if new == BLANK else new for old, new in mapping.items()}
    return (lambda cells: fixes.map_values(cells, mapping)) if mapping else _("Choose what at least one value means.")


_APPLY: Mapping[str, Callable[[Draft, Mapping[str, str]], Apply | str]] = {
    "add-plus": _add_plus,
    "region": _region,
    "mexico": lambda *_: fixes.drop_1_after_52,
    "ungarble": lambda *_: fixes.ungarble,
    "zeros": _zeros,
    "dates": _dates,
    "decimal": lambda *_: fixes.decimal_points,
    "clear": lambda *_: fixes.clear_nothing,
    "empty": lambda *_: lambda cells: ["" for _ in cells],
    "whatsapp": lambda *_: list,
    "fill": _fill,
    "map": _map,
    "replace": _replace,
    "trim": lambda *_: fixes.trim,
}


_TYPED = ("region", "order", "find", "value", "match_case", "whole_cell")


def repeat_of(proposal: Proposal, wanted: Filter, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the fix as a recipe keeps it; nothing where it speaks of the rows of this file alone."""
    if not can_be_repeated(proposal.fix.name, proposal.header):
        return {}
    values: dict[str, Any] = {name: typed[name] for name in _TYPED if name in typed}
    if proposal.fix.name == "map":
        meant = {key.removeprefix(MAPPED): value for key, value in typed.items() if key.startswith(MAPPED) and value}
        values = {"map": {old: "" if new == BLANK else new for old, new in meant.items()}}
    elif proposal.fix.name == "add-plus":
        values = {"regions": [each.region for each in proposal.countries if each.is_ticked]}
    return {"fix": proposal.fix.name, "header": proposal.header, "code": wanted.code, "values": values}

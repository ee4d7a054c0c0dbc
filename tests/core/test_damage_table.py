"""The table of damages in the guide on importing: every line of it is tried, as CSV and as a workbook.

What stands in `code` in a line is a code, and these are all that are said; or it is a value that is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from muster.core import BadFile, Kind, Options, Schema, check, custom_field, parse
from muster.core.errors import REGISTRY
from muster.core.fields import position
from muster.core.records import Checked
from tests.core.damage import DAMAGES
from tests.core.memory import Team, notes, problems

GUIDE = Path(__file__).parents[2] / "docs" / "importing.md"
HEADING = "| damage | as CSV | as a workbook |"
NEVER = "cannot happen"
ALWAYS = {"file-sheet"}  # of workbooks
OPTIONS = Options(blank_mobile="infer")
OPTED_OUT = position("WhatsAppOptedOut")
FIELDS = (
    custom_field("Notes", "custom.1"),
    custom_field("Applied", "custom.2", Kind.DATE),
    custom_field("Score", "custom.3", Kind.NUMBER),
)


class Line(NamedTuple):
    """A line of the table: what it says of the damage in each kind of file."""

    damage: str
    as_csv: str
    as_workbook: str


def lines() -> Iterator[Line]:
    table = (GUIDE.read_text(encoding="utf-8").split(HEADING, 1)[1] + "\n").split("\n\n", 1)[0]
    for line in table.splitlines()[2:]:
        yield Line(*(cell.strip() for cell in line.strip("|").split(" | ")))


class Said(NamedTuple):
    """What comes of a file: every code, and every value that is read."""

    codes: set[str]
    values: set[str]


def tried(data: bytes) -> Said:
    """Import a file into a team that has the contact 00123."""
    team = Team(schema=Schema(FIELDS))
    team.add(contact_id="00123", mobile_number="+17165550199", first_name="Ada", last_name="Obi")
    try:
        plan = team.plan(data, blank_mobile="infer", allow_mobile_updates=True)
    except BadFile as bad:
        return Said({each.code for each in bad.problems}, set())
    codes = {code for _, _, code in (*problems(plan), *notes(plan))} | {note.code for note in plan.notes}
    return Said(codes - ALWAYS, set(_values(check(parse(data, team.schema, OPTIONS), team.schema, OPTIONS))))


def _values(checked: Checked) -> Iterator[str]:
    for record in checked.records:
        yield from (value for value in record.values if isinstance(value, str))
        yield "opted out" if record.values[OPTED_OUT] is True else "opted in"


def held(said: str, data: bytes | None) -> None:
    """Hold a file to what is said of it."""
    if data is None:
        assert said == NEVER
        return
    spans = set(re.findall(r"`([^`]+)`", said))
    found = tried(data)
    assert found.codes == spans & set(REGISTRY)
    assert spans - set(REGISTRY) <= found.values


@pytest.mark.parametrize("line", list(lines()), ids=lambda line: line.damage)
def test_each_damage_comes_out_as_the_guide_says(line: Line) -> None:
    damage = DAMAGES[line.damage.replace("`", "")]

    held(line.as_csv, damage.as_csv)
    held(line.as_workbook, damage.as_workbook)


def test_the_guide_tells_of_every_damage_that_is_tried() -> None:
    told = [line.damage.replace("`", "") for line in lines()]

    assert len(told) >= 30
    assert told == list(DAMAGES)

"""The laws of an import, tried on files nobody would write by hand."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from muster.core import BadFile, Options, Outcome, Schema, Table, parse
from muster.core.consent import Channel
from muster.core.fields import CHANNELS
from muster.core.table.rows_to_fix import rows_to_fix
from tests.core.memory import HEAD, Team, outcomes

EXAMPLES = int(os.environ.get("MUSTER_LAW_EXAMPLES", "300"))
laws = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

MORE = ",OptedOut,WhatsAppOptedOut,WhatsAppMarketingOptedOut,StaffId,Major,Term"
NUMBERS = [
    "",
    "7165550001",
    "716-555-0002",
    "+44 7911 123456",
    "+1 716 555 0003",
    "+17165550001",
    "hello",
    "+44 1753 495000",
]
CELLS = [
    st.sampled_from(["S1", "S2", "S3", "001", "1", ""]),
    st.sampled_from(["Ada", "Bo", "=1+1", ""]),
    st.sampled_from(["Obi", "Li", "'=x"]),
    st.sampled_from(NUMBERS),
    st.sampled_from(NUMBERS),
    st.sampled_from(["", "", "yes", "no", "y", "x"]),
    st.sampled_from(["", "", "yes", "no", "x"]),
    st.sampled_from(["", "", "yes", "no", "x"]),
    st.sampled_from(["", "007", "u-uma", "nobody"]),
    st.sampled_from(["", "Biology", "two\nlines", "+44 x", "-1+1", "'+1"]),
    st.sampled_from(["", "Fall", "Summer"]),
]
ROWS = st.lists(st.tuples(*CELLS), min_size=1, max_size=8)
WIDTHS = st.sampled_from([5, 8, 9, 11])
OPTIONS = st.fixed_dictionaries(
    {
        "blank_mobile": st.sampled_from(["infer", "fail"]),
        "allow_mobile_updates": st.booleans(),
        "blank_opt_out": st.sampled_from(["opt_in", "keep"]),
    }
)
CHANNEL = st.builds(
    lambda out, source, own: Channel(
        opted_out=out or source == "contact", source=source, own_out=own or source == "contact"
    ),
    st.booleans(),
    st.sampled_from(["import", "user", "contact"]),
    st.booleans(),
)


def text_of(rows: list[tuple[str, ...]], width: int) -> str:
    header = (HEAD + MORE).split(",")[:width]
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row[:width]] for row in rows]
    return "\n".join(",".join(line) for line in [header, *quoted]) + "\n"


@st.composite
def teams(draw: st.DrawFn) -> Team:
    """A team with a few contacts in every state, one of them without a ContactId."""
    team = Team(schema=Schema(Team().schema.custom, draw(st.sampled_from(["US", "GB"]))))
    numbers = draw(
        st.lists(st.sampled_from(["+17165550001", "+17165550002", "+447911123456", None]), max_size=3, unique=True)
    )
    for number, contact_id in zip(numbers, ["S1", "S2", None], strict=False):
        channels = {channel: draw(CHANNEL) for channel in CHANNELS}
        more = {"contact_id": contact_id, "mobile_number": number, **channels}
        team.add(**more, staff_id=draw(st.sampled_from([None, "007"])), **{"custom.1": "Law"})
    return team


@laws
@given(teams(), ROWS, WIDTHS, OPTIONS)
def test_nothing_vanishes(team: Team, rows: list[tuple[str, ...]], width: int, options: dict[str, Any]) -> None:
    assume(any(any(row[:width]) for row in rows))
    totals = Outcome.of(team.plan(text_of(rows, width), **options)).totals

    assert totals["rows"] == sum(any(row[:width]) for row in rows)
    assert totals["created"] + totals["updated"] + totals["unchanged"] + totals["failed"] == totals["rows"]


def likely_to_pass(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The same rows with an id and numbers of their own each, and with what can be read in the other cells."""
    unread = {"x", "nobody", "Summer", "hello"}
    return [
        (
            f"S{row}",
            "Ada",
            last,
            f"71655502{row:02}" if mobile else "",
            f"+4479111234{row:02}" if whatsapp else "",
            *more,
        )
        for row, (_, _, last, mobile, whatsapp, *cells) in enumerate(rows, start=1)
        for more in [["" if cell in unread else cell for cell in cells]]
    ]


@laws
@given(teams(), ROWS.map(likely_to_pass), WIDTHS, OPTIONS)
def test_twice_is_once(team: Team, rows: list[tuple[str, ...]], width: int, options: dict[str, Any]) -> None:
    text = text_of(rows, width)
    first = team.plan(text, **options)
    assume("failed" not in outcomes(first))  # a number given up in the first run may be free in the second (R7)
    team.carry_out(first)

    assert set(outcomes(team.plan(text, **options))) == {"unchanged"}


@laws
@given(st.binary(max_size=400))
def test_any_bytes_give_a_table_or_file_problems(data: bytes) -> None:
    assert_table_or_refusal(data)


@laws
@given(st.text(alphabet="\",;\t|\n\r SA1é\x00\ufeff='", max_size=200), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_any_text_after_a_header_gives_a_table_or_file_problems(text: str, encoding: str) -> None:
    assert_table_or_refusal(f"{HEAD}\n{text}".encode(encoding, "replace"))


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=100).map(lambda tail: HEAD.encode() + b"\n" + tail)))
def test_any_bytes_at_all_twenty_thousand_times(data: bytes) -> None:
    assert_table_or_refusal(data)


def assert_table_or_refusal(data: bytes) -> None:
    """Parse, check and plan: rows that are counted, or problems that can be said in words."""
    team = Team()
    try:
        table = parse(data, team.schema)
    except BadFile as bad:
        refused = Outcome.of_bad_file(bad.problems)
        assert refused.problems
        return
    assert isinstance(table, Table)
    assert all(len(row.cells) >= len(table.header) for row in table.rows)
    try:
        plan = team.plan(data)
    except BadFile as bad:
        refused = Outcome.of_bad_file(bad.problems)
        assert refused.problems
        return
    assert Outcome.of(plan).totals["rows"] == len(table.rows)


@laws
@given(teams(), ROWS, WIDTHS, OPTIONS)
def test_a_failed_row_changes_nothing_and_holds_nothing(
    team: Team, rows: list[tuple[str, ...]], width: int, options: dict[str, Any]
) -> None:
    assume(all(any(row[:width]) for row in rows))
    plan = team.plan(text_of(rows, width), **options)
    good = [row for row, verdict in zip(rows, plan.verdicts, strict=True) if verdict.outcome != "failed"]
    assume(good)
    without = team.plan(text_of(good, width), **options)

    assert all(verdict.after is None for verdict in plan.verdicts if verdict.outcome == "failed")
    kept = [verdict.after for verdict in plan.verdicts if verdict.outcome != "failed"]
    assert kept == [verdict.after for verdict in without.verdicts]


@laws
@given(teams(), st.lists(st.tuples(ROWS, WIDTHS, OPTIONS), min_size=1, max_size=4))
def test_stop_is_stop(team: Team, imports: list[tuple[list[tuple[str, ...]], int, dict[str, Any]]]) -> None:
    stopped = {
        (key, channel): values[channel].opted_out
        for key, values in team.contacts.items()
        for channel in CHANNELS
        if values[channel].own_out
    }
    for rows, width, options in imports:
        if any(any(row[:width]) for row in rows):
            team.run(text_of(rows, width), **options)

        for (key, channel), was_out in stopped.items():
            now = team.contacts[key][channel]
            assert now.own_out
            assert now.opted_out or not was_out
            stopped[key, channel] = now.opted_out


@laws
@given(teams(), ROWS, WIDTHS, OPTIONS)
def test_rows_to_fix_uploaded_as_they_are_yield_the_same_problems(
    team: Team, rows: list[tuple[str, ...]], width: int, options: dict[str, Any]
) -> None:
    assume(any(any(row[:width]) for row in rows))
    data, chosen = text_of(rows, width).encode(), Options(**options)
    table, plan = parse(data, team.schema, chosen), team.plan(data, **options)
    failed = [verdict for verdict in plan.verdicts if verdict.problems]
    # What a row may not have because an earlier row has it, it may have once that row is not in the file (R7, R8).
    of_others = {"id-twice", "number-taken"}
    failed = [verdict for verdict in failed if of_others.isdisjoint(each.code for each in verdict.problems)]
    assume(failed)
    again = team.plan("".join(rows_to_fix(table, failed)), **options)

    def said(verdicts: list[Any]) -> list[set[tuple[str, str | None]]]:
        return [{(each.code, each.field) for each in verdict.problems} for verdict in verdicts]

    assert said(again.verdicts) == said(failed)


@laws
@given(teams(), ROWS, WIDTHS, OPTIONS)
def test_leaving_a_row_out_is_as_if_it_were_not_there(
    team: Team, rows: list[tuple[str, ...]], width: int, options: dict[str, Any]
) -> None:
    assume(all(any(row[:width]) for row in rows) and len(rows) > 1)
    left_out = team.plan(text_of(rows, width), frozenset({2}), **options)
    absent = team.plan(text_of(rows[1:], width), **options)

    assert [verdict.after for verdict in left_out.verdicts[1:]] == [verdict.after for verdict in absent.verdicts]

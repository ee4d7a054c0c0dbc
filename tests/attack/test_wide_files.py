"""Small files that stand for enormous tables: refused, or read in time and memory that grow as the file does."""

import tracemalloc
from collections.abc import Callable

import pytest

from muster.core import BadFile, Options, Schema, check, parse
from muster.core.checking import LONGEST_HEADER, MOST_COMPARED
from muster.core.table.reader import MOST_COLUMNS, extent
from tests.attack.growth import LINEAR, growth

HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber"
ROW = "S1,Ada,Obi,716-555-0101,\n"
SCHEMA, OPTIONS = Schema(), Options()


def blank_headers(size: int) -> bytes:
    """Headers that are blank, a row for every few of them."""
    return f"{HEADER}{',' * size}\n{ROW * (size // 5)}".encode()


def wide_blank_rows(size: int) -> bytes:
    return f"{HEADER}\n".encode() + f"S1,Ada,Obi,,{',' * 2_000}\n".encode() * (size // 100)


def unknown_headers(size: int) -> bytes:
    names = ",".join(f"Unheard of {number}" for number in range(size))
    return f"{HEADER},{names}\n{ROW}".encode()


def one_row_of_commas(size: int) -> bytes:
    return f"{HEADER}\n{',' * 10 * size}x\n{ROW}".encode()


def blank_columns_without_end(size: int) -> bytes:
    return f"{HEADER}\n{ROW}{',' * 10 * size}\n".encode()


FILES: list[Callable[[int], bytes]] = [
    blank_headers,
    wide_blank_rows,
    unknown_headers,
    one_row_of_commas,
    blank_columns_without_end,
]


def looked_at(data: bytes) -> list[str]:
    """The codes of what is wrong with the file; none when it is read."""
    try:
        check(parse(data, SCHEMA, OPTIONS), SCHEMA, OPTIONS)
    except BadFile as bad:
        return [each.code for each in bad.problems]
    return []


@pytest.mark.parametrize("file", FILES)
def test_it_takes_no_more_than_its_bytes_are_worth(file: Callable[[int], bytes]) -> None:
    assert growth(lambda size: looked_at(file(size)), 10_000) < LINEAR


def test_it_drops_thirty_thousand_blank_columns() -> None:
    table = parse(blank_headers(30_000), SCHEMA, OPTIONS)

    assert (len(table.header), table.blank_columns, len(table.rows)) == (5, 30_000, 6_000)


def test_it_keeps_blank_headers_up_to_the_last_one_with_a_cell_under_it() -> None:
    table = parse(f"{HEADER},,,\nS1,Ada,Obi,,,,x,\nS2,Bo,Kay,,\n".encode(), SCHEMA, OPTIONS)

    assert (table.header[5:], table.blank_columns) == (("", ""), 1)
    assert [row.cells[5:] for row in table.rows] == [("", "x"), ("", "")]


def test_it_names_the_row_that_is_too_wide() -> None:
    with pytest.raises(BadFile) as refused:
        parse(f"{HEADER}\n{ROW}{',' * MOST_COLUMNS}x\n".encode(), SCHEMA, OPTIONS)

    (problem,) = refused.value.problems
    facts = {"columns": MOST_COLUMNS + 1, "limit": MOST_COLUMNS}
    assert (problem.code, problem.row, problem.facts) == ("file-too-many-columns", 3, facts)


def test_it_counts_cells_before_it_pads_short_rows() -> None:
    far = (HEADER + "," * 400 + "Far\n" + "S1\n" * 10_000).encode()
    tracemalloc.start()
    try:
        with pytest.raises(BadFile, match="file-too-many-cells"):
            parse(far, SCHEMA, OPTIONS, max_cells=1_000_000)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 10 * 2**20


def test_it_keeps_no_more_rows_than_there_may_be() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(BadFile) as refused:
            parse((HEADER + "\n" + "1\n" * 200_000).encode(), SCHEMA, OPTIONS, max_rows=1_000)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert refused.value.problems[0].facts == {"rows": 200_000, "limit": 1_000, "over": 199_000}
    assert most < 10 * 2**20


def test_it_compares_the_first_unknown_headers_with_the_fields_and_no_more() -> None:
    names = [f"Mobile Number{'.' * number}" for number in range(MOST_COMPARED + 20)]
    table = parse(f"{HEADER},{','.join(names)}\n{ROW}".encode(), SCHEMA, OPTIONS)

    with pytest.raises(BadFile) as refused:
        check(table, SCHEMA, OPTIONS)

    near = [(each.facts or {})["near"] for each in refused.value.problems]
    assert near == ["MobileNumber"] * MOST_COMPARED + [None] * 20


def test_it_refuses_a_header_that_no_page_could_show() -> None:
    long = "x" * (LONGEST_HEADER + 1)

    assert looked_at(f"{HEADER},{long}\n{ROW}".encode()) == ["header-too-long"]
    assert looked_at(f"{HEADER},{long[1:]}\n{ROW}".encode()) == ["header-unknown"]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_it_tells_how_large_a_table_can_be_without_making_it(ends: str) -> None:
    text = f"{HEADER},,,Far\n" + "S1\n" * 1_000
    data = text.replace("\n", ends).encode()
    table = parse(data, SCHEMA, OPTIONS)

    rows, cells = extent(data, SCHEMA, OPTIONS)

    assert len(table.rows) <= rows <= len(table.rows) + 2
    assert sum(len(row.cells) for row in table.rows) <= cells <= 9 * rows

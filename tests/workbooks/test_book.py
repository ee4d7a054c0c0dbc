"""A workbook is written as it is read: every text, whatever it looks like, and none of it is run."""

import tracemalloc
from collections.abc import Iterator
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.core import Options, Schema, parse
from muster.core.cells.formulas import export_unsafe
from muster.workbooks import book
from muster.workbooks.book import Column, Style, TooLarge, new_book, write_table
from tests.workbooks.opened import Opened, made

HEADERS = ("ContactId", "FirstName", "LastName", "MobileNumber", "WhatsAppMobileNumber")
COLUMNS = [Column(each) for each in HEADERS]
HARD = [
    "00123", "+44 1753 495000", "1e5", "TRUE", "2026-09-01", "1/2", "=1+1", "'=1+1", "''=x", "@SUM(A1)", "-5",
    "＝1", "<b>&amp;</b>", "a\nb", "a\r\nb", "a\tb", " x ", "_x0041_", "_x005F_", "\x01", "http://example.edu",  # noqa: RUF001
    "<r><t>x</t></r>", '<r></is></c><c r="A9"><f>1+1</f></c><c><is></r>', "mailto:a@b", "Jose\u0301",
    "😀 👩‍👩‍👧", "שלום עולם", "محمد علي", "a" * 32_767, "😀" * 16_383,
]  # fmt: skip


def rows_of(data: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in parse(data, Schema(), Options()).rows]


def written(*rows: list[str]) -> bytes:
    return made(lambda file: write_table(file, "Contacts", COLUMNS, rows))


@pytest.mark.parametrize("text", HARD, ids=lambda text: ascii(text[:24]))
def test_a_text_is_read_as_it_was_written(text: str) -> None:
    data = written(["S1", text, "Obi", "", ""])
    cells = rows_of(data)[0]

    assert [export_unsafe(cell) for cell in cells] == ["S1", text, "Obi", "", ""]
    assert Opened(data).cells()["B2"][0] == "inlineStr"
    assert Opened(data).formulas() == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text(max_size=20), min_size=5, max_size=5), min_size=1, max_size=4))
def test_any_texts_are_read_as_they_were_written(table: list[list[str]]) -> None:
    rows = [[f"S{number}", *row[1:]] for number, row in enumerate(table)]
    data = written(*rows)

    assert [[export_unsafe(cell) for cell in row] for row in rows_of(data)] == [
        [cell.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd") for cell in row] for row in rows
    ]
    assert Opened(data).formulas() == []


def test_every_cell_is_kept_as_text() -> None:
    opened = Opened(written(["00123", "=1", "2026-09-01", "+1", "yes"]))

    assert set(opened.formats().values()) == {"@"}
    assert opened.columns() == ["@"] * 5


def test_what_a_cell_cannot_hold_is_cut_and_said_to_be() -> None:
    def write(file: IO[bytes]) -> None:
        with new_book(file) as made_book:
            made_book.sheet("Rows", COLUMNS).add(["S1", "x" * 32_768, "y", "", ""], {2: "Too odd."})

    opened = Opened(made(write))
    assert len(opened.cells()["B2"][1]) < 32_767
    assert opened.comments() == {
        "B2": "This cell holds 32,768 characters; a workbook's takes 32,767. The CSV has them all.",
        "C2": "Too odd.",
    }


def test_what_is_marked_is_coloured_and_has_a_comment() -> None:
    def write(file: IO[bytes]) -> None:
        with new_book(file) as made_book:
            made_book.sheet("Rows", COLUMNS).add(["S1", "", "y", "", ""], {1: "FirstName is blank.", 2: "=1"})

    opened = Opened(made(write))
    assert opened.coloured() == {"B2", "C2"}
    assert opened.comments() == {"B2": "FirstName is blank.", "C2": "=1"}


def test_only_so_many_comments_are_made_and_every_marked_cell_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_COMMENTS", 2)

    def write(file: IO[bytes]) -> None:
        with new_book(file) as made_book:
            sheet = made_book.sheet("Rows", COLUMNS)
            for _ in range(4):
                sheet.add(["S1", "x", "y", "", ""], {1: "Odd."})

    opened = Opened(made(write))
    assert sorted(opened.comments()) == ["B2", "B3"]
    assert opened.coloured() == {"B2", "B3", "B4", "B5"}


def test_a_column_offers_its_choices_from_a_sheet_that_is_not_shown() -> None:
    choices, yes_no = tuple(f"Choice, {number}" for number in range(300)), ("yes", "no")
    columns = [Column("A", 9, Style.TEXT, yes_no), Column("B", 9, Style.TEXT, choices)]
    columns += [Column("C", 9, Style.TEXT, yes_no), Column("D", 9, Style.DATE)]
    opened = Opened(made(lambda file: write_table(file, "Contacts", columns, [])))

    assert opened.sheets == [("Contacts", "visible"), ("Lists", "hidden")]
    assert opened.lists() == {"A": ["yes", "no"], "B": list(choices), "C": ["yes", "no"]}
    assert opened.columns() == ["@", "@", "@", "yyyy-mm-dd"]


def test_more_rows_than_a_workbook_takes_are_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_CELLS", 10)
    said = "A workbook with 5 columns takes up to 2 rows, and this would be 3. Download it as CSV, which takes any"
    with pytest.raises(TooLarge) as caught:
        written(*[["S1", "a", "b", "", ""]] * 3)
    assert str(caught.value) == f"{said} number of rows."
    assert rows_of(written(*[["S1", "a", "b", "", ""]] * 2))


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(count: int) -> int:
        rows: Iterator[list[str]] = (["S1", f"Name {number}", "x", "", ""] for number in range(count))
        tracemalloc.start()
        made_file = made(lambda file: write_table(file, "Contacts", COLUMNS, rows))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most - 3 * len(made_file)

    peak(10)
    assert peak(8_000) < 2 * peak(500)

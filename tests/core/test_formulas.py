"""What a spreadsheet would run is guarded in every download, and read back as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core import Options, Schema, check, parse
from muster.core.cells.formulas import export_safe, export_unsafe
from muster.core.table.csv_text import csv_text

BEGINNINGS = st.text("=@+-＝＠＋－'\t\r\n\ufeff\u200b 19(", max_size=5)  # noqa: RUF001


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-1+1|cmd", "'-1+1|cmd"),
        ("'=x", "''=x"),
        ("\n=1", "'\n=1"),
        ("\r=1", "'\r=1"),
        ("\t=1", "'\t=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\nplain", "'\nplain"),
        (" =1", "' =1"),
        ("\u200b\u00a0=1", "'\u200b\u00a0=1"),
        ("＝1+1", "'＝1+1"),  # noqa: RUF001
        ("＋1", "'＋1"),  # noqa: RUF001
        ("－1", "'－1"),  # noqa: RUF001
        ("＠SUM(A1)", "'＠SUM(A1)"),  # noqa: RUF001
        ("+44 1753 495000", "+44 1753 495000"),
        (" +44 1753 495000", " +44 1753 495000"),
        ("-5", "-5"),
        ("plain", "plain"),
        (" plain", " plain"),
        ("'quoted'", "'quoted'"),
        ("", ""),
    ],
)
def test_what_looks_like_a_formula_is_guarded_and_numbers_are_not(text: str, safe: str) -> None:
    assert export_safe(text) == safe


@given(st.one_of(st.text(), st.builds(lambda start, end: start + end, BEGINNINGS, st.text(max_size=5))))
def test_the_reader_takes_away_exactly_the_guard(text: str) -> None:
    assert export_unsafe(export_safe(text)) == text


def test_a_file_has_a_mark_and_every_cell_of_it_is_guarded() -> None:
    rows = [["=A", "b"], ["c", "@d"], *[["+1", "=x"]] * 1_000]
    text = "".join(csv_text(rows))

    assert text.startswith("\ufeff'=A,b\r\nc,'@d\r\n+1,'=x\r\n")
    assert len(list(csv.reader(io.StringIO(text)))) == len(rows)
    assert "".join(csv_text([["a;b", "c"]], ";")) == '\ufeff"a;b";c\r\n'


def test_a_guarded_header_is_read_as_it_was() -> None:
    options = Options(columns={"=Notes": None, "＝Notes": None})  # noqa: RUF001
    header = ["ContactId", "FirstName", "LastName", "MobileNumber", "WhatsAppMobileNumber", *options.columns]
    text = "".join(csv_text([header, ["S1", "Ada", "Obi", "+17165550101", "", "x", "y"]]))
    table = parse(text.encode(), Schema(), options)

    assert "'=Notes" in text
    assert list(table.header) == header
    assert check(table, Schema(), options).records

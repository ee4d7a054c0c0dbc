"""From bytes to a table."""

from __future__ import annotations

from typing import Any

import pytest

from muster.core import BadFile, Options, Schema, Table, parse
from muster.core.checking import check
from muster.core.table import reader
from muster.core.table.table import Row
from tests.core.memory import HEAD, file

SCHEMA = Schema()
ROW = "S1,José,Obi,716-555-0101,"


def read(data: bytes | str, **options: object) -> Table:
    return parse(data.encode() if isinstance(data, str) else data, SCHEMA, Options(**options))  # type: ignore[arg-type]


def refused(data: bytes | str, **limits: Any) -> list[tuple[int | None, str]]:
    with pytest.raises(BadFile) as caught:
        parse(data.encode() if isinstance(data, str) else data, SCHEMA, **limits)
    return [(problem.row, problem.code) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("encoded", "encoding", "noted"),
    [
        (file(ROW).encode(), "utf-8", False),
        (file(ROW).encode("utf-8-sig"), "utf-8", False),
        (file(ROW).encode("cp1252"), "cp1252", True),
        (file(ROW).encode("utf-16"), "utf-16-le", True),
        (file(ROW).encode("utf-16-le"), "utf-16-le", True),
        (file(ROW).encode("utf-16-be"), "utf-16-be", True),
        (b"\xfe\xff" + file(ROW).encode("utf-16-be"), "utf-16-be", True),
    ],
)
def test_it_tells_the_encoding_by_mark_then_utf_8_then_windows_1252(
    encoded: bytes, encoding: str, *, noted: bool
) -> None:
    table = read(encoded)

    assert table.rows[0].cells[1] == "José"
    assert table.encoding == encoding
    assert [note.code for note in table.notes] == ["file-encoding"] * noted


def test_it_reads_the_encoding_that_was_switched_to() -> None:
    assert read(file(ROW), encoding="cp1252").rows[0].cells[1] == "JosÃ©"


@pytest.mark.parametrize("delimiter", ["\t", ",", ";", "|"])
def test_it_chooses_the_delimiter_that_gives_the_most_known_headers(delimiter: str) -> None:
    text = file("S1,A;B|C,D,716-555-0101,").replace(",", delimiter)

    table = read(text)

    assert table.delimiter == delimiter
    assert table.header == tuple(HEAD.split(","))


def test_it_honours_and_drops_a_sep_line_that_spreadsheets_do_not_count() -> None:
    table = read("sep=;\r\n" + file(ROW).replace(",", ";"))

    assert (table.header_row, table.rows[0].number, table.delimiter) == (1, 2, ";")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_it_reads_the_line_ends_of_every_system(newline: str) -> None:
    assert [row.number for row in read(file(ROW, "", ROW).replace("\n", newline)).rows] == [2, 4]


def test_rows_keep_the_number_the_spreadsheet_shows() -> None:
    table = read(file('S1,"two\nlines",Obi,1,', "", ",,,,", ' ,"\u00a0", ,,', "S2,B,B,2,", ",,,,"))

    assert [row.number for row in table.rows] == [2, 6]
    assert table.blank_rows == 4
    assert table.notes[0].facts == {"rows": 4, "columns": 0, "above": 0}


def test_it_pads_short_rows_and_drops_blank_cells_past_the_header() -> None:
    table = read(file("S1,A,B", "S2,A,B,1,,, ", "S3,A,B,1,,,x"))

    assert [len(row.cells) for row in table.rows] == [5, 5, 7]


def test_it_drops_wholly_blank_columns_at_the_end() -> None:
    table = read(f"{HEAD},,\nS1,A,B,1,,,\n")

    assert (len(table.header), table.blank_columns) == (5, 2)


def test_headers_are_trimmed_of_white_space_no_break_spaces_and_marks() -> None:
    assert read(
        "\ufeff ContactId\u00a0,FirstName ,LastName\u200b,MobileNumber,WhatsAppMobileNumber\n" + ROW
    ).header == tuple(HEAD.split(","))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", (None, "file-empty")),
        (b"\xef\xbb\xbf \r\n\r\n", (None, "file-empty")),
        (b"\x00" * 100, (None, "file-empty")),
        (f"{HEAD}\n".encode(), (None, "file-no-rows")),
        (f"{HEAD}\n,,,,\n".encode(), (None, "file-no-rows")),
        (b"PK\x03\x04....xl/workbook.xml", (None, "file-damaged")),
        (b"PK\x03\x04 other", (None, "file-not-text")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", (None, "file-not-text")),
        (b"%PDF-1.7", (None, "file-not-text")),
        (b"<html><table><tr><td>ContactId</td></tr></table></html>", (None, "file-not-text")),
        (b"  <!DOCTYPE html>", (None, "file-not-text")),
        (b"<?xml version='1.0'?><Workbook/>", (None, "file-not-text")),
        (bytes(range(32)) * 20, (None, "file-not-text")),
        (file('S1,"A,B,1,').encode(), (2, "file-open-quote")),
        (file(ROW, "", 'S2,"A,B,1,', ROW).encode(), (4, "file-open-quote")),
        (file(ROW).encode() + b'"', (3, "file-open-quote")),
        (f'"{HEAD}\n'.encode(), (1, "file-open-quote")),
    ],
)
def test_it_refuses_what_is_no_table_and_says_where(data: bytes, problem: tuple[int | None, str]) -> None:
    if data == bytes(range(32)) * 20:
        data = data.replace(b"\x01", b"\x00").replace(b"\x02", b"\x00").replace(b"\x03", b"\x00")
    assert refused(data) == [problem]


def test_it_refuses_what_is_over_a_limit_with_the_numbers() -> None:
    many = file(*[ROW] * 11)

    assert refused(many, max_rows=10) == [(None, "file-too-many-rows")]
    assert refused(many, max_bytes=100) == [(None, "file-too-big")]
    assert len(parse(many.encode(), SCHEMA, max_rows=11).rows) == 11


def test_a_quote_inside_a_cell_is_only_a_character() -> None:
    assert read(file('S1,A "Annie" B,6" tall,1,')).rows[0].cells[1:3] == ('A "Annie" B', '6" tall')


def test_bytes_that_windows_1252_does_not_define_do_not_stop_the_file() -> None:
    assert read(file(ROW).encode("cp1252").replace(b"Obi", b"O\x81i")).rows[0].cells[2] == "O\x81i"


def test_edits_replace_cells_by_row_and_header() -> None:
    table = read(file(ROW, "S2,B,B,2,")).edited({(3, "LastName"): "Bee", (3, "Nothing"): "x"}, {2})

    assert table.rows[1].cells == ("S2", "B", "Bee", "2", "")
    assert table.left_out == {2}


def test_title_rows_above_the_header_can_be_skipped_when_asked() -> None:
    text = f"Contacts of Admissions,,,,\n\n{HEAD}\n{ROW}\n"
    with pytest.raises(BadFile) as caught:
        check(read(text), SCHEMA, Options())
    missing = [problem for problem in caught.value.problems if problem.code == "header-missing"]

    assert {problem.facts["header_row"] for problem in missing if problem.facts} == {3}
    assert read(text, header_row=3).rows[0].number == 4


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ('A,B,C,D\n1,2,"x,y\n5,6,z",8\n', True),  # two rows, from the middle of one to the middle of the next
        ('A,B,C,D\n"1,2,3,4\n5",6,7,8\n', True),
        ('A,B,C,D\n1,2,3,"x\n5,6,7,z"\n', True),
        ('A,B,C,D\n1,2,"12 Main St\nSpringfield, IL",8\n', False),
        ('A,B,C,D\n1,2,"Dear all,\nregards",8\n', False),
        ('A,B,C,D\n1,2,3,"one\ntwo, three"\n', False),
        ('A,B,C,D\n"one\ntwo",2,3,4\n', False),
    ],
)
def test_a_quote_that_joins_two_rows_is_refused_wherever_it_stands(text: str, is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(BadFile, match="file-open-quote"):
            parse(text.encode(), Schema())
    else:
        assert len(parse(text.encode(), Schema()).rows) == 1


@pytest.mark.parametrize("rows", [1_999, 2_000, 2_050, 5_000])
def test_it_learns_what_is_frequent_once(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing is: to count a long file again and again takes the square of its length."""
    asked: list[int] = []

    def learn(learnt: list[Row]) -> dict[str, str]:
        asked.append(len(learnt))
        return {}

    monkeypatch.setattr(reader, "_frequent", learn)

    table = read("Number\n" + "\n".join(map(str, range(rows))))

    assert len(table.rows) == rows
    assert asked == [2_000] * (rows >= 2_000)

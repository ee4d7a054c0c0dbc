"""Workbooks that claim more than they hold: a reader that believes them asks for gigabytes, and its process ends.

Each is read in a process of its own with little memory; that it is refused, and that the process lives, is shown.
"""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.core.workbooks import ods, workbook, zipped
from tests.core.xlsb import xlsb

FILES = Path(__file__).parents[1] / "files" / "workbooks"
READ = """
import resource, sys
from muster.core import BadFile, Schema, parse
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
try:
    print(len(parse(sys.stdin.buffer.read(), Schema()).rows), "rows")
except BadFile as bad:
    print(*(each.code for each in bad.problems))
"""


def read_apart(data: bytes) -> str:
    """Return what a process with little memory says of these bytes."""
    done = subprocess.run([sys.executable, "-c", READ], input=data, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout.decode().strip()


def old() -> bytearray:
    return bytearray((FILES / "ugly.xls").read_bytes())


def stream_place(data: bytearray, record: bytes) -> int:
    place = data.find(record)
    assert place > 0
    return place


def test_the_workbook_that_the_others_are_made_from_is_read() -> None:
    assert read_apart(bytes(old())) == "6 rows"


@pytest.mark.parametrize(
    "extent",
    [
        struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 0xFFFF, 0),
        struct.pack("<IIHHH", 255, 1, 0, 1, 0),
        struct.pack("<IIHHH", 0, 65_536, 0, 60_000, 0),
    ],
)
def test_a_sheet_that_claims_more_cells_than_there_can_be(extent: bytes) -> None:
    data = old()
    place = stream_place(data, b"\x00\x02\x0e\x00") + 4
    data[place : place + 14] = extent

    assert read_apart(bytes(data)) == "file-damaged"


@pytest.mark.parametrize("place", [44, 64, 72])
def test_a_table_that_claims_to_be_larger_than_the_file(place: int) -> None:
    data = old()
    data[place : place + 4] = struct.pack("<I", 0x7FFFFFFF)

    assert read_apart(bytes(data)) == "file-damaged"


def test_a_chain_of_sectors_that_runs_in_a_circle() -> None:
    data = old()
    table, directory = struct.unpack_from("<I", data, 76)[0], struct.unpack_from("<I", data, 48)[0]
    struct.pack_into("<I", data, 512 + table * 512 + directory * 4, directory)

    assert read_apart(bytes(data)) == "file-damaged"


def test_a_stream_that_claims_to_be_larger_than_the_file() -> None:
    data = old()
    entry = stream_place(data, "Workbook".encode("utf-16-le"))
    struct.pack_into("<I", data, entry + 120, 0xFFFFFFF0)

    assert read_apart(bytes(data)) == "file-damaged"


@pytest.mark.parametrize("count", ["99999999999", "+99999999999", "9" * 19])
def test_a_table_that_claims_more_texts_than_it_has(count: str) -> None:
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.xml": b'<workbook><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/sharedStrings.xml": f'<sst uniqueCount="{count}"><si><t>a</t></si></sst>'.encode(),
    }

    assert read_apart(zipped(parts)) == "file-damaged"


def test_a_record_that_claims_to_be_longer_than_its_part() -> None:
    whole = xlsb({"A": [["ContactId"], ["S1"]]})
    parts = {"xl/workbook.bin": b"\x83\x01\xff\xff\xff\x7f", "xl/worksheets/sheet1.bin": b""}

    assert read_apart(whole) == "1 rows"
    assert read_apart(zipped(parts)) == "file-damaged"


@pytest.mark.parametrize("place", ["A99999999", "A4294967295", "XFD1048576", "ZZZZZZ1", "xfd9999999", "XFD9999999"])
def test_a_cell_that_is_far_outside_the_sheet(place: str) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook({"A": [["ContactId"], ["S1"]]}))) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b'r="A2"', f'r="{place}"'.encode())

    assert read_apart(zipped({**parts, "xl/worksheets/sheet1.xml": sheet})) in {
        "file-damaged",
        "file-too-many-cells",
        "file-no-rows",
        "1 rows",
    }


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("times", ["16000", "1000000", "9999999999", " 1000000"])
def test_a_cell_that_is_repeated_beyond_the_sheet(quote: str, times: str) -> None:
    row, column = (f"table:number-{each}-repeated={quote}{times}{quote}" for each in ("rows", "columns"))
    cell = f'<table:table-cell office:value="1" office:value-type="float" {column}/>'
    data = ods({"A": [["ContactId"]]}, f"<table:table-row {row}>{cell}</table:table-row>")

    assert read_apart(data) in {"file-damaged", "file-too-many-cells", "file-too-many-columns", "1 rows"}

"""What Muster writes, opened and saved by LibreOffice: nothing is lost, and what is typed there is imported."""

import csv
import io
import zipfile
from typing import Any

import pytest

from muster.contacts import custom_fields
from muster.core import Options, Schema, parse
from muster.core.cells.formulas import export_unsafe
from muster.workbooks.book import Column, write_table
from tests.cast import Cast
from tests.contacts.test_export import HARD as HARD_TO_EXPORT
from tests.contacts.test_export import fill
from tests.imports.play import ANA, HEADER, contact, drafted, everything, imported, sheet, totals
from tests.real.libreoffice import LibreOffice
from tests.workbooks.opened import made
from tests.workbooks.test_book import HARD

pytestmark = pytest.mark.django_db(databases="__all__")

BAD = ["S4,,Poe,4.41E+11,,nope", "00123,Ada,Obi,,,Art", "N/A,=1+1,Li,+1 716 555 0199,,=Odd"]


def got(cast: Cast, path: str) -> bytes:
    answer: Any = cast.browser(cast.alice).get(f"/t/admissions/{path}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def in_ods(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return book.read("content.xml").decode()


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_every_text_is_the_same_after_libreoffice_has_saved_it(calc: LibreOffice, kind: str) -> None:
    texts = [text for text in HARD if len(text) < 1_000 and text not in ("\x01", "a\r\nb")]  # which it has no place for
    columns = [Column(each) for each in HEADER.split(",")]
    rows = [[f"S{number}", text, "Obi", "", ""] for number, text in enumerate(texts)]
    data = made(lambda file: write_table(file, "Contacts", columns, rows))
    table = parse(calc.saved(data, kind), Schema(), Options())

    assert [export_unsafe(row.cells[1]) for row in table.rows] == texts


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls", "csv"])
def test_contacts_that_libreoffice_has_saved_import_as_all_unchanged(cast: Cast, calc: LibreOffice, kind: str) -> None:
    fill(cast)
    before = everything(cast.team)
    data = calc.saved(got(cast, "contacts/contacts.xlsx"), kind)
    imp = imported(cast.team, cast.alice, data, method="file", allow_mobile_updates=True)

    assert totals(imp) == (0, 0, len(HARD_TO_EXPORT), 0), imp.summary["problems"]
    assert everything(cast.team) == before


def fields(cast: Cast) -> None:
    custom_fields.add(cast.team, cast.alice, name="Major", kind="choice", choices=["Art", "Law, and order", "=Odd"])
    custom_fields.add(cast.team, cast.alice, name="Applied", kind="date")
    custom_fields.add(cast.team, cast.alice, name="GPA", kind="number")


def test_a_template_that_is_filled_in_there_is_imported_as_it_was_typed(cast: Cast, calc: LibreOffice) -> None:
    fields(cast)
    typed = {
        "A2": "00123", "B2": "José", "C2": "1/2", "D2": "+17165550101", "E2": "+441753495000",
        "F2": "yes", "G2": "no", "H2": "TRUE", "I2": "007", "J2": "=Odd", "K2": "2026-09-01", "L2": "3.50",
    }  # fmt: skip
    imp = imported(cast.team, cast.alice, calc.saved(got(cast, "imports/template.xlsx"), "xlsx", typed), method="file")

    assert totals(imp) == (1, 0, 0, 0), imp.summary["problems"]
    found = contact(cast.team, "00123")
    assert (found.first_name, found.last_name) == ("José", "1/2")
    assert (found.mobile_number, found.whatsapp_number) == ("+17165550101", "+441753495000")
    assert (found.text_out, found.whatsapp_out, found.whatsapp_marketing_out) == (True, False, True)
    assert found.assigned_id == cast.membership(cast.bob).id
    assert sorted(found.custom.values()) == ["2026-09-01", "3.5", "=Odd"]


def test_the_template_s_lists_are_offered_there(cast: Cast, calc: LibreOffice) -> None:
    fields(cast)
    content = in_ods(calc.saved(got(cast, "imports/template.xlsx"), "ods"))

    assert content.count("<table:content-validation ") == 4
    assert 'table:display="false"' in content
    assert "Columns" in content


def test_rows_to_fix_keep_their_colours_and_comments_there(cast: Cast, calc: LibreOffice) -> None:
    fields(cast)
    imp = imported(cast.team, cast.alice, sheet(f"{ANA},Art", *BAD, header=f"{HEADER},Major"), method="file")
    content = in_ods(calc.saved(got(cast, f"imports/{imp.pk}/rows-to-fix.xlsx"), "ods"))

    assert content.count("<office:annotation ") == 5
    assert "FirstName is blank." in content
    assert "#fdecea" in content.lower()


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
def test_rows_to_fix_that_are_corrected_there_are_imported(cast: Cast, calc: LibreOffice, kind: str) -> None:
    fields(cast)
    imp = imported(cast.team, cast.alice, sheet(f"{ANA},Art", *BAD, header=f"{HEADER},Major"), method="file")
    fix = {"B2": "Dee", "D2": "+17165557777", "F2": "Art", "D3": "+1 716 555 7778", "A4": "00124"}
    fixed = calc.saved(got(cast, f"imports/{imp.pk}/rows-to-fix.xlsx"), kind, fix)
    again = imported(cast.team, cast.alice, fixed, method="file")

    assert totals(again) == (3, 0, 0, 0), again.summary["problems"]
    assert contact(cast.team, "S4").mobile_number == "+17165557777"
    assert contact(cast.team, "00123").mobile_number == "+17165557778"
    assert contact(cast.team, "00124").first_name == "=1+1"


def test_rows_to_fix_that_nobody_corrected_have_the_same_problems(cast: Cast, calc: LibreOffice) -> None:
    fields(cast)
    imp = imported(cast.team, cast.alice, sheet(f"{ANA},Art", *BAD, f"{ANA},Art,beyond", header=f"{HEADER},Major"))
    saved = calc.saved(got(cast, f"imports/{imp.pk}/rows-to-fix.xlsx"), "csv")
    again = drafted(cast.team, cast.alice, saved, method="file")

    assert len(next(csv.reader(io.StringIO(saved.decode())))) == 10  # padded, the header too
    assert again.summary["problem_counts"] == imp.summary["problem_counts"]

"""Downloads as workbooks: the templates, the rows to fix, and contacts. Each is read again by the import."""

from typing import Any

import pytest

from muster.contacts import custom_fields
from muster.contacts.models import Contact
from muster.contacts.schema import schema_of
from muster.core.fields import template_headers
from muster.imports.models import Import
from muster.imports.store import blobs
from muster.workbooks import book
from tests.cast import Cast
from tests.contacts.test_export import HARD, fill
from tests.imports.play import ANA, HEADER, drafted, everything, imported, sheet, totals
from tests.workbooks.opened import Opened

pytestmark = pytest.mark.django_db(databases="__all__")

HERE = "/t/admissions"
BAD = ["S4,,Poe,4.41E+11,,nope,x", "00123,Ada,Obi,,,Art,2,beyond", "N/A,=1+1,Li,+1 716 555 0199,,=Odd,2"]


def got(cast: Cast, path: str, status: int = 200) -> bytes:
    answer: Any = cast.browser(cast.alice).get(f"{HERE}/{path}")
    assert answer.status_code == status
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if status == 200:
        assert answer.headers["Content-Type"] == book.CONTENT_TYPE
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Length"] == str(len(data))
    return data


def with_fields(cast: Cast) -> None:
    custom_fields.add(cast.team, cast.alice, name="Major", kind="choice", choices=["Art", "Law, and order", "=Odd"])
    custom_fields.add(cast.team, cast.alice, name="Applied", kind="date")
    custom_fields.add(cast.team, cast.alice, name="GPA", kind="number", required=True)


def test_the_template_keeps_ids_and_numbers_as_typed_and_offers_lists(cast: Cast) -> None:
    with_fields(cast)
    opened = Opened(got(cast, "imports/template.xlsx?columns=all"))
    headers = template_headers(schema_of(cast.team), only_required=False)

    assert opened.sheets == [("Contacts", "visible"), ("Columns", "visible"), ("Lists", "hidden")]
    assert opened.rows() == [headers]
    kept = dict(zip(headers, opened.columns(), strict=True))
    assert {name for name, kind in kept.items() if kind != "@"} == {"Applied", "GPA"}
    assert kept["Applied"] == "yyyy-mm-dd"
    assert opened.lists() == {
        **{column: ["yes", "no"] for column in "FGH"},
        "J": ["Art", "Law, and order", "=Odd"],
    }


def test_the_template_explains_each_of_its_columns(cast: Cast) -> None:
    with_fields(cast)
    for columns in ("all", "required"):
        opened = Opened(got(cast, f"imports/template.xlsx?columns={columns}"))
        headers = template_headers(schema_of(cast.team), only_required=columns == "required")

        assert opened.rows() == [headers]
        head, *lines = opened.rows(2)
        assert head == ["Column", "What it holds", "Blank cells", "Without the column"]
        assert len(lines) == len(headers)
        assert [name for name, (said, *_) in zip(headers, lines, strict=True) if not said.startswith(name)] == []
        assert [text for _, *said in lines for text in said if not text.endswith(".")] == []
        assert {len(line) for line in lines} == {4}
    assert "GPA" in headers


def test_an_empty_template_has_no_rows(cast: Cast) -> None:
    data = got(cast, "imports/template.xlsx")

    assert drafted(cast.team, cast.alice, data, method="file").summary["problem_counts"] == {"file-no-rows": 1}


def bad_import(cast: Cast) -> Import:
    with_fields(cast)
    return imported(cast.team, cast.alice, sheet(f"{ANA},Art,3", *BAD, header=f"{HEADER},Major,GPA"), method="file")


def test_rows_to_fix_colour_what_is_wrong_and_say_so_in_a_comment(cast: Cast) -> None:
    imp = bad_import(cast)
    opened = Opened(got(cast, f"imports/{imp.pk}/rows-to-fix.xlsx"))
    head, *rows = opened.rows()

    assert head == [*HEADER.split(","), "Major", "GPA", "Row", "Problem", "How to fix"]
    assert imp.failed == len(rows) == 3
    comments = opened.comments()
    assert opened.coloured() == comments.keys() == {"B2", "D2", "F2", "G2", "D3", "K3", "A4"}
    assert comments["B2"].startswith("FirstName is blank.")
    assert "4.41E+11" in comments["D2"]
    assert comments["K3"]
    assert set(opened.formats().values()) == {"@"}
    assert opened.lists() == {"F": ["Art", "Law, and order", "=Odd"]}


def test_rows_to_fix_upload_again_as_they_stand(cast: Cast) -> None:
    imp = bad_import(cast)
    data = got(cast, f"imports/{imp.pk}/rows-to-fix.xlsx")
    blobs.drop(imp, blobs.ORIGINAL)
    assert Opened(got(cast, f"imports/{imp.pk}/rows-to-fix.xlsx")).rows() == Opened(data).rows()
    again = drafted(cast.team, cast.alice, data, method="file")

    assert totals(again) == (0, 0, 0, 3)
    assert again.summary["problem_counts"] == imp.summary["problem_counts"]
    rows = Opened(got(cast, f"imports/{again.pk}/rows-to-fix.xlsx")).rows()
    assert [row[-2:] for row in rows] == [row[-2:] for row in Opened(data).rows()]


def test_rows_to_fix_of_a_draft_are_as_last_edited(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet("S1,Ana,Li,nope,"), method="file")
    cast.browser(cast.alice).post(f"{HERE}/imports/{imp.pk}/rows/2/", {"cell:0:FirstName": "Anna"})
    data = got(cast, f"imports/{imp.pk}/rows-to-fix.xlsx")

    assert Opened(data).coloured() == {"D2"}


def test_an_import_without_rows_to_fix_has_no_workbook_of_them(cast: Cast) -> None:
    refused = drafted(cast.team, cast.alice, b"Name,Number\nAda,1\n", method="file")

    assert got(cast, f"imports/{refused.pk}/rows-to-fix.xlsx", 404)


@pytest.mark.parametrize("blank_mobile", ["infer", "fail"])
def test_contacts_as_a_workbook_import_as_all_unchanged(cast: Cast, blank_mobile: str) -> None:
    fill(cast)
    before = everything(cast.team)
    data = got(cast, "contacts/contacts.xlsx")
    imp = imported(cast.team, cast.alice, data, method="file", blank_mobile=blank_mobile, allow_mobile_updates=True)

    assert totals(imp) == (0, 0, len(HARD), 0)
    assert imp.summary["note_counts"] == {"file-sheet": 1}
    assert everything(cast.team) == before
    assert set(Opened(data).formats().values()) == {"@"}


def test_contacts_as_a_workbook_are_those_that_a_search_shows(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA, "S2,Bo,Kay,+1 716 555 2345,"))

    assert [row[0] for row in Opened(got(cast, "contacts/contacts.xlsx?q=kay")).rows()] == ["ContactId", "S2"]
    assert Contact.objects.count() == 2


def test_more_contacts_than_a_workbook_takes_are_offered_as_csv(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    imp = bad_import(cast)
    imported(cast.team, cast.alice, sheet("S8,Bo,Kay,+1 716 555 2345,,1", header=f"{HEADER},GPA"))
    monkeypatch.setattr(book, "MOST_CELLS", 12)

    page = got(cast, "contacts/contacts.xlsx?q=a", 413).decode()
    assert "A workbook with 12 columns takes up to 1 rows, and this would be 2." in page
    assert f'href="{HERE}/contacts/contacts.csv?q=a"' in page
    page = got(cast, f"imports/{imp.pk}/rows-to-fix.xlsx", 413).decode()
    assert f'href="{HERE}/imports/{imp.pk}/rows-to-fix.csv"' in page


def test_every_download_is_offered_as_csv_and_for_excel(cast: Cast) -> None:
    imp, client = bad_import(cast), cast.browser(cast.alice)
    offered = {
        "imports/new/": ["imports/template.xlsx?columns=all", "imports/template.xlsx?columns=required"],
        "imports/paste/": ["imports/template.xlsx?columns=all"],
        f"imports/{imp.pk}/": [f"imports/{imp.pk}/rows-to-fix.xlsx"],
        "imports/": [f"imports/{imp.pk}/rows-to-fix.xlsx"],
        "contacts/": ["contacts/contacts.xlsx"],
        "contacts/?q=ana": ["contacts/contacts.xlsx?q=ana"],
        "fields/": ["imports/template.xlsx?columns=all"],
    }
    for page, paths in offered.items():
        html = client.get(f"{HERE}/{page}").content.decode()
        for path in paths:
            assert f'href="{HERE}/{path}"' in html, (page, path)
            assert f'href="{HERE}/{path.replace(".xlsx", ".csv")}"' in html, (page, path)

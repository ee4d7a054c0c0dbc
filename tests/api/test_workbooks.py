"""The workbooks of the API: what is downloaded is uploaded again."""

import pytest

from muster.workbooks import book
from tests.api.conftest import Answer, Caller
from tests.api.test_imports import finish
from tests.workbooks.opened import Opened

pytestmark = pytest.mark.django_db(databases="__all__")

GOOD, BAD = "S1,Ana,Ruiz,716-555-0101,", "S2,,Kay,12,"


def file_of(answer: Answer, name: str) -> bytes:
    assert answer.status == 200
    assert answer.headers["Content-Type"] == book.CONTENT_TYPE
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert isinstance(answer.body, bytes)
    return answer.body


def sent(admin: Caller, data: bytes) -> Answer:
    return admin.form("/imports", {"file": ("contacts.xlsx", data), "blank_mobile": "fail", "confirm": "false"})


def test_its_templates_have_the_columns_and_explain_them(admin: Caller) -> None:
    everything = Opened(file_of(admin("GET", "/template.xlsx"), "all-fields.xlsx"))
    required = Opened(file_of(admin("GET", "/template.xlsx?columns=required"), "required-fields.xlsx"))

    assert everything.sheets[:2] == required.sheets[:2] == [("Contacts", "visible"), ("Columns", "visible")]
    assert required.rows()[0] == everything.rows()[0][:5]
    assert len(everything.rows(2)) == 1 + len(everything.rows()[0])
    assert admin("GET", "/template.xlsx?columns=some").status == 422


def test_a_template_that_nobody_filled_in_is_refused_for_having_no_rows(admin: Caller) -> None:
    answer = sent(admin, admin("GET", "/template.xlsx").body)

    assert (answer.body["state"], answer.body["problem_counts"]) == ("refused", {"file-no-rows": 1})


def test_its_rows_to_fix_are_the_same_as_workbook_and_as_csv(admin: Caller) -> None:
    done = finish(admin, admin.import_text(GOOD, BAD))
    data = file_of(admin("GET", f"/imports/{done['id']}/rows-to-fix.xlsx"), f"rows-to-fix-{done['id']}.xlsx")
    text = admin("GET", f"/imports/{done['id']}/rows-to-fix.csv").body
    again, other = sent(admin, data).body, admin.import_text(*text.removeprefix("\ufeff").splitlines(), confirm=False)

    assert Opened(data).coloured() == {"B2", "D2"}
    assert again["totals"] == other.body["totals"]
    assert again["problems"] == other.body["problems"]


def test_a_draft_that_is_refused_has_no_rows_to_fix(admin: Caller) -> None:
    refused = admin.import_text("ContactId,Name", "S1,Ana", confirm=False).body

    assert admin("GET", f"/imports/{refused['id']}/rows-to-fix.xlsx").status == 409


def test_its_contacts_import_as_all_unchanged(admin: Caller) -> None:
    finish(admin, admin.import_text(GOOD, "S3,=Bo,Li,716-555-0103,"))
    name = "admissions-contacts-"
    answer = admin("GET", "/contacts.xlsx")

    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{name}')
    totals = sent(admin, answer.body).body["totals"]
    assert (totals["rows"], totals["unchanged"]) == (2, 2)
    assert [row[0] for row in Opened(admin("GET", "/contacts.xlsx?q=ruiz").body).rows()] == ["ContactId", "S1"]


def test_it_says_that_a_workbook_is_too_large(admin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(admin, admin.import_text(GOOD, "S3,Bo,Li,716-555-0103,"))
    monkeypatch.setattr(book, "MOST_CELLS", 9)
    answer = admin("GET", "/contacts.xlsx")

    assert answer.status == 413
    assert answer.body["detail"].startswith("A workbook with 9 columns takes up to 1 rows, and this would be 2.")

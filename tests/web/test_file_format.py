"""How a file is read, on its page and on the preview: letters, sheets, quotes, and a file without a header row."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from muster.contacts.models import ColumnAnswer, CustomField
from muster.imports.models import Edit, Import, State
from tests.cast import Cast
from tests.core.workbooks import workbook
from tests.imports.play import ANA, BO, HEADER, drafted, sheet
from tests.web.drafts import address, cell, said

pytestmark = pytest.mark.django_db(databases="__all__")

FILES = Path(__file__).parents[1] / "files" / "second"


def bytes_of(name: str) -> bytes:
    [path] = FILES.glob(f"{name}*")
    return path.read_bytes()


def page(cast: Cast, imp: Import, path: str = "") -> Any:
    return cast.browser(cast.alice).get(address(imp, path))


def post(cast: Cast, imp: Import, **values: str) -> Import:
    answer = cast.browser(cast.alice).post(address(imp, "reading/"), values)
    assert answer.status_code == 302
    imp.refresh_from_db()
    return imp


@pytest.mark.parametrize(
    ("name", "encoding", "first_name"),
    [
        ("15-cp1250", "cp1250", "Łukasz"),
        ("15-cp1251", "cp1251", "Иван"),
        ("15-gbk", "gb18030", "小明"),
        ("15-mac-roman", "mac-roman", "José"),
    ],
)
def test_the_preview_asks_for_the_encoding_with_words_of_the_file(
    cast: Cast, name: str, encoding: str, first_name: str
) -> None:
    imp = drafted(cast.team, cast.alice, bytes_of(name))
    shown = page(cast, imp)
    offered = {each.encoding: each.words for each, _ in shown.context["encodings"]}

    assert first_name in " ".join(offered[encoding]).replace(",", " ").split()
    assert first_name in shown.content.decode()
    post(cast, imp, only="encoding", encoding=encoding)
    assert cell(imp, 2, "FirstName") == first_name
    assert page(cast, imp).context["encodings"] == []


def test_the_encoding_that_is_right_already_is_marked_and_can_be_confirmed(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet("S1,José,Muñoz,716-555-1234,").decode().encode("cp1252"))

    assert [each.encoding for each, is_now in page(cast, imp).context["encodings"] if is_now] == ["cp1252"]
    post(cast, imp, only="encoding", encoding="cp1252")
    assert (cell(imp, 2, "FirstName"), page(cast, imp).context["encodings"]) == ("José", [])


@pytest.mark.parametrize("data", [sheet(ANA), sheet(ANA).decode().encode("utf-16"), workbook({"A": [["José"]]})])
def test_nothing_is_asked_of_a_file_that_says_how_its_letters_are_written(cast: Cast, data: bytes) -> None:
    imp = drafted(cast.team, cast.alice, data)

    assert page(cast, imp, "reading/").context["candidates"] == []
    if imp.state == State.READY:
        assert page(cast, imp).context["encodings"] == []


def test_one_click_leaves_everything_else_as_it_was_chosen(cast: Cast) -> None:
    CustomField.objects.create(team=cast.team, name="Applied", name_folded="applied", kind="date")
    data = sheet("S1,José,Kay,716-555-1234,,03/04/25", header=f"{HEADER},Applied").decode().encode("cp1252")
    imp = drafted(cast.team, cast.alice, data, date_orders={"Applied": "dmy"}, backslashes=True)

    post(cast, imp, only="encoding", encoding="iso8859-15")
    kept = {key: imp.options[key] for key in ("encoding", "date_orders", "backslashes")}
    assert kept == {"encoding": "iso8859-15", "date_orders": {"Applied": "dmy"}, "backslashes": True}


GARBLED = sheet("S1,JosÃ©,MuÃ±oz,716-555-1234,", "S2,Ana,Kay,716-555-2345,")


def test_garbled_letters_are_read_again_in_the_whole_file_with_one_click(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, GARBLED)
    assert page(cast, imp).context["garbled"] == [("JosÃ©", "José"), ("MuÃ±oz", "Muñoz")]

    post(cast, imp, only="mend_letters", mend_letters="on")

    assert (cell(imp, 2, "FirstName"), cell(imp, 2, "LastName"), cell(imp, 3, "FirstName")) == ("José", "Muñoz", "Ana")
    shown = page(cast, imp).context
    assert shown["garbled"] == []
    assert "Garbled letters were read again in 2 cells." in shown["file_notes"]
    assert not Edit.objects.exists()


def test_garbled_letters_are_shown_mended_on_the_sample_and_given_back(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, GARBLED, mend_letters=True)
    assert page(cast, imp, "reading/").context["sample"][0][1][1] == "José"
    assert page(cast, imp, "reading/?header_row=1").context["sample"][0][1][1] == "JosÃ©"

    post(cast, imp, header_row="1")
    assert cell(imp, 2, "FirstName") == "JosÃ©"


def test_garbled_letters_of_one_column_are_a_fix_for_that_column(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, GARBLED)
    fix = {"fix": "ungarble", "show": "warnings", "code": "text-garbled", "field": "FirstName"}

    cast.browser(cast.alice).post(address(imp, "fix/"), fix)
    assert (cell(imp, 2, "FirstName"), cell(imp, 2, "LastName")) == ("José", "MuÃ±oz")


SHEETS = {
    "Read me": [["Contacts of May"]],
    "Old": [HEADER.split(","), ANA.split(",")],
    "New": [HEADER.split(","), BO.split(",")],
}


def test_another_sheet_is_chosen_from_all_that_there_are(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, workbook(SHEETS))
    shown = page(cast, imp, "reading/").context
    assert (shown["sheet"], shown["sheets"]) == ("Old", ("Read me", "Old", "New"))
    assert page(cast, imp, "reading/?sheet=New&header_row=1").context["sample"][0][1][0] == "S2"

    post(cast, imp, sheet="New", header_row="1")
    assert (imp.state, cell(imp, 2, "ContactId")) == (State.READY, "S2")
    assert any("New" in note for note in page(cast, imp).context["file_notes"])


def test_a_sheet_without_rows_can_still_be_switched_away_from(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, workbook(SHEETS), sheet="Read me")
    assert imp.state == State.REFUSED
    assert "reading/" in page(cast, imp).content.decode()
    assert page(cast, imp, "reading/").context["sheets"] == ("Read me", "Old", "New")

    post(cast, imp, sheet="New", header_row="1")
    assert imp.state == State.READY


def test_a_header_further_down_is_taken_in_the_sheet_that_was_chosen(cast: Cast) -> None:
    rows = [["Export of May"], [], HEADER.split(","), BO.split(",")]
    imp = drafted(cast.team, cast.alice, workbook({**SHEETS, "New": rows}), sheet="New")
    assert page(cast, imp).context["header_found"].number == 3

    post(cast, imp, only="header_row", header_row="3")
    assert (imp.state, imp.options["sheet"], cell(imp, 4, "ContactId")) == (State.READY, "New", "S2")


def test_a_quote_that_swallows_rows_is_refused_until_somebody_says_that_it_is_meant(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, bytes_of("05"), columns={"Notes": None})
    shown = page(cast, imp).content.decode()
    assert (imp.state, "row 6" in shown, "Change how the file is read" in shown) == (State.REFUSED, True, True)

    post(cast, imp, quoted_rows="on", header_row="1")
    assert (imp.state, imp.rows) == (State.READY, 3)


def test_backslashes_are_read_as_escapes_once_somebody_says_so(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, bytes_of("18"))
    assert "cell-quotes" in {each.code for each in page(cast, imp).context["causes"]}

    post(cast, imp, backslashes="on", header_row="1")
    assert cell(imp, 2, "FirstName") == 'Robert "Bobby" Ray'


def test_whole_quoted_lines_are_said_to_be_that(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, bytes_of("20"))

    assert [each["code"] for each in page(cast, imp).context["others"]] == ["file-quoted-lines"]


def test_a_file_without_a_header_row_is_one_sentence_and_nothing_is_asked(cast: Cast) -> None:
    file = SimpleUploadedFile("people.txt", bytes_of("26"))
    answer = cast.browser(cast.alice).post(
        f"/t/{cast.team.slug}/imports/new/", {"file": file, "blank_mobile": "infer"}, follow=True
    )
    imp = Import.objects.get()

    assert imp.state == State.REFUSED
    assert [each["code"] for each in answer.context["others"]] == ["header-none"]
    assert [answer.context.get(name) for name in ("unknown", "missing", "columns")] == [None] * 3
    assert not ColumnAnswer.objects.exists()


def test_a_paste_without_a_header_row_is_the_same_sentence_with_the_text_kept(cast: Cast) -> None:
    text = bytes_of("26").decode()
    values = {"text": text, "blank_mobile": "infer"}
    answer = cast.browser(cast.alice).post(f"/t/{cast.team.slug}/imports/paste/", values, follow=True)
    shown = answer.content.decode()

    assert "has no header row" in shown or "header" in shown
    assert text.splitlines()[0].split("\t")[0].split(",")[0] in shown
    assert not ColumnAnswer.objects.exists()
    assert not Import.objects.filter(state=State.READY).exists()


def test_the_page_of_a_draft_that_moved_on_changes_nothing(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, GARBLED)
    shown = str(imp.revision)
    post(cast, imp, header_row="1")

    client, click = cast.browser(cast.alice), {"only": "mend_letters", "mend_letters": "on", "revision": shown}
    client.post(address(imp, "reading/"), click)
    assert cell(imp, 2, "FirstName") == "JosÃ©"
    assert said(client, address(imp))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (workbook({"A": []}), "file-empty"),
        (workbook({"A": [HEADER.split(",")]}), "file-no-rows"),
        (workbook({"A": [HEADER.split(",")]})[:-40], "file-damaged"),
        (b'"ContactId', "file-open-quote"),
    ],
)
def test_what_is_refused_at_once_is_shown_as_refused(cast: Cast, data: bytes, code: str) -> None:
    imp = drafted(cast.team, cast.alice, data)

    assert (imp.state, [each["code"] for each in page(cast, imp).context["others"]]) == (State.REFUSED, [code])

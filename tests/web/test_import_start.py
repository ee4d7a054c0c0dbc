"""New Import: File Upload and Copy & Paste, the templates and the limits."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from muster.contacts.models import ColumnAnswer, Contact, CustomField
from muster.imports import worker
from muster.imports.models import Import, State
from muster.settings import settings
from tests.cast import Cast
from tests.imports.play import ANA, BO, CY, HEADER, imported, sheet
from tests.web.drafts import alike, asked

pytestmark = pytest.mark.django_db(databases="__all__")

NEW, PASTE = "/t/admissions/imports/new/", "/t/admissions/imports/paste/"


def upload(client: Client, data: bytes, name: str = "september.csv", **values: str) -> Import:
    answer = client.post(NEW, {"blank_mobile": "fail", "file": SimpleUploadedFile(name, data), **values})
    assert answer.status_code == 302
    return Import.objects.get(pk=answer.headers["Location"].rstrip("/").rpartition("/")[2])


def paste(text: str, **values: str) -> dict[str, str]:
    return {"blank_mobile": "infer", "text": text, "import": "yes", **values}


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "max_file_bytes", 2_000)
    monkeypatch.setattr(settings(), "max_paste_rows", 5)


def test_it_offers_both_tabs_and_both_templates(cast: Cast) -> None:
    html = cast.browser(cast.alice).get(NEW).content.decode()
    for part in (PASTE, "template.csv?columns=all", "template.csv?columns=required", "Infer Mobile Number"):
        assert part in html


def test_it_takes_a_file_to_its_preview(cast: Cast) -> None:
    imp = upload(cast.browser(cast.alice), sheet(ANA, BO), blank_mobile="infer", allow_mobile_updates="on")
    assert (imp.state, imp.method, imp.filename, imp.rows) == (State.READY, "file", "september.csv", 2)
    assert imp.options["blank_mobile"] == "infer"
    assert imp.options["allow_mobile_updates"] is True
    assert not Contact.objects.exists()


def test_it_remembers_the_choice_for_the_team(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    assert client.get(NEW).context["form"]["blank_mobile"].value() == "fail"
    upload(client, sheet(ANA), blank_mobile="infer")
    assert client.get(NEW).context["form"]["blank_mobile"].value() == "infer"
    assert client.get(PASTE).context["form"]["blank_mobile"].value() == "infer"


def test_it_imports_a_form_that_is_sent_twice_once(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    first, second = upload(client, sheet(ANA), key="k"), upload(client, sheet(ANA), key="k")
    assert first == second


def test_it_takes_another_file_from_the_same_page_as_another_import(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    assert upload(client, sheet(ANA), key="k") != upload(client, sheet(BO), key="k")


def test_it_shows_a_file_of_any_bytes_its_problems(cast: Cast) -> None:
    imp = upload(cast.browser(cast.alice), b"%PDF-1.7", name="contacts.csv")
    assert imp.state == State.REFUSED
    assert cast.browser(cast.alice).get(f"/t/admissions/imports/{imp.pk}/").status_code == 200


@pytest.mark.parametrize("name", ["contacts.pdf", "contacts", "contacts.csv.exe"])
def test_it_asks_for_text_or_a_workbook(cast: Cast, name: str) -> None:
    values = {"blank_mobile": "fail", "file": SimpleUploadedFile(name, sheet(ANA))}
    answer = cast.browser(cast.alice).post(NEW, values)
    assert answer.status_code == 422
    assert "file" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("contacts.numbers", "In Numbers choose File, Export To, CSV or Excel"),
        ("Contacts.PDF", "Ask for the spreadsheet that it was made from"),
        ("contacts.jpeg", "Ask for the spreadsheet that it was taken from"),
        ("contacts.docx", "paste it under Copy &amp; Paste"),
        ("contacts.zip", "Unpack it, and upload the file that is inside."),
        ("contacts.exe", "Save the table as CSV UTF-8, then choose that file."),
    ],
)
def test_it_says_what_to_do_about_another_kind_of_file(cast: Cast, name: str, said: str) -> None:
    values = {"blank_mobile": "fail", "file": SimpleUploadedFile(name, sheet(ANA))}
    assert said in " ".join(cast.browser(cast.alice).post(NEW, values).content.decode().split())


@pytest.mark.parametrize(
    ("values", "field"), [({}, "file"), ({"blank_mobile": "guess"}, "blank_mobile"), ({"blank_mobile": ""}, "file")]
)
def test_it_asks_for_what_is_missing(cast: Cast, values: dict[str, str], field: str) -> None:
    answer = cast.browser(cast.alice).post(NEW, values)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


@pytest.mark.usefixtures("small_limits")
def test_it_stops_reading_a_file_at_the_limit(cast: Cast) -> None:
    rows = sheet(ANA) + b"\n" * 3_000
    answer = cast.browser(cast.alice).post(NEW, {"blank_mobile": "fail", "file": SimpleUploadedFile("a.csv", rows)})
    assert answer.status_code == 413
    assert not Import.objects.exists()


@pytest.mark.usefixtures("small_limits")
def test_it_takes_a_file_of_exactly_the_limit(cast: Cast) -> None:
    data = sheet(ANA)
    assert upload(cast.browser(cast.alice), data + b"\n" * (2_000 - len(data))).size == 2_000


@pytest.mark.usefixtures("small_limits")
def test_it_takes_one_byte_more_for_too_big(cast: Cast) -> None:
    data = sheet(ANA)
    file = SimpleUploadedFile("a.csv", data + b"\n" * (2_001 - len(data)))
    assert cast.browser(cast.alice).post(NEW, {"blank_mobile": "fail", "file": file}).status_code == 413


def test_it_tells_a_script_where_to_go(cast: Cast) -> None:
    values = {"blank_mobile": "fail", "file": SimpleUploadedFile("a.csv", sheet(ANA))}
    answer = cast.browser(cast.alice).post(NEW, values, headers={"accept": "application/json"})
    assert answer.json()["next"] == f"/t/admissions/imports/{Import.objects.get().pk}/"


def test_it_tells_a_script_what_is_wrong(cast: Cast) -> None:
    answer = cast.browser(cast.alice).post(NEW, {"blank_mobile": "fail"}, headers={"accept": "application/json"})
    assert (answer.status_code, "problem" in answer.json()) == (422, True)


def test_it_takes_a_form_with_its_token(cast: Cast) -> None:
    client = cast.browser(cast.alice, csrf=True)
    token = client.get(NEW).context["csrf_token"]
    file = SimpleUploadedFile("a.csv", sheet(ANA))
    answer = client.post(NEW, {"csrfmiddlewaretoken": str(token), "blank_mobile": "fail", "file": file})
    assert answer.status_code == 302


@pytest.mark.parametrize(("columns", "has_staff"), [("all", True), ("required", False), ("", True)])
def test_it_makes_templates_that_import_as_they_stand(cast: Cast, columns: str, has_staff: bool) -> None:
    CustomField.objects.create(team=cast.team, name='Term, "new"', name_folded='term, "new"', required=True)
    answer = cast.browser(cast.alice).get(f"/t/admissions/imports/template.csv?columns={columns}")
    data = answer.getvalue()
    assert data.startswith(b"\xef\xbb\xbf")
    assert (b"StaffId" in data) == has_staff
    row = {"ContactId": "S1", "FirstName": "Ana", "LastName": "Ruiz", "MobileNumber": "716-555-1234"}
    cells = [row.get(name, "") for name in data.decode("utf-8-sig").strip().split(",")]
    imp = imported(cast.team, cast.alice, data + ",".join(cells[:-1]).encode())
    assert (imp.state, imp.created) == (State.DONE, 1)


def test_it_imports_pasted_rows_at_once(cast: Cast) -> None:
    answer = cast.browser(cast.alice).post(PASTE, paste(sheet(ANA, CY).decode()))
    assert answer.headers["Location"] == "/t/admissions/imports/"
    imp = Import.objects.get()
    assert (imp.state, imp.method) == (State.WAITING, "text")
    worker.run_now(imp)
    assert Contact.objects.count() == 2


def test_it_previews_pasted_rows_when_asked(cast: Cast) -> None:
    values = paste(sheet(ANA).decode(), preview="yes")
    del values["import"]
    cast.browser(cast.alice).post(PASTE, values)
    assert Import.objects.get().state == State.READY


@pytest.mark.parametrize(
    ("stored", "pasted"),
    [
        (["WhatsAppOptedOut", "yes"], ["WhatsAppOptedOut", ""]),
        (["StaffId", "T01"], ["StaffId", ""]),
        (["StaffId", "T01"], None),
    ],
    ids=["opted back in", "assignment cleared", "no StaffId column"],
)
def test_it_stops_a_paste_at_confirm_where_somebody_may_be_hurt(
    cast: Cast, stored: list[str], pasted: list[str] | None
) -> None:
    imported(cast.team, cast.alice, f"{HEADER},{stored[0]}\n{ANA},{stored[1]}".encode())
    text = f"{HEADER},{pasted[0]}\n{ANA},{pasted[1]}" if pasted else f"{HEADER}\n{ANA}"
    answer = cast.browser(cast.alice).post(PASTE, paste(text))
    imp = Import.objects.get(method="text")
    assert answer.headers["Location"] == f"/t/admissions/imports/{imp.pk}/confirm/"
    assert imp.state == State.READY


def test_it_counts_the_rows_of_a_long_paste_and_gives_the_text_back(cast: Cast) -> None:
    text = sheet(*[f"S{row},Ana,{'y' * 600},716-555-0101," for row in range(5_001)]).decode()
    answer = cast.browser(cast.alice).post(PASTE, paste(text))
    assert answer.status_code == 422
    assert [problem["code"] for problem in answer.context["problems"]] == ["file-too-many-rows"]
    assert "5,001" in answer.content.decode()
    assert "Remove one row, or upload a file instead." in answer.content.decode()
    assert answer.context["form"]["text"].value() == text
    assert len(text) > 3_000_000


@pytest.mark.parametrize(
    "text", ["", "ContactId\tFirstName\nS1\tAna", "just words", "2.1.0", "9" * 19, 'ContactId,"open\n1,2', HEADER]
)
def test_it_gives_the_text_back_when_it_can_not_be_imported(cast: Cast, text: str) -> None:
    answer = cast.browser(cast.alice).post(PASTE, paste(text))
    assert answer.status_code == 422
    assert answer.context["form"]["text"].value() == text
    assert not Import.objects.exists()


@pytest.mark.usefixtures("small_limits")
def test_it_refuses_one_row_too_many_and_keeps_the_text(cast: Cast) -> None:
    rows = [f"S{number},Ana,Ruiz,716-555-{number:04}," for number in range(1_000, 1_006)]
    text = sheet(*rows).decode()
    answer = cast.browser(cast.alice).post(PASTE, paste(text))
    assert answer.status_code == 422
    assert [each["code"] for each in answer.context["problems"]] == ["file-too-many-rows"]
    assert answer.context["form"]["text"].value() == text
    assert cast.browser(cast.alice).post(PASTE, paste(sheet(*rows[:5]).decode())).status_code == 302


def test_it_answers_columns_on_the_paste_page(cast: Cast) -> None:
    text = sheet(ANA + ",x,9", header=HEADER.replace("LastName", "Surname") + ",Shoe size,Notes").decode()
    client = cast.browser(cast.alice)
    answer = client.post(PASTE, paste(text))
    assert asked(answer.context) == {"Surname": "LastName", "Shoe size": "", "Notes": ""}
    answers = {"column:Surname": "LastName", "column:Shoe size": "-", "column:Notes": "-"}
    assert client.post(PASTE, paste(text, **answers)).status_code == 302
    assert Import.objects.get().state == State.WAITING
    remembered = dict(ColumnAnswer.objects.values_list("header", "field_name"))
    assert remembered == {"Surname": "LastName", "Shoe size": "", "Notes": ""}


def test_it_uses_remembered_answers_for_the_next_file(cast: Cast) -> None:
    ColumnAnswer.objects.create(team=cast.team, header="Surname", field_name="LastName")
    ColumnAnswer.objects.create(team=cast.other_team, header="FirstName", field_name="LastName")
    imp = upload(cast.browser(cast.alice), sheet(ANA, header=HEADER.replace("LastName", "Surname")))
    assert imp.state == State.READY


def test_it_keeps_an_answer_while_it_asks_for_the_next(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    text = sheet(ANA + ",38", header=HEADER.replace("LastName", "Surname") + ",Shoe size").decode()
    answer = client.post(PASTE, paste(text, **{"column:Surname": "LastName", "column:Shoe size": ""}))
    assert asked(answer.context) == {"Shoe size": ""}
    assert client.post(PASTE, paste(text, **{"column:Shoe size": "-"})).status_code == 302


def test_it_asks_which_of_two_pasted_columns_to_import(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    text = sheet(ANA + ",S9", header=HEADER + ",StudentId").decode()
    same = alike(client.post(PASTE, paste(text)).context)
    assert [each.letter for each in same] == ["A", "F"]
    chosen = {same[1].same_name: same[1].same.answers}
    assert client.post(PASTE, paste(text, preview="yes", **chosen)).status_code == 302
    [row] = client.get(f"/t/admissions/imports/{Import.objects.get().pk}/").context["rows"]
    assert row.cells[-1].after == "S9"


def test_it_offers_to_skip_titles_above_a_pasted_header(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    text = "Contacts of May,,,,,\n\n" + sheet(ANA + ",38", header=HEADER + ",Shoe size").decode()
    page = client.post(PASTE, paste(text)).context
    assert page["header_found"].number == 3
    page = client.post(PASTE, paste(text, header_row="3", header_asked="yes")).context
    assert (asked(page), page["header_row"]) == ({"Shoe size": ""}, 3)
    answers = {"column:Shoe size": "-", "header_row": "3"}
    assert client.post(PASTE, paste(text, **answers)).status_code == 302
    assert Import.objects.get().created == 1


def test_it_asks_for_columns_where_the_first_pasted_row_is_the_header_after_all(cast: Cast) -> None:
    text = "Contacts of May,,,,\n" + sheet(ANA).decode()
    page = cast.browser(cast.alice).post(PASTE, paste(text, header_asked="yes")).context
    assert (page["header_found"], next(iter(asked(page)))) == (None, "Contacts of May")

"""The Review page of a draft: what it shows, and what can be changed there."""

import pytest

from muster.contacts import custom_fields
from muster.contacts.models import ColumnAnswer, CustomField
from muster.core import phones
from muster.imports.draft import column_answers, edits
from muster.imports.models import Edit, Import, State
from tests.cast import Cast
from tests.imports.play import ANA, BO, HEADER, drafted, sheet
from tests.web.drafts import address, alike, asked, cell, chips, messy, said, shown_rows

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def imp(cast: Cast) -> Import:
    return messy(cast)


def test_it_opens_on_problems_and_counts_every_chip(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    assert shown_rows(client, imp) == [3, 4, 6, 7]
    assert chips(client, imp) == {
        "All": 7,
        "Problems": 4,
        "Warnings": 1,
        "New": 2,
        "Updates": 1,
        "No change": 0,
    }


def test_it_opens_on_all_rows_when_there_is_no_problem(cast: Cast) -> None:
    assert shown_rows(cast.browser(cast.alice), drafted(cast.team, cast.alice, sheet(ANA, BO))) == [2, 3]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("?show=all", [2, 3, 4, 5, 6, 7, 8]),
        ("?show=warnings", [2]),
        ("?show=new", [5, 8]),
        ("?show=updates", [2]),
        ("?show=unchanged", []),
        ("?show=problems&code=phone-no-plus", [3, 4]),
        ("?show=problems&code=value-blank&field=LastName", [4]),
        ("?show=problems&code=value-blank&field=FirstName", []),
        ("?show=all&code=number-inferred", [5]),
        ("?show=nonsense&code=nonsense", [3, 4, 6, 7]),
        ("?show=all&page=999", [2, 3, 4, 5, 6, 7, 8]),
        ("?show=all&page=x", [2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_it_filters_rows_by_chip_and_cause(cast: Cast, imp: Import, query: str, rows: list[int]) -> None:
    assert shown_rows(cast.browser(cast.alice), imp, query) == rows


def test_it_groups_problems_by_cause_the_largest_first(cast: Cast, imp: Import) -> None:
    causes = cast.browser(cast.alice).get(address(imp)).context["causes"]
    assert [(each.code, each.field, each.rows) for each in causes[:1]] == [("phone-no-plus", "WhatsAppMobileNumber", 2)]
    assert {(each.code, each.field) for each in causes} == {
        ("phone-no-plus", "WhatsAppMobileNumber"),
        ("value-blank", "LastName"),
        ("staff-unknown", "StaffId"),
        ("phone-unreadable", "WhatsAppMobileNumber"),
        ("yesno-unknown", "WhatsAppOptedOut"),
        ("value-not-a-choice", "Term"),
    }
    assert {each.how for each in causes if each.code == "value-blank"} == {"Fill in LastName."}


def test_it_shows_what_a_cell_was_and_becomes(cast: Cast, imp: Import) -> None:
    [row] = cast.browser(cast.alice).get(address(imp) + "?show=updates").context["rows"]
    first_name = next(each for each in row.cells if each.header == "FirstName")
    assert (first_name.state, first_name.before, first_name.after) == ("changed", "Ana", "Anna")
    opted_out = next(each for each in row.cells if each.header == "WhatsAppOptedOut")
    assert (opted_out.state, opted_out.before, opted_out.after) == ("warning", "Opted out", "Opted in")


def test_it_shows_an_inferred_number(cast: Cast, imp: Import) -> None:
    rows = cast.browser(cast.alice).get(address(imp) + "?show=new").context["rows"]
    mobile = next(each for each in rows[0].cells if each.header == "MobileNumber")
    assert (mobile.state, mobile.text, mobile.after) == ("inferred", "", "+44 1753 495002")


def test_it_shows_all_messages_of_a_row_at_their_cells(cast: Cast, imp: Import) -> None:
    rows = cast.browser(cast.alice).get(address(imp)).context["rows"]
    last = rows[-1]
    assert [message.code for message in last.messages] == ["phone-unreadable", "yesno-unknown", "value-not-a-choice"]
    assert {each.header for each in last.cells if each.state == "problem"} == {
        "WhatsAppMobileNumber",
        "WhatsAppOptedOut",
        "Term",
    }


def test_it_plans_anew_with_other_options_and_says_what_moved(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet("S1,Ana,Ruiz,,+1 716 555 1234"), blank_mobile="fail")
    client = cast.browser(cast.alice)
    assert chips(client, imp)["Problems"] == 1
    answer = client.post(address(imp, "options"), {"blank_mobile": "infer", "back": "show=all"})
    assert answer.headers["Location"] == address(imp) + "?show=all"
    assert said(client, address(imp)) == ["1 row moved from problem to ready."]
    assert chips(client, imp)["New"] == 1


def test_it_keeps_the_other_options_when_one_changes(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    client.post(address(imp, "options"), {"blank_mobile": "infer", "opt_back_in": "keep"})
    client.post(address(imp, "options"), {"blank_mobile": "infer", "allow_mobile_updates": "on"})
    imp.refresh_from_db()
    kept = {key: imp.options[key] for key in ("blank_mobile", "allow_mobile_updates", "opt_back_in")}
    assert kept == {"blank_mobile": "infer", "allow_mobile_updates": True, "opt_back_in": "keep"}


@pytest.mark.parametrize("back", ["", "show=problems&code=value-blank&field=LastName", "x=1", "show=//evil.example"])
def test_it_goes_back_to_the_rows_that_were_shown_and_nowhere_else(cast: Cast, imp: Import, back: str) -> None:
    answer = cast.browser(cast.alice).post(address(imp, "options"), {"blank_mobile": "infer", "back": back})
    assert answer.headers["Location"].startswith(address(imp))
    assert "evil" not in answer.headers["Location"]


def test_it_refuses_unknown_options(cast: Cast, imp: Import) -> None:
    cast.browser(cast.alice).post(address(imp, "options"), {"blank_mobile": "guess"})
    assert Import.objects.get(pk=imp.pk).revision == imp.revision


UNKNOWN = sheet(ANA + ",42", header=HEADER.replace("LastName", "Surname") + ",Shoe size")


def test_it_lists_every_problem_of_the_header_with_answers(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, UNKNOWN)
    context = cast.browser(cast.alice).get(address(imp)).context
    assert asked(context) == {"Surname": "LastName", "Shoe size": ""}
    assert context["table"].missing == []  # as it stands proposed


def test_it_takes_answers_one_click_at_a_time(cast: Cast) -> None:
    imp, client = drafted(cast.team, cast.alice, UNKNOWN), cast.browser(cast.alice)
    client.post(address(imp, "columns"), {"column:Surname": "LastName"})
    imp.refresh_from_db()
    assert imp.state == State.REFUSED
    client.post(address(imp, "columns"), {"column:Shoe size": "-"})
    imp.refresh_from_db()
    assert imp.state == State.READY
    assert dict(ColumnAnswer.objects.values_list("header", "field_name")) == {"Surname": "LastName", "Shoe size": ""}


def test_it_changes_an_answer_on_the_preview(cast: Cast) -> None:
    columns = {"Surname": "LastName", "Shoe size": None}
    imp, client = drafted(cast.team, cast.alice, UNKNOWN, columns=columns), cast.browser(cast.alice)
    client.post(address(imp, "columns"), {"column:Shoe size": "StaffId"})
    assert client.get(address(imp)).context["causes"][0].code == "staff-unknown"


@pytest.mark.parametrize("values", [{}, {"column:Surname": "Nonsense"}, {"column:Surname": ""}])
def test_it_asks_again_where_an_answer_names_no_field(cast: Cast, values: dict[str, str]) -> None:
    imp, client = drafted(cast.team, cast.alice, UNKNOWN), cast.browser(cast.alice)
    client.post(address(imp, "columns"), values)
    assert said(client, address(imp))
    assert not ColumnAnswer.objects.exists()


TWICE = sheet(ANA + ",716-555-9999", header=HEADER + ",MobileNumber")


def test_it_asks_which_of_two_columns_to_import_and_shows_what_is_in_them(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, TWICE)
    same = alike(cast.browser(cast.alice).get(address(imp)).context)
    assert {each.same_field for each in same} == {"MobileNumber"}
    assert [(each.letter, each.header, each.sample) for each in same] == [
        ("D", "MobileNumber", ["+1 716 555 1234"]),
        ("F", "MobileNumber", ["716-555-9999"]),
    ]


@pytest.mark.parametrize(("chosen", "number"), [(0, "+17165551234"), (1, "+17165559999")])
def test_it_imports_the_column_chosen_with_one_click(cast: Cast, chosen: int, number: str) -> None:
    imp, client = drafted(cast.team, cast.alice, TWICE), cast.browser(cast.alice)
    same = alike(client.get(address(imp)).context)[chosen]
    client.post(address(imp, "columns"), {same.same_name: same.same.answers})
    imp.refresh_from_db()
    assert imp.state == State.READY
    [row] = client.get(address(imp)).context["rows"]
    assert [each.after for each in row.cells if each.header == "MobileNumber"] == [phones.show(number)]
    assert drafted(cast.team, cast.alice, TWICE, columns=column_answers.remembered(cast.team)).state == State.READY


def test_another_choice_takes_the_place_of_the_first(cast: Cast) -> None:
    imp, client = drafted(cast.team, cast.alice, TWICE), cast.browser(cast.alice)
    for choice in alike(client.get(address(imp)).context):
        client.post(address(imp, "columns"), {choice.same_name: choice.same.answers})
    imp.refresh_from_db()
    assert imp.state == State.READY
    [row] = client.get(address(imp)).context["rows"]
    assert [each.header for each in row.cells if each.field is None] == ["MobileNumber (column D)"]


def test_it_asks_which_where_an_answer_made_two_columns_the_same(cast: Cast) -> None:
    imp, client = drafted(cast.team, cast.alice, UNKNOWN), cast.browser(cast.alice)
    client.post(address(imp, "columns"), {"column:Surname": "LastName"})
    client.post(address(imp, "columns"), {"column:Shoe size": "LastName"})
    same = alike(client.get(address(imp)).context)[0]
    client.post(address(imp, "columns"), {same.same_name: same.same.answers})
    imp.refresh_from_db()
    assert imp.state == State.READY


def test_it_goes_on_once_the_column_is_added_in_fields(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA + ",42", header=HEADER + ",Shoe size"))
    CustomField.objects.create(team=cast.team, name="Shoe size", name_folded="shoe size", kind="number")
    assert shown_rows(cast.browser(cast.alice), imp) == [2]
    imp.refresh_from_db()
    assert (imp.state, imp.rows) == (State.READY, 1)


def test_it_says_which_missing_columns_are_the_teams_own(cast: Cast) -> None:
    CustomField.objects.create(team=cast.team, name="Term", name_folded="term", kind="text", required=True)
    imp = drafted(cast.team, cast.alice, sheet(ANA, header=HEADER.replace("LastName", "Name")))
    table = cast.browser(cast.alice).get(address(imp)).context["table"]
    assert (table.missing, table.missing_own) == (["LastName", "Term"], ["Term"])


def test_it_reads_the_header_from_another_row(cast: Cast) -> None:
    imp, client = drafted(cast.team, cast.alice, b"Export of May\n\n" + sheet(ANA)), cast.browser(cast.alice)
    assert client.get(address(imp)).context["header_found"].number == 3
    client.post(address(imp, "reading/"), {"header_row": "3"})
    imp.refresh_from_db()
    assert (imp.state, imp.rows) == (State.READY, 1)


def test_it_finds_a_header_whose_names_are_all_a_little_different(cast: Cast) -> None:
    header = "Contact Id,First Name,Surname,Mobile,WhatsApp number"
    imp = drafted(cast.team, cast.alice, b"Export of May,,,,\n\n" + sheet(ANA, BO, header=header))
    found = cast.browser(cast.alice).get(address(imp)).context["header_found"]
    assert (found.number, found.cells[0]) == (3, "Contact Id")


def test_it_suggests_fields_that_no_other_column_is(cast: Cast) -> None:
    header = HEADER.replace("LastName", "Surname") + ",Family name,Mobile"
    imp = drafted(cast.team, cast.alice, sheet(ANA + ",Lee,1", header=header))
    context = cast.browser(cast.alice).get(address(imp)).context
    assert asked(context) == {"Surname": "LastName", "Family name": "", "Mobile": ""}
    assert [row.sample for row in context["table"].rows if row.is_asked] == [["Núñez"], ["Lee"], ["1"]]


def test_the_sample_is_not_cut_within_a_cell(cast: Cast) -> None:
    notes = '"' + "a\nb" * 30_000 + '"'
    imp = drafted(cast.team, cast.alice, sheet(f"{ANA},{notes}", header=HEADER + ",Notes"))
    client = cast.browser(cast.alice)
    assert asked(client.get(address(imp)).context) == {"Notes": ""}
    assert client.get(address(imp, "reading/")).context["header_number"] == 1


def test_it_tries_another_encoding_on_a_sample_before_switching(cast: Cast) -> None:
    data = sheet("S1,Ana,Núñez,716-555-1234,").decode().encode("cp1252")
    imp, client = drafted(cast.team, cast.alice, data), cast.browser(cast.alice)
    page = client.get(address(imp, "reading/")).context
    assert page["found_encoding"] == "Windows-1252"
    assert page["sample"][0][1][2] == "Núñez"
    tried = client.get(address(imp, "reading/?encoding=utf-8&delimiter=,"), headers={"accept": "text/fragment"})
    assert "\ufffd" in tried.content.decode()
    assert "<html" not in tried.content.decode()
    assert Import.objects.get(pk=imp.pk).revision == imp.revision
    client.post(address(imp, "reading/"), {"encoding": "utf-8", "delimiter": ","})
    assert "\ufffd" in cell(imp, 2, "LastName")


def test_it_reads_dates_in_the_order_chosen_for_the_column(cast: Cast) -> None:
    CustomField.objects.create(team=cast.team, name="Applied", name_folded="applied", kind="date")
    imp = drafted(cast.team, cast.alice, sheet(ANA + ",03/04/25", header=HEADER + ",Applied"))
    client = cast.browser(cast.alice)
    assert chips(client, imp)["Problems"] == 1
    client.post(address(imp, "reading/"), {"date:Applied": "dmy"})
    [row] = client.get(address(imp) + "?show=new").context["rows"]
    assert row.cells[-1].after == "2025-04-03"


def test_it_leaves_a_row_out_and_restores_it(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    client.post(address(imp, "rows/4/leave-out"))
    assert chips(client, imp)["Left out"] == 1
    assert shown_rows(client, imp) == [3, 6, 7]
    assert shown_rows(client, imp, "?show=left-out") == [4]
    client.post(address(imp, "rows/4/leave-out"), {"restore": "yes"})
    assert shown_rows(client, imp) == [3, 4, 6, 7]


def test_it_does_not_leave_out_a_row_that_is_not_there(cast: Cast, imp: Import) -> None:
    assert cast.browser(cast.alice).post(address(imp, "rows/99/leave-out")).status_code == 404


def test_it_undoes_and_redoes_steps(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    edits.edit(imp, cast.alice, [(4, "LastName", "Lee")], [], "Edit row 4")
    client.post(address(imp, "undo-step"))
    assert cell(imp, 4, "LastName") == ""
    client.post(address(imp, "redo-step"))
    assert cell(imp, 4, "LastName") == "Lee"


def test_it_says_when_there_is_nothing_to_undo(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    client.post(address(imp, "undo-step"))
    client.post(address(imp, "redo-step"))
    assert len(said(client, address(imp))) == 2


@pytest.mark.parametrize("path", ["options", "columns", "undo-step", "rows/2/leave-out", "fix/", "rows/2/"])
def test_it_changes_nothing_once_it_is_confirmed(cast: Cast, imp: Import, path: str) -> None:
    Import.objects.filter(pk=imp.pk).update(state=State.WAITING)
    answer = cast.browser(cast.alice).post(address(imp, path), {"blank_mobile": "fail", "cell-1": "x"})
    assert (answer.status_code, answer.headers["Location"]) == (302, address(imp))
    assert not Edit.objects.filter(of=imp).exists()


def test_it_survives_a_field_that_is_deleted_meanwhile(cast: Cast, imp: Import) -> None:
    custom_fields.delete(cast.team.custom_fields.get(), cast.alice)
    client = cast.browser(cast.alice)
    assert list(asked(client.get(address(imp)).context)) == ["Term"]
    imp.refresh_from_db()
    assert imp.state == State.REFUSED


def test_it_shows_markup_as_text(cast: Cast) -> None:
    rows = sheet('S1,<script>alert(1)</script>,"<b>x</b>",716-555-1234,', "S2,<i>,,716-555-2345,")
    imp = drafted(cast.team, cast.alice, rows)
    html = cast.browser(cast.alice).get(address(imp) + "?show=all").content.decode()
    assert "<script>alert" not in html
    assert "&lt;b&gt;x" in html

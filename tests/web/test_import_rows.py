"""Fixing a draft: row by row, and many rows at once."""

import re
from typing import Any

import pytest

from muster.contacts.models import CustomField
from muster.imports.models import Edit, Import
from tests.cast import Cast
from tests.imports.play import HEADER, drafted, imported, sheet
from tests.web.drafts import address, cell, chips, messy, said, shown_rows

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def imp(cast: Cast) -> Import:
    return messy(cast)


def test_it_shows_the_problems_of_a_row_first(cast: Cast, imp: Import) -> None:
    page = cast.browser(cast.alice).get(address(imp, "rows/4/?show=problems")).context
    assert [each.cell.header for each in page["first_cells"]] == ["LastName", "MobileNumber", "WhatsAppMobileNumber"]
    assert (page["position"], page["of"], page["previous"], page["next"]) == (2, 4, 3, 6)


def test_it_saves_a_row_and_goes_on_to_the_next(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    values = {"cell-2": "Lee", "cell-4": "+44 1753 495001", "back": "show=problems"}
    answer = client.post(address(imp, "rows/4/"), values)
    assert answer.headers["Location"] == address(imp, "rows/6/?show=problems")
    assert (cell(imp, 4, "LastName"), cell(imp, 4, "WhatsAppMobileNumber")) == ("Lee", "+44 1753 495001")
    assert shown_rows(client, imp) == [3, 6, 7]
    assert Edit.objects.count() == 1


def test_it_stays_on_a_row_that_still_has_a_problem(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    answer = client.post(address(imp, "rows/4/"), {"cell-2": "Lee", "back": "show=problems"})
    assert answer.headers["Location"] == address(imp, "rows/4/?show=problems")
    page = client.get(answer.headers["Location"]).context
    assert [each.cell.header for each in page["first_cells"]] == ["MobileNumber", "WhatsAppMobileNumber"]


def test_it_goes_round_to_the_first_problem_and_then_back_to_the_rows(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    where = "show=problems&code=value-blank&field=LastName"
    answer = client.post(address(imp, "rows/7/"), {"back": "show=problems"})
    assert answer.headers["Location"] == address(imp, "rows/3/?show=problems")
    answer = client.post(address(imp, "rows/4/"), {"cell-2": "Lee", "cell-4": "", "back": where})
    assert answer.headers["Location"].startswith(address(imp) + "?")


def test_it_makes_no_step_of_a_row_that_did_not_change(cast: Cast, imp: Import) -> None:
    cast.browser(cast.alice).post(address(imp, "rows/8/"), {"cell-1": "Gus", "back": "show=all"})
    assert not Edit.objects.exists()


def test_it_takes_line_breaks_of_a_browser_for_the_same(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, f'{HEADER},Row,Problem,How to fix\nS1,A,B,1,,2,"a\nb",c'.encode())
    cast.browser(cast.alice).post(address(imp, "rows/2/"), {"cell-6": "a\r\nb"})
    assert not Edit.objects.exists()


def test_it_leaves_the_row_out_from_its_form(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    answer = client.post(address(imp, "rows/3/"), {"leave_out": "yes", "back": "show=problems"})
    assert answer.headers["Location"] == address(imp, "rows/4/?show=problems")
    assert shown_rows(client, imp, "?show=left-out") == [3]


@pytest.mark.parametrize("number", [1, 9, 999_999])
def test_it_does_not_find_a_row_that_is_not_there(cast: Cast, imp: Import, number: int) -> None:
    assert cast.browser(cast.alice).get(address(imp, f"rows/{number}/")).status_code == 404


def test_a_fixed_row_stays_in_place_until_the_filter_is_pressed_again(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    back = client.get(address(imp) + "?show=problems").context["back"]
    values = {"cell-2": "Lee", "cell-4": "+44 1753 495001", "back": back}
    answer = client.post(address(imp, "rows/4/"), values)
    assert answer.headers["Location"] == address(imp, f"rows/6/?{back}")
    page = client.get(address(imp) + f"?{back}").context
    assert {row.number: row.chip for row in page["rows"]} == {3: "problems", 4: "new", 6: "problems", 7: "problems"}
    assert (page["gone"], page["left"], page["first"]) == (1, 3, 3)
    assert shown_rows(client, imp, f"?{page['anew']}") == [3, 6, 7]


def test_a_fix_for_many_rows_leaves_them_in_place_to_look_at(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    values = dict(part.split("=", 1) for part in f"fix=add-plus&{NO_PLUS}".split("&"))
    page = client.get(client.post(address(imp, "fix/"), values).headers["Location"]).context
    assert {row.number: row.chip for row in page["rows"]} == {3: "new", 4: "problems"}  # it has no last name either
    assert (page["gone"], page["left"]) == (2, 0)


def test_undo_a_row_left_out_and_its_restoring_keep_the_rows_shown(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    back = client.get(address(imp)).context["back"]
    for path, more in (("rows/4/leave-out", {}), ("rows/4/leave-out", {"restore": "yes"}), ("undo-step", {})):
        where = client.post(address(imp, path), {"back": back, **more}).headers["Location"]
        assert where == f"{address(imp)}?{back}"
        page = client.get(where).context
        assert [row.number for row in page["rows"]] == [3, 4, 6, 7]
    assert (page["rows"][1].chip, page["gone"]) == ("left-out", 1)


@pytest.mark.parametrize("query", ["list=99", "list=x", "list=-1", "list=²"])
def test_rows_that_nobody_has_listed_are_listed_now(cast: Cast, imp: Import, query: str) -> None:
    assert shown_rows(cast.browser(cast.alice), imp, f"?show=problems&{query}") == [3, 4, 6, 7]


NO_PLUS = "show=problems&code=phone-no-plus&field=WhatsAppMobileNumber"


def fix(cast: Cast, imp: Import, query: str, *, apply: bool = True) -> list[tuple[int, str, str, str]]:
    """What a fix would change; then it is applied, and the answer leads back to the rows."""
    client = cast.browser(cast.alice)
    proposal = client.get(address(imp, f"fix/?{query}")).context["proposal"]
    if apply:
        values = dict(part.split("=", 1) for part in query.split("&"))
        answer = client.post(address(imp, "fix/"), {key: value.replace("+", " ") for key, value in values.items()})
        assert answer.status_code == 302
    return [tuple(each) for each in proposal.cells]


def test_it_adds_the_plus_as_one_step(cast: Cast, imp: Import) -> None:
    changed = fix(cast, imp, f"fix=add-plus&{NO_PLUS}")
    assert changed == [
        (3, "WhatsAppMobileNumber", "441753495000", "+44 1753 495000"),
        (4, "WhatsAppMobileNumber", "0044 1753 495001", "+44 1753 495001"),
    ]
    assert Edit.objects.count() == 1
    assert shown_rows(cast.browser(cast.alice), imp) == [4, 6, 7]
    cast.browser(cast.alice).post(address(imp, "undo-step"))
    assert cell(imp, 3, "WhatsAppMobileNumber") == "441753495000"


def test_it_changes_nothing_before_it_is_asked_to(cast: Cast, imp: Import) -> None:
    fix(cast, imp, f"fix=add-plus&{NO_PLUS}", apply=False)
    assert not Edit.objects.exists()


def test_it_fills_blanks_of_the_rows_shown_only(cast: Cast, imp: Import) -> None:
    query = "fix=fill&show=problems&code=value-blank&field=LastName&value=Unknown"
    assert fix(cast, imp, query) == [(4, "LastName", "", "Unknown")]


def test_it_clears_what_says_nothing(cast: Cast, imp: Import) -> None:
    query = "fix=clear&show=problems&code=phone-unreadable&field=WhatsAppMobileNumber"
    assert fix(cast, imp, query) == [(7, "WhatsAppMobileNumber", "N/A", "")]


def test_it_maps_values_to_words_that_the_column_takes(cast: Cast, imp: Import) -> None:
    query = "fix=map&show=problems&code=staff-unknown&field=StaffId"
    page = cast.browser(cast.alice).get(address(imp, f"fix/?{query}")).context
    assert page["mapped"] == [("T77", 1, "")]
    assert [each.words for each in page["proposal"].choices] == [
        "Alice Adams (T01)",
        "Bob Brown (007)",
        "Nobody (leave blank)",
    ]
    assert fix(cast, imp, f"{query}&map:T77=007") == [(6, "StaffId", "T77", "007")]


@pytest.mark.parametrize(
    ("code", "name", "choices"),
    [
        ("yesno-unknown", "WhatsAppOptedOut", ["Opted out (yes)", "Opted in (no)", "Leave blank (= opted in)"]),
        ("value-not-a-choice", "Term", ["Fall", "Spring", "Leave blank"]),
    ],
)
def test_it_offers_the_words_of_the_column(cast: Cast, imp: Import, code: str, name: str, choices: list[str]) -> None:
    query = f"fix/?fix=map&show=problems&code={code}&field={name}"
    page = cast.browser(cast.alice).get(address(imp, query)).context
    assert [each.words for each in page["proposal"].choices] == choices


def test_it_replaces_in_one_column_or_in_all(cast: Cast, imp: Import) -> None:
    assert fix(cast, imp, "fix=replace&show=all&header=Term&find=fall&value=Spring") == [
        (2, "Term", "Fall", "Spring"),
        (3, "Term", "Fall", "Spring"),
        (4, "Term", "Fall", "Spring"),
    ]
    changed = fix(cast, imp, "fix=replace&show=all&header=&find=S7&value=S8&whole_cell=on&match_case=on")
    assert changed == [(8, "ContactId", "S7", "S8")]


def test_it_reads_numbers_as_those_of_a_country(cast: Cast, imp: Import) -> None:
    query = "fix=region&show=all&header=MobileNumber&region=US"
    assert {row for row, *_ in fix(cast, imp, query)} == {3, 4, 7, 8}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("fix=dates&order=dmy", [(2, "Applied", "03/04/25", "2025-04-03"), (3, "Applied", "12.11.2025", "2025-11-12")]),
        ("fix=dates&order=mdy", [(2, "Applied", "03/04/25", "2025-03-04"), (3, "Applied", "12.11.2025", "2025-12-11")]),
        ("fix=dates&order=serial", [(4, "Applied", "45000", "2023-03-15")]),
    ],
)
def test_it_writes_the_dates_of_a_column_in_the_order_that_is_chosen(cast: Cast, query: str, expected: Any) -> None:
    CustomField.objects.create(team=cast.team, name="Applied", name_folded="applied", kind="date")
    rows = (f"S{row},A,B,716-555-000{row},,{date}" for row, date in enumerate(("03/04/25", "12.11.2025", "45000")))
    imp = drafted(cast.team, cast.alice, sheet(*rows, header=f"{HEADER},Applied"))
    [cause] = cast.browser(cast.alice).get(address(imp)).context["causes"]
    assert [each.name for each in cause.fixes] == ["dates"]
    assert fix(cast, imp, f"{query}&{cause.query}") == expected
    assert Edit.objects.count() == 1


def test_it_mends_garbled_names_and_ids_without_their_zeros(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet("00123,Ana,Ruiz,716-555-0001,"))
    imp = drafted(cast.team, cast.alice, sheet("123,Ana,RuÃ­z,716-555-0002,", "124,Bo,Kay,716-555-0003,"))
    causes = {each.code: each for each in cast.browser(cast.alice).get(address(imp)).context["warnings"]}
    assert {code: [each.name for each in cause.fixes] for code, cause in causes.items()} == {
        "text-garbled": ["ungarble"],
        "id-zeros-lost": ["zeros"],
    }
    assert fix(cast, imp, f"fix=ungarble&{causes['text-garbled'].query}") == [(2, "LastName", "RuÃ­z", "Ruíz")]
    assert fix(cast, imp, f"fix=zeros&{causes['id-zeros-lost'].query}") == [(2, "ContactId", "123", "00123")]
    assert chips(cast.browser(cast.alice), imp)["Updates"] == 1


def test_it_leaves_out_the_rows_of_a_cause(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    client.post(address(imp, "fix/"), {"fix": "leave-out", "show": "problems", "code": "phone-no-plus"})
    assert shown_rows(client, imp, "?show=left-out") == [3, 4]
    assert Edit.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    [
        f"fix=nonsense&{NO_PLUS}",
        "fix=add-plus&show=all",
        "fix=add-plus&show=all&header=Nonsense",
        "",
    ],
)
def test_it_knows_its_fixes_and_columns(cast: Cast, imp: Import, query: str) -> None:
    assert cast.browser(cast.alice).get(address(imp, f"fix/?{query}")).status_code == 404


@pytest.mark.parametrize(
    "query", ["fix=region", "fix=region&region=XX", "fix=fill", "fix=replace", "fix=map", "fix=dates&order=x"]
)
def test_it_asks_for_what_a_fix_needs(cast: Cast, imp: Import, query: str) -> None:
    client = cast.browser(cast.alice)
    where = address(imp, f"fix/?{query}&{NO_PLUS}")
    assert client.get(where).context["proposal"].problem
    values = dict(part.split("=", 1) for part in f"{query}&{NO_PLUS}".split("&"))
    assert client.post(address(imp, "fix/"), values).status_code == 200
    assert not Edit.objects.exists()


def test_it_says_what_was_done(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    values = dict(part.split("=", 1) for part in f"fix=add-plus&{NO_PLUS}".split("&"))
    client.post(address(imp, "fix/"), values)
    assert said(client, address(imp)) == ["2 cells changed. You can undo this as one step."]


def test_a_row_names_its_person_and_shows_both_numbers_together(cast: Cast, imp: Import) -> None:
    page = cast.browser(cast.alice).get(address(imp, "rows/7/?show=problems")).context
    assert page["person"]
    assert {each.cell.header for each in page["first_cells"]} >= {"MobileNumber", "WhatsAppMobileNumber"}


def test_a_staff_id_and_a_choice_are_picked_from_lists_that_keep_what_is_there(cast: Cast, imp: Import) -> None:
    page = cast.browser(cast.alice).get(address(imp, "rows/6/?show=problems")).context
    inputs = {each.cell.header: each for each in (*page["first_cells"], *page["other_cells"])}
    assert [each.words for each in inputs["StaffId"].choices][-1] == "Nobody (leave blank)"
    assert not inputs["StaffId"].is_kept  # T77 is nobody's, and stays until another is picked
    assert [each.value for each in inputs["Term"].choices] == ["Fall", "Spring", ""]


def test_how_to_fix_stands_beside_the_rows_with_a_before_and_an_after(cast: Cast, imp: Import) -> None:
    causes = cast.browser(cast.alice).get(address(imp)).context["causes"]
    shortened = next(each for each in causes if each.code == "phone-unreadable")
    assert shortened.why
    assert shortened.how
    assert all(each.example is None or len(each.example) == 2 for each in causes)


def test_an_unknown_staff_id_leads_to_an_invitation_and_then_the_row_is_ready(cast: Cast, imp: Import) -> None:
    client = cast.browser(cast.alice)
    where = f"{address(imp, 'fix/')}?fix=map&show=problems&code=staff-unknown&field=StaffId"
    [link] = re.findall(r'href="([^"]*missing=T77)"', client.get(where).content.decode())
    assert "invite/?staff_id=T77" in client.get(link).content.decode()
    assert "missing" not in client.get(f"{where}&map:T77=007").content.decode()
    before = chips(client, imp)["Problems"]
    client.post("/t/admissions/users/invite/", {"email": "tia@example.edu", "role": "user", "staff_id": "T77"})
    assert chips(client, imp)["Problems"] == before - 1

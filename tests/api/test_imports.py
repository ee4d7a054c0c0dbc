"""Imports by API: posted, looked at, corrected, confirmed, undone."""

import json
from typing import Any

import pytest

from muster.contacts.models import Contact
from muster.imports.models import Import
from muster.settings import settings
from tests.api.conftest import HEADER, PROBLEM_JSON, Answer, Caller, let_the_worker_work
from tests.cast import Cast

pytestmark = pytest.mark.django_db(databases="__all__")
GOOD, BAD = "S1,Amara,Okafor,7165551234,", "S2,,Kay,7165551235,"


def finish(caller: Caller, answer: Answer) -> Any:
    """Let the worker do what waits, and ask again."""
    assert answer.status == 202, answer.body
    let_the_worker_work()
    return caller("GET", f"/imports/{answer.body['id']}").body


def test_it_imports_a_file(admin: Caller) -> None:
    file = ("september.csv", f"{HEADER}\n{GOOD}\n{BAD}\n".encode())

    done = finish(admin, admin.form("/imports", {"file": file, "blank_mobile": "fail"}))

    assert (done["state"], done["filename"], done["created_by"]) == ("done", "september.csv", "alice@example.edu")
    assert done["totals"] == {"rows": 2, "created": 1, "updated": 0, "unchanged": 0, "failed": 1}
    assert [(each["code"], each["row"], each["field"]) for each in done["problems"]] == [
        ("value-blank", 3, "FirstName")
    ]
    assert done["problem_counts"] == {"value-blank": 1}
    assert (done["progress"]["done"], done["progress"]["of"]) == (2, 2)


def test_it_imports_text_sent_as_a_form_or_as_json(admin: Caller) -> None:
    form = admin.form("/imports", {"text": f"{HEADER}\n{GOOD}\n", "blank_mobile": "fail"})
    json_ = admin.import_text(GOOD)

    assert finish(admin, form)["totals"]["created"] == 1
    assert finish(admin, json_)["totals"]["unchanged"] == 1


def test_it_takes_options_as_a_form_can_send_them(admin: Caller) -> None:
    rows = f"{HEADER},Cell,Notes\n{GOOD},,x\n".replace("MobileNumber,Whats", "Mobile,Whats", 1)
    columns = json.dumps({"Mobile": "MobileNumber", "Cell": None, "Notes": None})
    options = {"blank_mobile": "infer", "allow_mobile_updates": "true", "blank_opt_out": "keep", "confirm": "false"}

    answer = admin.form("/imports", {"text": rows, "columns": columns, **options})

    assert (answer.status, answer.body["state"]) == (202, "ready")
    assert answer.body["options"]["allow_mobile_updates"] is True
    assert answer.body["options"]["blank_opt_out"] == "keep"
    assert answer.body["options"]["columns"] == {"Mobile": "MobileNumber", "Cell": None, "Notes": None}


@pytest.mark.parametrize(
    "parts",
    [
        {"text": HEADER},
        {"text": HEADER, "blank_mobile": "guess"},
        {"blank_mobile": "fail"},
        {"blank_mobile": "fail", "text": HEADER, "file": ("a.csv", b"x")},
        {"blank_mobile": "fail", "text": HEADER, "columns": "[1]"},
        {"blank_mobile": "fail", "text": HEADER, "columns": "{"},
        {"blank_mobile": "fail", "text": HEADER, "colour": "blue"},
    ],
)
def test_it_says_what_is_wrong_with_a_post(admin: Caller, parts: dict[str, Any]) -> None:
    answer = admin.form("/imports", parts)

    assert (answer.status, answer.headers["Content-Type"]) == (422, PROBLEM_JSON)
    assert not Import.objects.exists()


@pytest.mark.parametrize("content_type", ["text/csv", "multipart/form-data", "application/json; charset=latin-1", ""])
def test_it_says_which_bodies_it_reads(admin: Caller, content_type: str) -> None:
    assert admin.raw("POST", "/imports", b"x", content_type).status == 422


def test_it_refuses_a_file_that_is_too_big_without_keeping_it(
    admin: Caller, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    limit = 1000
    monkeypatch.setattr(settings(), "max_api_bytes", limit)
    over = admin.form("/imports", {"file": ("a.csv", b"x" * (limit + 1)), "blank_mobile": "fail"})
    far_over = admin.form("/imports", {"file": ("a.csv", b"x" * 2_000_000), "blank_mobile": "fail"})
    as_json = admin("POST", "/imports", {"text": "x" * (limit + 1), "blank_mobile": "fail"})

    for answer in (over, far_over, as_json):
        assert answer.status == 413
        assert [each["code"] for each in answer.body["problems"]] == ["file-too-big"]
    assert not Import.objects.exists()


def test_it_refuses_too_many_rows(admin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "max_api_rows", 1)

    answer = admin.import_text(GOOD, BAD)

    assert answer.body["state"] == "refused"
    assert [each["code"] for each in answer.body["problems"]] == ["file-too-many-rows"]


def test_it_imports_once_however_often_it_is_posted(admin: Caller) -> None:
    body = {"text": f"{HEADER}\n{GOOD}\n", "blank_mobile": "fail"}

    first = admin("POST", "/imports", body, Idempotency_Key="abc")
    second = admin("POST", "/imports", body, Idempotency_Key="abc")

    assert first.body["id"] == second.body["id"]
    assert Import.objects.count() == 1


def test_it_refuses_a_file_and_takes_it_once_the_column_is_answered(admin: Caller) -> None:
    refused = admin.import_text(f"{HEADER},Shoe size", f"{GOOD},38", confirm=False)
    assert (refused.status, refused.body["state"]) == (202, "refused")
    path = f"/imports/{refused.body['id']}"

    assert admin("POST", f"{path}/confirm").status == 409
    answered = admin("PATCH", path, {"columns": {"Shoe size": None}})
    assert (answered.status, answered.body["state"]) == (200, "ready")

    assert finish(admin, admin("POST", f"{path}/confirm"))["state"] == "done"
    assert admin("POST", f"{path}/confirm").status == 409


def test_it_keeps_other_options_when_one_is_changed(admin: Caller) -> None:
    answer = admin.import_text(GOOD, confirm=False, columns={"Notes": None}, allow_mobile_updates=True)

    changed = admin("PATCH", f"/imports/{answer.body['id']}", {"blank_mobile": "infer", "columns": {"More": None}})

    assert changed.body["options"]["blank_mobile"] == "infer"
    assert changed.body["options"]["allow_mobile_updates"] is True
    assert changed.body["options"]["columns"] == {"Notes": None, "More": None}


def test_it_lists_rows_by_outcome_and_code(admin: Caller) -> None:
    draft = admin.import_text(GOOD, BAD, "S3,C,C,7165551236,", confirm=False).body
    path = f"/imports/{draft['id']}/rows"

    rows = admin("GET", path).body["items"]
    assert [(each["row"], each["outcome"]) for each in rows] == [(2, "created"), (3, "failed"), (4, "created")]
    assert rows[0]["before"] is None
    assert rows[0]["after"]["mobile_number"] == "+17165551234"
    assert rows[0]["after"]["text"] == "opted_in"
    assert rows[1]["values"]["LastName"] == "Kay"

    assert [each["row"] for each in admin("GET", f"{path}?outcome=failed").body["items"]] == [3]
    assert [each["row"] for each in admin("GET", f"{path}?code=value-blank").body["items"]] == [3]
    first = admin("GET", f"{path}?limit=2").body
    assert [each["row"] for each in admin("GET", f"{path}?limit=2&cursor={first['next']}").body["items"]] == [4]


def test_it_shows_the_same_rows_once_they_are_imported(admin: Caller) -> None:
    done = finish(admin, admin.import_text(GOOD, BAD))

    rows = admin("GET", f"/imports/{done['id']}/rows").body["items"]

    assert [(each["row"], each["outcome"]) for each in rows] == [(2, "created"), (3, "failed")]
    assert rows[0]["after"]["first_name"] == "Amara"


def test_it_corrects_cells_and_leaves_rows_out(admin: Caller) -> None:
    draft = admin.import_text(GOOD, BAD, "S3,,C,7165551236,", confirm=False).body
    path = f"/imports/{draft['id']}"
    edits = [{"row": 3, "header": "FirstName", "value": "Bo"}, {"row": 4, "leave_out": True}]

    answer = admin("PATCH", f"{path}/rows", edits)

    assert (answer.status, answer.body["totals"]["created"], answer.body["totals"]["failed"]) == (200, 2, 1)
    assert admin("GET", f"{path}/rows").body["items"][1]["values"]["FirstName"] == "Bo"


@pytest.mark.parametrize(
    "edit", [{"row": 99, "header": "FirstName", "value": "x"}, {"row": 2, "header": "None", "value": "x"}, {"row": 2}]
)
def test_it_says_which_cell_there_is_not(admin: Caller, edit: dict[str, Any]) -> None:
    draft = admin.import_text(GOOD, confirm=False).body

    assert admin("PATCH", f"/imports/{draft['id']}/rows", [edit]).status == 422


def test_its_rows_to_fix_import_again_as_they_stand(admin: Caller) -> None:
    done = finish(admin, admin.import_text(GOOD, BAD))

    download = admin("GET", f"/imports/{done['id']}/rows-to-fix.csv")
    again = finish(admin, admin.form("/imports", {"file": ("fix.csv", download.body.encode()), "blank_mobile": "fail"}))

    assert download.headers["Content-Type"].startswith("text/csv")
    assert download.body.removeprefix("\ufeff").startswith(f"{HEADER},Row,Problem,How to fix")
    assert (again["totals"]["rows"], again["problem_counts"]) == (1, {"value-blank": 1})


def test_it_cancels_what_has_not_begun(admin: Caller) -> None:
    draft = admin.import_text(GOOD, confirm=False).body

    assert admin("POST", f"/imports/{draft['id']}/cancel").body["state"] == "cancelled"
    assert admin("POST", f"/imports/{draft['id']}/cancel").status == 409
    assert admin("GET", f"/imports/{draft['id']}/rows").status == 409


def test_it_undoes_an_import_after_saying_what_that_does(cast: Cast, admin: Caller) -> None:
    done = finish(admin, admin.import_text(GOOD))
    path = f"/imports/{done['id']}/undo"

    would = admin("POST", f"{path}?dry_run=true")
    assert (would.status, would.body["removed"], Contact.objects.count()) == (200, 1, 1)

    undone = finish(admin, admin("POST", path))
    assert (undone["state"], undone["method"], undone["undoes"]) == ("done", "undo", done["id"])
    assert Contact.objects.count() == 0
    assert admin("GET", f"/imports/{done['id']}").body["state"] == "undone"
    assert admin("POST", path).status == 409


def test_it_lists_imports_newest_first(admin: Caller) -> None:
    ids = [admin.import_text(GOOD, confirm=False).body["id"] for _ in range(3)]

    first = admin("GET", "/imports?limit=2").body
    rest = admin("GET", f"/imports?limit=2&cursor={first['next']}").body

    assert [each["id"] for each in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next"] is None


def test_it_leaves_imports_to_admins(user: Caller, admin: Caller, stranger: Caller) -> None:
    draft = admin.import_text(GOOD, confirm=False).body["id"]

    assert user.import_text(GOOD).status == 403
    assert user("GET", "/imports").status == 403
    assert stranger("GET", f"/imports/{draft}").status == 404


def test_it_hides_an_import_of_another_team(cast: Cast, admin: Caller, call_as: Any) -> None:
    draft = admin.import_text(GOOD, confirm=False).body["id"]

    theirs = call_as(cast.charlie, cast.other_team)

    assert theirs("GET", f"/imports/{draft}").status == 404
    assert theirs("POST", f"/imports/{draft}/confirm").status == 404


def test_it_refuses_the_same_key_with_another_payload(admin: Caller) -> None:
    def post(row: str, key: str = "k1", **options: Any) -> Answer:
        body = {"text": f"{HEADER}\n{row}\n", "blank_mobile": "fail", "confirm": False, **options}
        return admin("POST", "/imports", body, Idempotency_Key=key)

    first, same = post(GOOD), post(GOOD)
    assert (same.status, same.body["id"]) == (202, first.body["id"])
    assert [post(BAD).status, post(GOOD, blank_mobile="infer").status] == [422, 422]
    assert post(BAD).body["detail"] == "This Idempotency-Key was used before, with another payload."
    assert post(BAD, key="k2").status == 202


def test_the_rows_left_out_become_a_draft_of_their_own(admin: Caller) -> None:
    done = finish(admin, admin.import_text(GOOD, BAD))

    made = admin("POST", f"/imports/{done['id']}/fix")

    assert (made.status, made.body["state"], made.body["totals"]["rows"]) == (201, "ready", 1)
    assert admin("POST", f"/imports/{made.body['id']}/fix").status == 409

"""Contacts by API: search, one by one, history, consent, audience, export."""

from typing import Any

import pytest

from muster.imports import erasure
from muster.imports.process import aside
from tests.api.conftest import Caller, let_the_worker_work
from tests.cast import Cast
from tests.imports.play import ANA, imported, sheet

pytestmark = pytest.mark.django_db(databases="__all__")
AMARA = {
    "contact_id": "S/1",
    "first_name": "Amara",
    "last_name": "Okafor",
    "mobile_number": "716-555-1234",
    "whatsapp_number": "+44 1753 495000",
}


def add(admin: Caller, **values: Any) -> Any:
    answer = admin("POST", "/contacts", {**AMARA, **values})
    assert answer.status == 201, answer.body
    return answer.body


def ids(answer: Any) -> list[str]:
    return [each["contact_id"] for each in answer.body["items"]]


def test_it_adds_a_contact_by_the_rules_of_the_import(admin: Caller) -> None:
    admin("POST", "/fields", {"name": "Program", "kind": "text"})

    made = add(admin, custom={"Program": "Biology"}, staff_id="007", whatsapp="opted_out")

    assert made["mobile_number"] == "+17165551234"
    assert made["mobile_number_display"] == "+1 716-555-1234"
    assert (made["text"], made["whatsapp"], made["staff_id"]) == ("opted_in", "opted_out", "007")
    assert made["custom"] == {"Program": "Biology"}
    assert made["consent"]["whatsapp"]["source"] == "user"
    assert made["consent"]["whatsapp"]["by"] == "alice@example.edu"


def test_it_finds_a_contact_whose_id_has_a_slash(admin: Caller) -> None:
    made = add(admin)

    assert admin("GET", "/contacts/S%2F1").body == made
    assert admin("GET", "/contacts/s%2F1").status == 404


def test_it_finds_a_contact_without_an_id_by_its_key(admin: Caller) -> None:
    made = add(admin, contact_id=None)

    assert admin("GET", f"/contacts/{made['id']}?by=id").body["contact_id"] is None
    assert admin("PATCH", f"/contacts/{made['id']}?by=id", {"contact_id": "S7"}).body["contact_id"] == "S7"
    assert admin("GET", "/contacts/nonsense?by=id").status == 404


def test_it_names_every_problem_of_a_contact(admin: Caller) -> None:
    answer = admin("POST", "/contacts", {**AMARA, "last_name": "", "mobile_number": "0044 1753", "staff_id": "nobody"})

    assert answer.status == 422
    found = {(each["code"], each["field"]) for each in answer.body["problems"]}
    assert {("value-blank", "LastName"), ("phone-no-plus", "MobileNumber"), ("staff-unknown", "StaffId")} <= found


def test_it_says_409_when_another_has_the_number(admin: Caller) -> None:
    add(admin)

    answer = admin("POST", "/contacts", {**AMARA, "contact_id": "S2"})

    assert answer.status == 409
    assert [each["code"] for each in answer.body["problems"]] == ["number-taken"]


def test_it_says_409_when_another_has_the_id(admin: Caller) -> None:
    add(admin)

    assert admin("POST", "/contacts", {**AMARA, "mobile_number": "7165550000"}).status == 409


def test_it_changes_only_what_is_sent(admin: Caller) -> None:
    add(admin)

    changed = admin("PATCH", "/contacts/S%2F1", {"last_name": "Obi", "whatsapp_number": None}).body

    assert (changed["first_name"], changed["last_name"], changed["whatsapp_number"]) == ("Amara", "Obi", None)


def test_it_refuses_a_custom_field_there_is_not(admin: Caller) -> None:
    assert admin("POST", "/contacts", {**AMARA, "custom": {"Shoe size": "38"}}).status == 422


def test_it_searches_and_filters(admin: Caller) -> None:
    add(admin, staff_id="007")
    add(admin, contact_id="S2", first_name="Bo", mobile_number="7165550002", text="opted_out")

    assert ids(admin("GET", "/contacts?q=okafor")) == ["S2", "S/1"]
    assert ids(admin("GET", "/contacts?q=(716)%20555-1234")) == ["S/1"]
    assert ids(admin("GET", "/contacts?text=opted_out")) == ["S2"]
    assert ids(admin("GET", "/contacts?staff_id=007")) == ["S/1"]
    assert ids(admin("GET", "/contacts?assigned=none")) == ["S2"]
    assert admin("GET", "/contacts?text=maybe").status == 422
    assert admin("GET", "/contacts?import=nonsense").status == 422


def test_it_finds_what_an_import_changed(admin: Caller) -> None:
    add(admin)
    imported = admin.import_text("S2,Bo,Kay,7165550002,").body["id"]
    let_the_worker_work()

    assert ids(admin("GET", f"/contacts?import={imported}")) == ["S2"]
    assert ids(admin("GET", f"/contacts?import={imported}&did=updated")) == []


def test_it_pages_through_contacts(admin: Caller) -> None:
    for number in range(5):
        add(admin, contact_id=f"S{number}", mobile_number=f"716555000{number}")

    seen: list[str] = []
    cursor: Any = ""
    while cursor is not None:
        page = admin("GET", f"/contacts?limit=2&cursor={cursor}")
        seen += ids(page)
        cursor = page.body["next"]

    assert seen == ["S4", "S3", "S2", "S1", "S0"]


def test_it_keeps_the_history_of_a_contact(admin: Caller) -> None:
    add(admin)
    imported = admin.import_text("S/1,Amara,Obi,7165551234,").body["id"]
    let_the_worker_work()
    admin("POST", "/contacts/S%2F1/consent", {"channel": "text", "opted_out": True, "source": "contact"})

    consent, update, made = admin("GET", "/contacts/S%2F1/history").body["items"]

    assert (consent["source"], consent["before"], consent["after"]) == (
        "contact",
        {"text": "opted_in"},
        {"text": "opted_out"},
    )
    assert (update["import"], update["row"], update["after"]) == (imported, 2, {"last_name": "Obi"})
    assert (made["action"], made["before"], made["by"]) == ("created", None, "alice@example.edu")


def test_it_hears_a_message_once(admin: Caller) -> None:
    add(admin)
    stop = {"channel": "text", "opted_out": True, "source": "contact", "message_id": "m1"}

    assert admin("POST", "/contacts/S%2F1/consent", stop).body["text"] == "opted_out"
    start = {**stop, "opted_out": False, "message_id": "m2"}
    assert admin("POST", "/contacts/S%2F1/consent", start).body["text"] == "opted_in"
    assert admin("POST", "/contacts/S%2F1/consent", stop).body["text"] == "opted_in"


def test_it_hears_whoever_has_a_number(admin: Caller) -> None:
    add(admin)
    add(admin, contact_id="S2", mobile_number="7165550002")
    said = {"number": "+441753495000", "channel": "whatsapp", "opted_out": True, "source": "contact"}

    heard = admin("POST", "/consent", said)

    assert [each["whatsapp"] for each in heard.body["items"]] == ["opted_out", "opted_out"]
    nobodys = admin("POST", "/consent", {**said, "number": "+17165559999"})
    assert (nobodys.status, nobodys.body) == (200, {"items": [], "kept": True})
    assert admin("POST", "/consent", {**said, "number": "call me"}).status == 422


def test_a_user_may_set_consent_and_no_more(admin: Caller, user: Caller) -> None:
    add(admin)

    said = user("POST", "/contacts/S%2F1/consent", {"channel": "whatsapp", "opted_out": True})
    assert (said.status, said.body["consent"]["whatsapp"]["by"]) == (200, "bob@example.edu")
    assert user("GET", "/contacts/S%2F1/history").status == 200
    assert user("POST", "/contacts", AMARA).status == 403
    assert user("PATCH", "/contacts/S%2F1", {"last_name": "X"}).status == 403
    assert user("GET", "/contacts.csv").status == 403


def test_no_other_team_sees_a_contact(cast: Cast, admin: Caller, call_as: Any) -> None:
    add(admin)
    theirs = call_as(cast.charlie, cast.other_team)

    assert theirs("GET", "/contacts").body["items"] == []
    assert theirs("GET", "/contacts/S%2F1").status == 404
    assert theirs("POST", "/contacts/S%2F1/consent", {"channel": "text", "opted_out": True}).status == 404


def test_it_lists_an_audience_and_counts_who_is_left_out(admin: Caller, user: Caller) -> None:
    add(admin, contact_id="S1", staff_id="007")
    add(admin, contact_id="S2", mobile_number="7165550002", whatsapp="opted_out")
    add(admin, contact_id="S3", mobile_number="7165550003", whatsapp_number=None)
    add(admin, contact_id="S4", mobile_number="7165550004")

    everybody = admin("GET", "/audience?channel=whatsapp").body
    assert [each["contact_id"] for each in everybody["items"]] == ["S4", "S1"]
    assert (everybody["count"], everybody["excluded"]) == (2, {"opted_out": 1, "no_number": 1, "unassigned": 0})

    sent = admin("GET", "/audience?channel=whatsapp&send_as=assigned").body
    assert sent["items"] == [{"contact_id": "S1", "number": "+441753495000", "send_as": "bob@example.edu"}]
    assert sent["excluded"]["unassigned"] == 1
    assert [each["contact_id"] for each in user("GET", "/audience?channel=whatsapp&assigned=mine").body["items"]] == [
        "S1"
    ]


@pytest.mark.parametrize("query", ["", "channel=pigeon", "channel=text&assigned=mine&send_as=assigned"])
def test_it_says_which_audience_there_is_not(admin: Caller, query: str) -> None:
    assert admin("GET", f"/audience?{query}").status == 422


def test_it_says_why_an_audience_is_unavailable(admin: Caller) -> None:
    add(admin)

    assert admin("GET", "/audience?channel=text&send_as=assigned").status == 422


def test_sending_as_others_is_for_admins(user: Caller) -> None:
    assert user("GET", "/audience?channel=text&send_as=assigned").status == 403


def test_its_export_imports_as_all_unchanged(admin: Caller) -> None:
    add(admin, first_name="=Kim", staff_id="007", whatsapp_marketing="opted_out")

    export = admin("GET", "/contacts.csv")
    answer = admin.form("/imports", {"file": ("contacts.csv", export.body.encode()), "blank_mobile": "fail"})
    let_the_worker_work()

    totals = admin("GET", f"/imports/{answer.body['id']}").body["totals"]
    assert (totals["rows"], totals["unchanged"]) == (1, 1)


def test_it_erases_a_person(admin: Caller, cast: Cast) -> None:
    add(admin, contact_id="S1")

    assert admin("DELETE", "/contacts/S1").status == 204
    assert admin("GET", "/contacts/S1").status == 404
    assert admin("DELETE", "/contacts/S1").status == 404


def test_it_erases_a_person_without_an_id(admin: Caller, cast: Cast) -> None:
    key = add(admin, contact_id=None)["id"]

    assert admin("DELETE", f"/contacts/{key}?by=id").status == 204
    assert ids(admin("GET", "/contacts")) == []


def test_it_says_how_far_an_erasure_is(admin: Caller, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    monkeypatch.setattr(erasure, "ROWS_AT_ONCE", 0)

    answer = admin("DELETE", "/contacts/S1")

    assert (answer.status, answer.body) == (202, {"past_imports": {"done": 0, "of": 1}})
    assert aside.work_off() == 1

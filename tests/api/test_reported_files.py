"""Small files and messages that went wrong elsewhere, tried through the API: consent, numbers, names of columns."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Caller, let_the_worker_work
from tests.cast import Cast

pytestmark = pytest.mark.django_db(databases="__all__")

FILES = Path(__file__).parents[1] / "files" / "second"


def bytes_of(name: str) -> bytes:
    [path] = FILES.glob(f"{name}*")
    return path.read_bytes()


def imported(admin: Caller, name: str, **options: Any) -> Any:
    """Import a file, let the worker work, and return what became of it."""
    file = ("people.csv", bytes_of(name))
    answer = admin.form("/imports", {"file": file, "blank_mobile": "infer", **options})
    assert answer.status == 202, answer.body
    let_the_worker_work()
    return admin("GET", f"/imports/{answer.body['id']}").body


def draft_of(admin: Caller, name: str, **options: Any) -> Any:
    return imported(admin, name, confirm="false", **options)


def said(body: Any) -> list[tuple[int | None, str | None, str]]:
    return [(each["row"], each["field"], each["code"]) for each in body["problems"]]


def contact(admin: Caller, contact_id: str) -> Any:
    return admin("GET", f"/contacts/{contact_id}").body


def add(admin: Caller, contact_id: str, mobile: str, whatsapp: str = "") -> None:
    person = {"contact_id": contact_id, "first_name": "Ana", "last_name": "Gil", "mobile_number": mobile}
    assert admin("POST", "/contacts", person | ({"whatsapp_number": whatsapp} if whatsapp else {})).status == 201


def test_01_a_column_that_says_opted_in_is_never_offered_as_an_opt_out(admin: Caller) -> None:
    near = {each["value"]: each["message"] for each in draft_of(admin, "01")["problems"]}
    assert set(near) == {"WhatsApp Opt-In", "Subscribed"}
    assert "reversed" in near["WhatsApp Opt-In"]

    columns = json.dumps({"WhatsApp Opt-In": "!WhatsAppOptedOut", "Subscribed": None})
    imported(admin, "01", columns=columns)
    assert [contact(admin, each)["whatsapp"] for each in ("S1", "S2")] == ["opted_in", "opted_out"]


def test_02_whoever_shares_a_number_that_said_stop_is_out_too(admin: Caller) -> None:
    imported(admin, "02a")
    admin("POST", "/contacts/S1/consent", {"channel": "whatsapp", "opted_out": True, "source": "contact"})

    imported(admin, "02b")

    assert [contact(admin, each)["whatsapp"] for each in ("S1", "S2")] == ["opted_out", "opted_out"]
    assert admin("GET", "/audience?channel=whatsapp").body["items"] == []


@pytest.mark.parametrize("place", range(4))
def test_03_stop_is_heard_in_the_form_in_which_whatsapp_writes_a_number(admin: Caller, place: int) -> None:
    case = json.loads(bytes_of("03"))[place]
    add(admin, "S1", "7165550101", case["stored"])
    stop = {"channel": "whatsapp", "opted_out": True, "source": "contact"} | case["post"]

    answer = admin("POST", "/consent", stop)

    assert (answer.status, [each["contact_id"] for each in answer.body["items"]]) == (200, ["S1"])
    assert contact(admin, "S1")["whatsapp"] == "opted_out"


def test_04_stop_from_a_number_of_nobody_counts_for_whoever_gets_it(admin: Caller) -> None:
    case = json.loads(bytes_of("04"))
    assert admin("POST", "/consent", case["before"]).status == 200

    admin.import_text(case["then_import"])
    let_the_worker_work()

    assert contact(admin, "S1")["text"] == "opted_out"
    assert admin("GET", "/audience?channel=text").body["items"] == []


def test_06_an_explicit_no_that_opts_in_again_is_noted_and_can_be_kept_out(admin: Caller) -> None:
    imported(admin, "06a")
    admin("POST", "/contacts/S1/consent", {"channel": "whatsapp", "opted_out": True})

    assert draft_of(admin, "06b")["note_counts"] == {"opted-back-in": 1}
    imported(admin, "06b", opt_back_in="keep")
    assert contact(admin, "S1")["whatsapp"] == "opted_out"


def test_12_an_opt_out_in_a_row_that_fails_is_counted_and_applied_alone(admin: Caller) -> None:
    add(admin, "S1", "7165550101")

    found = draft_of(admin, "12")

    assert (found["problem_counts"], found["note_counts"].get("opt-out-left-out")) == ({"staff-unknown": 1}, 1)
    assert admin("POST", f"/imports/{found['id']}/apply-opt-outs").status == 200
    assert contact(admin, "S1")["text"] == "opted_out"


def test_28_the_old_mexican_form_is_read_with_a_note_and_without_its_plus_not_at_all(admin: Caller) -> None:
    found = imported(admin, "28")

    assert contact(admin, "S1")["whatsapp_number"] == "+525512345678"
    assert found["note_counts"]["number-respelt"] == 1
    assert said(found) == [(3, "WhatsAppMobileNumber", "phone-no-plus")]
    assert "+52 55 1234 5679" in found["problems"][0]["fix"]


def test_28_in_mexico_a_number_with_a_digit_too_many_is_no_american_one(admin: Caller, cast: Cast) -> None:
    cast.team.home_region = "MX"
    cast.team.save()
    found = draft_of(admin, "28")

    assert said(found) == [(row, "WhatsAppMobileNumber", "phone-no-plus") for row in (3, 4)]
    assert "+1" not in found["problems"][1]["fix"]


def test_29_columns_that_are_near_nothing_are_offered_as_nothing(admin: Caller) -> None:
    found = draft_of(admin, "29")

    near = {each["value"]: each["message"] for each in found["problems"] if each["code"] == "header-unknown"}
    assert "Did you mean" not in near["Student Name"]

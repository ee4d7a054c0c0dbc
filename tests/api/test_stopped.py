"""The stop list, opt-outs of left-out rows, and reversed columns, through the API."""

from __future__ import annotations

import pytest

from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db(databases="__all__")

HEADER = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber"


def stop(admin: Caller, number: str, channel: str = "text", **more: object) -> int:
    said = {"number": number, "channel": channel, "opted_out": True, "source": "contact", **more}
    return admin("POST", "/consent", said).status


def test_it_lists_the_stop_list_page_by_page(admin: Caller) -> None:
    for last in range(3):
        assert stop(admin, f"+1716555017{last}") == 200

    first = admin("GET", "/stopped?limit=2").body
    rest = admin("GET", f"/stopped?limit=2&cursor={first['next']}").body

    assert [each["number"] for each in (*first["items"], *rest["items"])] == [
        "+17165550172",
        "+17165550171",
        "+17165550170",
    ]
    assert rest["next"] is None
    assert {"number", "channel", "since", "through", "contacts"} == set(first["items"][0])


def test_it_is_found_by_another_spelling(admin: Caller) -> None:
    stop(admin, "5215512345678", "whatsapp")

    found = admin("GET", "/stopped?q=%2B525512345678&channel=whatsapp").body["items"]

    assert [(each["number"], each["contacts"], each["through"]) for each in found] == [("+525512345678", 0, "api")]


def test_one_message_with_other_content_is_a_conflict(admin: Caller) -> None:
    assert stop(admin, "+17165550171", message_id="m1") == 200
    assert stop(admin, "+17165550172", message_id="m1") == 200

    assert stop(admin, "+17165550171", message_id="m1", opted_out=False) == 409


def test_a_user_opts_nobody_in_who_said_stop(admin: Caller) -> None:
    person = {"contact_id": "S1", "first_name": "A", "last_name": "B", "mobile_number": "7165550171"}
    admin("POST", "/contacts", person)
    stop(admin, "+17165550171")

    by_contact = {"channel": "text", "opted_out": False, "source": "user"}
    assert admin("POST", "/contacts/S1/consent", by_contact).status == 409
    assert admin("PATCH", "/contacts/S1", {"text": "opted_in"}).status == 409


def test_the_opt_outs_of_left_out_rows_are_applied_alone(admin: Caller) -> None:
    admin("POST", "/contacts", {"contact_id": "S1", "first_name": "A", "last_name": "A", "mobile_number": "7165550101"})
    rows = f"{HEADER},OptedOut,StaffId\nS1,Other,Name,7165550101,,yes,T77\n"
    draft = admin("POST", "/imports", {"text": rows, "blank_mobile": "fail", "confirm": False}).body
    assert (draft["state"], draft["left_out_opt_outs"]) == ("ready", 1)

    applied = admin("POST", f"/imports/{draft['id']}/apply-opt-outs").body

    contact = admin("GET", "/contacts/S1").body
    assert applied["left_out_opt_outs"] == 0
    assert (contact["text"], contact["consent"]["text"]["source"], contact["first_name"]) == ("opted_out", "user", "A")

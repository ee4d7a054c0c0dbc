"""A team's own fields, and the templates."""

from tests.api.conftest import Caller


def names(caller: Caller) -> list[str]:
    return [each["name"] for each in caller("GET", "/fields").body["items"] if not each["system"]]


def test_it_adds_and_lists_fields(admin: Caller) -> None:
    answer = admin("POST", "/fields", {"name": "Program", "kind": "choice", "choices": ["Biology", "History"]})

    assert answer.status == 201
    assert answer.body == {
        "name": "Program",
        "kind": "choice",
        "required": False,
        "choices": ["Biology", "History"],
        "max_length": 255,
        "searchable": True,
        "system": False,
    }
    assert names(admin) == ["Program"]


def test_it_lists_the_products_own_fields_first(user: Caller) -> None:
    items = user("GET", "/fields").body["items"]

    assert [each["name"] for each in items[:2]] == ["ContactId", "FirstName"]


def test_it_refuses_a_system_name_and_a_name_that_is_taken(admin: Caller) -> None:
    admin("POST", "/fields", {"name": "Program", "kind": "text"})

    assert admin("POST", "/fields", {"name": "StaffId", "kind": "text"}).status == 422
    assert admin("POST", "/fields", {"name": "PROGRAM", "kind": "text"}).status == 422


def test_it_stops_at_25(admin: Caller) -> None:
    for number in range(25):
        assert admin("POST", "/fields", {"name": f"Field {number}", "kind": "text"}).status == 201

    assert admin("POST", "/fields", {"name": "One more", "kind": "text"}).status == 422


def test_it_renames_and_deletes(admin: Caller) -> None:
    admin("POST", "/fields", {"name": "Start / term", "kind": "text"})

    assert admin("PATCH", "/fields/Start%20%2F%20term", {"name": "Term"}).body["name"] == "Term"
    assert admin("DELETE", "/fields/Term").body == {"name": "Term", "contacts": 0}
    assert names(admin) == []
    assert admin("DELETE", "/fields/Term").status == 404


def test_it_leaves_fields_to_admins(user: Caller) -> None:
    assert user("POST", "/fields", {"name": "Program", "kind": "text"}).status == 403


def test_its_templates_have_the_teams_columns(admin: Caller) -> None:
    admin("POST", "/fields", {"name": "Program", "kind": "text", "required": True})
    admin("POST", "/fields", {"name": "Nickname", "kind": "text"})

    required = admin("GET", "/template.csv?columns=required").body
    everything = admin("GET", "/template.csv").body

    assert required == "\ufeffContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program\r\n"
    assert everything.rstrip().endswith("StaffId,Program,Nickname")

"""What is confirmed is what was shown: pages, grid and API name the revision, and ask again when it has moved on."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from muster.contacts import edit
from muster.contacts.consent.channels import set_consent
from muster.contacts.models import Contact
from muster.imports import run, worker
from muster.imports.draft import edits
from muster.imports.models import Import, MovedOn, State, WrongState
from muster.teams import tokens
from tests.cast import Cast, join, make_user
from tests.imports.play import ANA, BO, HEADER, contact, drafted, imported, sheet
from tests.web.drafts import address, cell, messy, said

pytestmark = pytest.mark.django_db(databases="__all__")

OPT_OUT = f"{HEADER},WhatsAppOptedOut"
NINE = {"contact_id": "S9", "first_name": "A", "last_name": "B", "mobile_number": "7165559999"}
PEOPLE = [f"S{n},Ana,Li,+1 716 555 000{n}," for n in range(1, 6)]


def hidden(client: Client, path: str) -> dict[str, str]:
    """What the forms of a page carry without showing it."""
    html = client.get(path).content.decode()
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html)
    return {name: value.replace("&quot;", '"') for name, value in found if name != "csrfmiddlewaretoken"}


def state(imp: Import) -> str:
    return Import.objects.get(pk=imp.pk).state


@pytest.fixture
def opted_out(cast: Cast) -> None:
    """Five contacts who are opted out of WhatsApp by an import, which another may take back."""
    imported(cast.team, cast.alice, sheet(*(f"{each},yes" for each in PEOPLE), header=OPT_OUT))


@pytest.fixture
def ben(cast: Cast) -> Client:
    """A second Admin's browser."""
    user = make_user("Ben", "Bell")
    join(cast.team, user, "admin")  # type: ignore[arg-type]  # a choice is its word
    return cast.browser(user)


def draft_of_five(cast: Cast) -> Import:
    """One person is opted back in by a blank; the others are said to stay out."""
    rows = [f"{PEOPLE[0]},", *(f"{each},yes" for each in PEOPLE[1:])]
    return drafted(cast.team, cast.alice, sheet(*rows, header=OPT_OUT), blank_mobile="infer")


def test_a_colleagues_edit_does_not_widen_the_permission_that_was_given(
    cast: Cast, opted_out: None, ben: Client
) -> None:
    imp, alice = draft_of_five(cast), cast.browser(cast.alice)
    shown = hidden(alice, address(imp, "confirm/"))
    cells = [[row, 5, ""] for row in range(3, 7)]
    ben.patch(address(imp, "grid/cells"), json.dumps({"cells": cells}), content_type="application/json")

    answer = alice.post(address(imp, "confirm/"), {**shown, "opt_back_in": "file", "permission": "yes"})

    assert (answer.status_code, state(imp)) == (409, State.READY)
    assert answer.context["since"][0] == "Opted back in: 1 before, 5 now."
    assert any("Ben Bell" in each for each in answer.context["since"])
    assert len(answer.context["told"].opted_back_in) == 5

    again = hidden(alice, address(imp, "confirm/"))
    alice.post(address(imp, "confirm/"), {**again, "opt_back_in": "file", "permission": "yes"})
    worker.run_now(Import.objects.get(pk=imp.pk))
    assert not Contact.objects.filter(whatsapp_out=True).exists()


def test_the_page_that_asks_again_can_be_confirmed_as_it_is(cast: Cast) -> None:
    imp, alice = drafted(cast.team, cast.alice, sheet(ANA, BO)), cast.browser(cast.alice)
    shown = hidden(alice, address(imp, "confirm/"))
    edits.edit(imp, cast.alice, leave_out=[(2, True)])

    again = alice.post(address(imp, "confirm/"), shown)
    assert again.context["since"][:2] == ["New: 2 before, 1 now.", "Left out: 0 before, 1 now."]
    html = again.content.decode()
    shown = {name: value.replace("&quot;", '"') for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', html)}

    assert alice.post(address(imp, "confirm/"), shown).status_code == 302
    assert state(imp) == State.WAITING


def test_an_edit_that_changes_no_count_is_shown_too(cast: Cast) -> None:
    imp, alice = drafted(cast.team, cast.alice, sheet(ANA)), cast.browser(cast.alice)
    shown = hidden(alice, address(imp, "confirm/"))
    edits.edit(imp, cast.alice, [(2, "LastName", "Smith")], step="Edit LastName, row 2")

    answer = alice.post(address(imp, "confirm/"), shown)

    assert (answer.status_code, answer.context["since"]) == (409, ["Edit LastName, row 2 (by Alice Adams)."])
    assert state(imp) == State.READY


def test_other_people_in_the_same_number_are_asked_about_again(cast: Cast, opted_out: None) -> None:
    imp, alice = draft_of_five(cast), cast.browser(cast.alice)
    shown = hidden(alice, address(imp, "confirm/"))
    flip = [(2, "WhatsAppOptedOut", "yes"), (3, "WhatsAppOptedOut", "")]
    edits.edit(imp, cast.alice, flip)

    answer = alice.post(address(imp, "confirm/"), {**shown, "permission": "yes"})

    assert "Those who would be opted back in are others than before." in answer.context["since"]


def test_contacts_that_changed_the_consequences_are_asked_about_again(cast: Cast) -> None:
    imp, alice = drafted(cast.team, cast.alice, sheet(ANA, BO)), cast.browser(cast.alice)
    shown = hidden(alice, address(imp, "confirm/"))
    imported(cast.team, cast.alice, sheet(ANA))

    answer = alice.post(address(imp, "confirm/"), shown)

    assert (answer.status_code, state(imp)) == (409, State.READY)
    assert answer.context["since"][:2] == ["New: 2 before, 1 now.", "No change: 0 before, 1 now."]


def test_contacts_that_changed_nothing_here_are_not_asked_about(cast: Cast) -> None:
    imp, alice = drafted(cast.team, cast.alice, sheet(ANA)), cast.browser(cast.alice)
    shown = hidden(alice, address(imp, "confirm/"))
    imported(cast.team, cast.alice, sheet(BO))

    assert alice.post(address(imp, "confirm/"), shown).status_code == 302
    assert state(imp) == State.WAITING


def test_a_word_of_the_contact_meanwhile_is_asked_about(cast: Cast, opted_out: None) -> None:
    imp, alice = draft_of_five(cast), cast.browser(cast.alice)
    shown = hidden(alice, address(imp, "confirm/"))
    set_consent(contact(cast.team, "S1"), channel="whatsapp", opted_out=True, source="contact", by=None)

    answer = alice.post(address(imp, "confirm/"), {**shown, "permission": "yes"})

    assert "Opted back in: 1 before, 0 now." in answer.context["since"]


@pytest.mark.parametrize("shown", ["", "[]", "{", '"x"', '{"new": "many"}', '{"new": null}'])
def test_a_form_that_was_tampered_with_only_asks_again(cast: Cast, shown: str) -> None:
    imp, alice = drafted(cast.team, cast.alice, sheet(ANA)), cast.browser(cast.alice)

    assert alice.post(address(imp, "confirm/"), {"revision": "0", "step": "x", "shown": shown}).status_code == 409
    assert state(imp) == State.READY


def test_what_was_decided_on_an_older_page_is_not_done(cast: Cast) -> None:
    imp, alice = messy(cast), cast.browser(cast.alice)
    shown = hidden(alice, address(imp))
    edits.edit(imp, cast.alice, [(4, "LastName", "Lee")], step="Typed")

    for path in ("options", "undo-step", "redo-step", "columns", "reading/"):
        posted = {**shown, "blank_mobile": "fail", "column:Term": "-", "encoding": "utf-8"}
        assert alice.post(address(imp, path), posted).headers["Location"] == address(imp)
        assert said(alice, address(imp))[0].startswith("This draft has changed since you were shown it.")

    assert (cell(imp, 4, "LastName"), Import.objects.get(pk=imp.pk).revision) == ("Lee", 1)


def test_a_fix_of_an_older_page_is_shown_again_first(cast: Cast) -> None:
    imp, alice = messy(cast), cast.browser(cast.alice)
    fix = "fix/?fix=add-plus&show=problems&code=phone-no-plus&field=WhatsAppMobileNumber"
    shown = hidden(alice, address(imp, fix))
    edits.edit(imp, cast.alice, [(4, "LastName", "Lee")])

    answer = alice.post(address(imp, "fix/"), shown)
    assert (answer.status_code, answer.context["is_overtaken"]) == (409, True)
    assert cell(imp, 3, "WhatsAppMobileNumber") == "441753495000"

    alice.post(address(imp, "fix/"), hidden(alice, address(imp, fix)))
    assert cell(imp, 3, "WhatsAppMobileNumber") == "+44 1753 495000"


def test_a_row_that_somebody_else_changed_keeps_what_was_typed(cast: Cast) -> None:
    imp, alice = messy(cast), cast.browser(cast.alice)
    shown = hidden(alice, address(imp, "rows/4/"))
    edits.edit(imp, cast.alice, [(4, "FirstName", "Cyrus")])

    answer = alice.post(address(imp, "rows/4/"), {**shown, "cell-1": "Cy", "cell-2": "Lee"})

    assert (answer.status_code, answer.context["now"]) == (409, [("FirstName", "Cyrus"), ("LastName", "")])
    assert (cell(imp, 4, "FirstName"), cell(imp, 4, "LastName")) == ("Cyrus", "")
    assert "Lee" in answer.content.decode()

    edits.edit(imp, cast.alice, [(3, "FirstName", "Beau")])  # another row, which concerns nobody here
    shown = hidden(alice, address(imp, "rows/4/"))
    alice.post(address(imp, "rows/4/"), {**shown, "cell-2": "Lee"})
    assert cell(imp, 4, "LastName") == "Lee"


def test_every_answer_of_the_grid_names_the_revision(cast: Cast) -> None:
    imp, alice = messy(cast), cast.browser(cast.alice)
    edits.edit(imp, cast.alice, [(4, "LastName", "Lee")])

    def grid(path: str, **query: Any) -> Any:
        return alice.get(address(imp, f"grid/{path}"), query).json()["rev"]

    assert grid("", columns=1) == 1
    assert grid("rows", offset=0, limit=5) == 1
    assert grid("next") == 1
    assert grid("find", text="a", offset=0) == 1


# Over the API


class Program:
    """A program with Alice's token."""

    def __init__(self, cast: Cast) -> None:
        self.headers = {"Authorization": f"Bearer {tokens.make(cast.alice, 'x')[1]}"}
        self.base = f"/api/v1/teams/{cast.team.slug}/imports"

    def __call__(self, method: str, imp: Import, path: str = "", body: Any = None) -> tuple[int, Any]:
        data = "" if body is None else json.dumps(body)
        answer = Client().generic(method, f"{self.base}/{imp.pk}{path}", data, "application/json", headers=self.headers)
        return answer.status_code, answer.json()


def test_a_program_confirms_the_revision_that_it_read(cast: Cast) -> None:
    imp, program = drafted(cast.team, cast.alice, sheet(ANA, BO)), Program(cast)
    _, read = program("GET", imp)
    edits.edit(imp, cast.alice, leave_out=[(2, True)])

    status, problem = program("POST", imp, "/confirm", {"revision": read["revision"]})

    assert (status, problem["status"], problem["title"]) == (409, 409, "Conflict")
    assert (problem["import"]["revision"], problem["import"]["totals"]["failed"]) == (1, 1)
    assert problem["import"]["state"] == state(imp) == "ready"
    assert program("POST", imp, "/confirm", {"revision": 1})[0] == 202


def test_a_program_is_told_when_the_contacts_changed_what_it_would_do(cast: Cast) -> None:
    imp, program = drafted(cast.team, cast.alice, sheet(ANA, BO)), Program(cast)
    _, read = program("GET", imp)
    edit.add(cast.team, cast.alice, NINE)
    assert program("GET", imp)[1]["revision"] == read["revision"]  # it comes to the same

    imported(cast.team, cast.alice, sheet(ANA))
    status, problem = program("POST", imp, "/confirm", {"revision": read["revision"]})

    assert (status, problem["import"]["totals"]["unchanged"]) == (409, 1)
    assert problem["import"]["revision"] > read["revision"]
    assert program("POST", imp, "/confirm", {"revision": problem["import"]["revision"]})[0] == 202


def test_a_program_that_names_no_revision_confirms_what_there_is(cast: Cast) -> None:
    for body in (None, {}, {"revision": None}):
        imp = drafted(cast.team, cast.alice, sheet(ANA))
        edits.edit(imp, cast.alice, [(2, "LastName", "Li")])
        assert Program(cast)("POST", imp, "/confirm", body)[0] == 202


@pytest.mark.parametrize("body", [{"revision": "two"}, {"revision": -1}, {"revison": 1}])
def test_a_revision_that_is_none_is_refused(cast: Cast, body: Any) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))

    assert Program(cast)("POST", imp, "/confirm", body)[0] == 422
    assert state(imp) == State.READY


def test_a_page_of_rows_names_its_revision(cast: Cast) -> None:
    imp, program = drafted(cast.team, cast.alice, sheet(ANA)), Program(cast)
    edits.edit(imp, cast.alice, [(2, "LastName", "Li")])

    _, rows = program("GET", imp, "/rows")

    assert (rows["revision"], rows["items"][0]["values"]["LastName"]) == (1, "Li")


def test_confirming_puts_only_the_named_revision_into_the_queue(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    edits.edit(imp, cast.alice, [(2, "LastName", "Li")])

    with pytest.raises(MovedOn):
        run.confirm(Import.objects.get(pk=imp.pk), cast.alice, 0)
    assert state(imp) == State.READY

    run.confirm(Import.objects.get(pk=imp.pk), cast.alice, 1)
    with pytest.raises(WrongState):
        run.confirm(Import.objects.get(pk=imp.pk), cast.alice, 1)

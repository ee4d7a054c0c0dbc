"""Columns: every column of a file in one table, answered with one Continue, and changed there again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from muster.contacts.models import ColumnAnswer, CustomField
from muster.imports.models import Import, State
from tests.cast import Cast
from tests.imports.play import HEADER, drafted
from tests.web.drafts import address, asked, said

pytestmark = pytest.mark.django_db(databases="__all__")

OTHER = "Student ID,First Name,Surname,Cell Phone,Wire,Advisor,Term,Started,WhatsApp Opt-In"
ROWS = (
    "S1,Ana,Lee,716-555-0101,+44 1753 495000,T01,Fall,25/12/2024,yes",
    "S2,Bo,Kay,716-555-0102,+44 1753 495001,T01,Fall,03/04/2025,no",
    "S3,Cy,Roy,716-555-0103,+44 1753 495002,,Fall,04/04/2025,",
)

ONE = HEADER.replace("LastName", "Surname")


def draft(cast: Cast, header: str = OTHER, *rows: str) -> Import:
    return drafted(cast.team, cast.alice, "\n".join((header, *(rows or ROWS))).encode())


def test_it_shows_every_column_in_the_files_order_and_proposes_what_name_and_values_say(cast: Cast) -> None:
    page = cast.browser(cast.alice).get(address(draft(cast)))

    assert [row.header for row in page.context["table"].rows] == OTHER.split(",")
    assert asked(page.context) == {
        "Student ID": "(ContactId)",
        "First Name": "FirstName",
        "Surname": "LastName",
        "Cell Phone": "MobileNumber",
        "Wire": "WhatsAppMobileNumber",  # it holds only numbers with +
        "Advisor": "(StaffId)",  # it holds only Staff IDs of the team
        "Term": "",
        "Started": "",
        "WhatsApp Opt-In": "(!WhatsAppOptedOut)",
    }
    assert page.context["table"].missing == ["ContactId"]
    assert "WhatsAppOptedOut: yes means opted out" in page.content.decode()
    assert "WhatsAppOptedOut, reversed: yes means opted in" in page.content.decode()


def test_a_column_of_yes_and_no_is_the_one_field_that_takes_them(cast: Cast) -> None:
    header = HEADER + ",Lives here,Opted"
    rows = ("S1,Ana,Lee,716-555-0101,,yes,", "S2,Bo,Kay,716-555-0102,,no,")
    client = cast.browser(cast.alice)
    assert asked(client.get(address(draft(cast, header, *rows))).context)["Lives here"] == ""
    for name, proposed in (("Resident", "(Resident)"), ("Veteran", "")):
        CustomField.objects.create(team=cast.team, name=name, name_folded=name.lower(), kind="yes_no")
        page = client.get(address(draft(cast, header, *rows)))
        assert asked(page.context)["Lives here"] == proposed
        assert ("It holds only yes and no." in page.content.decode()) == bool(proposed)


def as_proposed(client_page: object) -> dict[str, str]:
    """What a browser sends when nothing but Continue is pressed."""
    rows = client_page.context["table"].rows  # type: ignore[attr-defined]
    form = {f"column:{row.header}": row.chosen for row in rows if row.is_asked}
    return form | {f"order:{row.header}": row.order for row in rows if row.asks_order}


def test_it_takes_everything_with_one_continue(cast: Cast) -> None:
    CustomField.objects.create(team=cast.team, name="Start", name_folded="start", kind="date")
    imp, client = draft(cast), cast.browser(cast.alice)
    form = as_proposed(client.get(address(imp))) | {
        "tick:Student ID": "ContactId",
        "tick:Advisor": "StaffId",
        "column:Term": "+",
        "name:Term": "Term of entry",
        "kind:Term": "choice",
        "column:Started": "Start",
        "rest": "-",
    }
    assert form["order:Started"] == "dmy"  # no other order fits them all

    client.post(address(imp, "columns"), form)

    imp.refresh_from_db()
    assert imp.state == State.READY
    assert imp.options["columns"] == {
        "Student ID": "ContactId",
        "First Name": "FirstName",
        "Surname": "LastName",
        "Cell Phone": "MobileNumber",
        "Wire": "WhatsAppMobileNumber",
        "Advisor": "StaffId",
        "Term": "Term of entry",
        "Started": "Start",
        "WhatsApp Opt-In": None,
    }
    assert imp.options["date_orders"] == {"Start": "dmy"}
    assert CustomField.objects.get(name="Term of entry").choices == ["Fall"]
    assert ColumnAnswer.objects.get(header="Term").field_name == "Term of entry"
    assert imp.failed == 0


def test_consent_and_ids_are_never_taken_with_the_others(cast: Cast) -> None:
    imp, client = draft(cast), cast.browser(cast.alice)

    client.post(address(imp, "columns"), as_proposed(client.get(address(imp))))

    imp.refresh_from_db()
    assert imp.state == State.REFUSED
    assert set(asked(client.get(address(imp)).context)) == {
        "Student ID", "Advisor", "Term", "Started", "WhatsApp Opt-In",
    }  # fmt: skip


def test_it_names_the_columns_that_still_wait(cast: Cast) -> None:
    imp, client = draft(cast), cast.browser(cast.alice)
    client.post(address(imp, "columns"), as_proposed(client.get(address(imp))))
    assert said(client, address(imp)) == [
        "Some columns still wait for an answer: Student ID, Advisor, Term, Started, WhatsApp Opt-In."
    ]


def test_a_field_that_cannot_be_added_is_said_and_the_other_answers_stay(cast: Cast) -> None:
    imp, client = draft(cast), cast.browser(cast.alice)
    form = {"column:Surname": "LastName", "column:Term": "+", "name:Term": "FirstName", "kind:Term": "text"}

    client.post(address(imp, "columns"), form)

    imp.refresh_from_db()
    assert imp.options["columns"] == {"Surname": "LastName"}
    assert "FirstName is a system field's name. Choose another." in said(client, address(imp))
    assert not CustomField.objects.exists()


def test_a_wrong_answer_is_seen_and_changed_there_before_and_after_the_preview(cast: Cast) -> None:
    imp, client = (
        draft(cast, HEADER.replace("LastName", "Surname"), "S1,Ana,Lee,716-555-0101,"),
        cast.browser(cast.alice),
    )
    client.post(address(imp, "columns"), {"column:Surname": "LastName"})

    page = client.get(address(imp, "columns"))
    [row] = [row for row in page.context["table"].rows if row.is_asked]
    assert (row.header, row.chosen, row.why) == ("Surname", "LastName", "answer")

    client.post(address(imp, "columns"), {"column:Surname": "-"})
    imp.refresh_from_db()
    assert imp.state == State.REFUSED


def test_continue_without_a_change_leaves_the_draft_as_it_is(cast: Cast) -> None:
    imp, client = (
        draft(cast, HEADER.replace("LastName", "Surname"), "S1,Ana,Lee,716-555-0101,"),
        cast.browser(cast.alice),
    )
    client.post(address(imp, "columns"), {"column:Surname": "LastName"})
    before = Import.objects.get(pk=imp.pk).revision

    client.post(address(imp, "columns"), as_proposed(client.get(address(imp, "columns"))))

    assert Import.objects.get(pk=imp.pk).revision == before


def test_a_form_of_an_older_draft_adds_no_field(cast: Cast) -> None:
    imp, client = draft(cast), cast.browser(cast.alice)
    form = {"column:Term": "+", "name:Term": "Term", "kind:Term": "text", "revision": "0"}
    client.post(address(imp, "columns"), {"column:Surname": "LastName"})

    client.post(address(imp, "columns"), form)

    assert not CustomField.objects.exists()


def test_columns_with_the_same_header_are_asked_about_once(cast: Cast) -> None:
    imp, client = draft(cast, HEADER + ",Notes,Notes", "S1,Ana,Lee,716-555-0101,,a,b"), cast.browser(cast.alice)
    assert [row.above for row in client.get(address(imp)).context["table"].rows][-1] == "F"
    client.post(address(imp, "columns"), {"column:Notes": "-"})
    imp.refresh_from_db()
    assert imp.state == State.READY


def test_it_reads_an_uploaded_file_from_the_header_below_titles_and_says_so(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    data = f"Spring intake,,,,\n\n{ONE}\nS1,Ana,Lee,716-555-0101,\n".encode()
    form = {"blank_mobile": "fail", "file": SimpleUploadedFile("spring.csv", data)}

    client.post(f"/t/{cast.team.slug}/imports/new/", form)

    imp = Import.objects.get()
    page = client.get(address(imp))
    assert (imp.options["header_row"], asked(page.context)) == (3, {"Surname": "LastName"})
    assert "Row 3 is read as the header." in page.content.decode()
    client.post(address(imp, "reading/"), {"header_row": ""})
    assert client.get(address(imp)).context["header_found"].number == 3

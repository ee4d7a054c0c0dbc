"""The history of imports: names and notes, pasted rows by their range, what an undo removed, one bar for the sum."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from muster.contacts.erase import erase
from muster.imports import undo, worker
from muster.imports.models import Import, State
from muster.imports.summary import sum_bar
from tests.cast import Cast
from tests.imports.play import ANA, BO, CY, contact, drafted, imported, sheet
from tests.web.drafts import address

pytestmark = pytest.mark.django_db(databases="__all__")

HISTORY, PASTE = "/t/admissions/imports/", "/t/admissions/imports/paste/"


def listed(cast: Cast) -> list[Any]:
    return list(cast.browser(cast.alice).get(HISTORY).context["imports"])


def test_it_shows_the_name_and_the_note_that_somebody_gave(cast: Cast) -> None:
    imp, browser = imported(cast.team, cast.alice, sheet(ANA)), cast.browser(cast.alice)
    said = {"title": " Autumn intake ", "note": "From the registrar, asked for by Bob"}
    assert browser.post(f"{address(imp)}name", said).headers["Location"] == address(imp)
    assert [each.name for each in listed(cast)] == ["Autumn intake"]
    for page in (HISTORY, address(imp)):
        assert "From the registrar, asked for by Bob" in browser.get(page).content.decode()


def test_a_blank_name_is_that_of_the_file(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    cast.browser(cast.alice).post(f"{address(imp)}name", {"title": " \0 ", "note": ""})
    assert [each.name for each in listed(cast)] == ["contacts.csv"]


def test_names_and_notes_are_no_longer_than_they_may_be(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    cast.browser(cast.alice).post(f"{address(imp)}name", {"title": "x" * 200, "note": "y" * 900})
    imp.refresh_from_db()
    assert (len(imp.title), len(imp.note)) == (100, 500)


def test_erasing_somebody_covers_them_in_names_and_notes(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BO))
    Import.objects.filter(pk=imp.pk).update(title="Rows S1 to S2", note="Ana Núñez, +1 716 555 1234, and others")
    erase(contact(cast.team, "S1"), cast.alice)
    imp.refresh_from_db()
    for part in ("S1", "Núñez", "1234"):
        assert part not in imp.title + imp.note


@pytest.mark.parametrize(
    ("rows", "name"), [((ANA, BO, CY), "Pasted rows S1 to S3"), ((BO,), "Pasted rows S2")], ids=["several", "one"]
)
def test_pasted_rows_are_called_by_the_range_of_their_first_column(
    cast: Cast, rows: tuple[str, ...], name: str
) -> None:
    form = {"text": sheet(*rows).decode(), "blank_mobile": "infer", "preview": "yes"}
    cast.browser(cast.alice).post(PASTE, form)
    assert [each.name for each in listed(cast)] == [name]


def test_an_undo_tells_what_it_removed_and_restored(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    imp = imported(cast.team, cast.alice, sheet(ANA.replace("Ana", "Anna"), BO, CY), blank_mobile="infer")
    worker.run_now(undo.undo(imp, cast.alice))
    first = listed(cast)[0]
    assert (first.removed, first.imp.updated, first.bar) == (2, 1, [])
    page = cast.browser(cast.alice).get(HISTORY).content.decode()
    assert "2 contacts removed" in page
    assert "1 contact restored" in page


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7\n\x00\x01", b"PK\x03\x04....xl/workbook.xml"], ids=["empty", "no text", "damaged"]
)
def test_a_file_that_cannot_be_read_is_no_row(cast: Cast, data: bytes) -> None:
    imp = drafted(cast.team, cast.alice, data)
    assert imp.state == State.REFUSED
    assert listed(cast) == []
    client = cast.browser(cast.alice)
    imported(cast.team, cast.alice, sheet(ANA))
    assert client.get("/t/admissions/").context["waiting"] == []
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        assert "Draft" not in client.get("/notices/").content.decode()
    assert "can't be imported yet" in cast.browser(cast.alice).get(address(imp)).content.decode()


def test_a_file_whose_columns_wait_for_an_answer_is_a_row(cast: Cast) -> None:
    drafted(cast.team, cast.alice, sheet(ANA).replace(b"LastName", b"Surname?"))
    assert [each.status for each in listed(cast)] == ["Draft, needs an answer"]


def test_the_bar_is_the_sum_of_the_rows_in_the_order_in_which_they_are_told() -> None:
    parts = sum_bar({"created": 5, "updated": 1, "to_confirm": 2, "unchanged": 0, "failed": 2})
    assert [(each.series, each.x, each.width) for each in parts] == [
        ("created", "0.00", "50.00"),
        ("updated", "50.00", "10.00"),
        ("to-confirm", "60.00", "20.00"),
        ("unchanged", "80.00", "0.00"),
        ("failed", "80.00", "20.00"),
    ]


def test_the_sum_is_a_bar_on_review_confirm_result_and_history(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(f"{ANA},yes", header=f"{HEADER_OUT}"))
    draft = drafted(cast.team, cast.alice, sheet(f"{ANA},", f"{BO},", ",,,,,", header=HEADER_OUT))
    done = imported(cast.team, cast.alice, sheet(CY), blank_mobile="infer")
    browser = cast.browser(cast.alice)
    for page in (address(draft), f"{address(draft)}confirm/", address(done), HISTORY):
        assert 'class="sum-bar"' in browser.get(page).content.decode(), page
    review = browser.get(address(draft)).context["sum_bar"]
    assert [each.series for each in review if float(each.width)] == ["created", "to-confirm"]
    assert browser.get(f"{address(draft)}confirm/").context["to_confirm"] == 1
    assert [each["series"] for each in browser.get(f"{address(draft)}grid/").json()["bar"]][2] == "to-confirm"


HEADER_OUT = "ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,WhatsAppOptedOut"


def test_columns_say_which_way_consent_goes(cast: Cast) -> None:
    draft = drafted(cast.team, cast.alice, sheet(f"{ANA},yes", header=HEADER_OUT))
    page = cast.browser(cast.alice).get(f"{address(draft)}columns").content.decode()
    assert '<bdi>WhatsAppOptedOut</bdi> <span class="muted">yes means opted out</span>' in page


def test_review_leads_to_the_one_table_of_columns(cast: Cast) -> None:
    draft = drafted(cast.team, cast.alice, sheet(f"{ANA},x", header=f"{HEADER_OUT[:-16]}Shoe"), columns={"Shoe": None})
    page = cast.browser(cast.alice).get(address(draft)).content.decode()
    assert f'6 columns, 1 not imported. <a href="{address(draft)}columns">' in page
    assert 'name="column:' not in page

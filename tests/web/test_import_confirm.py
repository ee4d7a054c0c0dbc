"""Confirm with what applies and only that; stopping; progress; undoing."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from muster.contacts.models import Contact
from muster.imports import worker
from muster.imports.models import Import, State
from tests.cast import Cast
from tests.imports.play import ANA, BO, HEADER, drafted, imported, sheet
from tests.web.drafts import address, messy

pytestmark = pytest.mark.django_db(databases="__all__")


def finish(imp: Import) -> None:
    """What the worker does with it."""
    worker.run_now(Import.objects.get(pk=imp.pk))


def test_it_tells_nothing_scary_when_nothing_is_risky(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BO))
    told = cast.browser(cast.alice).get(address(imp, "confirm/")).context["told"]
    assert (told.ready, told.created, told.left_out, told.is_quiet) == (2, 2, 0, True)


def test_it_says_that_all_is_up_to_date_where_nothing_would_change(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA, BO))
    page = cast.browser(cast.alice).get(address(drafted(cast.team, cast.alice, sheet(ANA, BO)), "confirm/"))
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", page.content.decode(), re.DOTALL)
    assert heading
    assert heading[1].strip() == "Already up to date"
    assert "Import 2 contacts" not in page.content.decode()
    review = cast.browser(cast.alice).get(address(drafted(cast.team, cast.alice, sheet(ANA, BO)))).content.decode()
    assert "Import 2 contacts" not in review
    assert "Finish without a change" in review


def test_it_tells_every_consequence_that_applies(cast: Cast) -> None:
    told = cast.browser(cast.alice).get(address(messy(cast), "confirm/")).context["told"]
    assert (told.ready, told.created, told.updated, told.left_out) == (3, 2, 1, 4)
    assert (told.inferred, told.inferred_can_text, told.inferred_cannot_text) == (1, 0, 1)
    assert [(each.name, each.contact_id, each.channels) for each in told.opted_back_in] == [
        ("Anna Núñez", "S1", ["WhatsApp"])
    ]
    assert (told.numbers_changed, told.staff_cleared, told.values_cleared) == (0, 0, {})


def test_it_tells_of_numbers_assignments_and_values(cast: Cast) -> None:
    imported(cast.team, cast.alice, f"{HEADER},StaffId\n{ANA},T01".encode())
    data = sheet(ANA.replace("1234", "9876"))
    client = cast.browser(cast.alice)
    kept = client.get(address(drafted(cast.team, cast.alice, data), "confirm/")).context["told"]
    assert (kept.numbers_kept, kept.numbers_changed, kept.staff_cleared, kept.staff_is_absent) == (1, 0, 1, True)
    changed = drafted(cast.team, cast.alice, data, allow_mobile_updates=True)
    assert client.get(address(changed, "confirm/")).context["told"].numbers_changed == 1


def test_it_imports_once_however_often_it_is_confirmed(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    client = cast.browser(cast.alice)
    for _ in range(2):
        answer = client.post(address(imp, "confirm/"))
        assert answer.headers["Location"] == address(imp)
    finish(imp)
    client.post(address(imp, "confirm/"))
    imp.refresh_from_db()
    assert (imp.state, Contact.objects.count()) == (State.DONE, 1)


def test_it_wants_permission_before_it_opts_somebody_in(cast: Cast) -> None:
    imp = messy(cast)
    client = cast.browser(cast.alice)
    assert client.post(address(imp, "confirm/"), {"opt_back_in": "file"}).status_code == 422
    imp.refresh_from_db()
    assert imp.state == State.READY
    client.post(address(imp, "confirm/"), {"opt_back_in": "file", "permission": "yes"})
    finish(imp)
    assert not Contact.objects.get(contact_id="S1").whatsapp_out


def test_it_keeps_their_current_choice_when_asked(cast: Cast) -> None:
    imp = messy(cast)
    cast.browser(cast.alice).post(address(imp, "confirm/"), {"opt_back_in": "keep"})
    imp.refresh_from_db()
    assert imp.state == State.WAITING
    worker.run_now(imp)
    assert Contact.objects.get(contact_id="S1").whatsapp_out


def test_it_does_not_import_nothing(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet("S1,,,,"))
    answer = cast.browser(cast.alice).post(address(imp, "confirm/"))
    assert answer.status_code == 200
    imp.refresh_from_db()
    assert imp.state == State.READY


@pytest.mark.parametrize("state", [State.READY, State.REFUSED, State.WAITING])
def test_it_stops_what_has_not_begun(cast: Cast, state: State) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=imp.pk).update(state=state)
    assert cast.browser(cast.alice).post(address(imp, "cancel")).headers["Location"] == "/t/admissions/imports/"
    imp.refresh_from_db()
    assert imp.state == State.CANCELLED


@pytest.mark.parametrize("state", [State.IMPORTING, State.DONE, State.CANCELLED])
def test_it_does_not_stop_what_has_begun(cast: Cast, state: State) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=imp.pk).update(state=state)
    assert cast.browser(cast.alice).post(address(imp, "cancel")).headers["Location"] == address(imp)
    imp.refresh_from_db()
    assert imp.state == state


@pytest.mark.parametrize("state", [State.CHECKING, State.WAITING, State.IMPORTING])
def test_it_shows_how_far_an_import_is(cast: Cast, state: State) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=imp.pk).update(state=state)
    client = cast.browser(cast.alice)
    answer = client.get(address(imp))
    assert "http-equiv" in answer.content.decode()
    told = client.get(address(imp, "progress")).json()
    assert (told["state"], set(told)) == (state, {"state", "text", "done", "of"})


def test_it_tries_a_failed_import_again(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=imp.pk).update(state=State.FAILED, finished_at=timezone.now())
    client = cast.browser(cast.alice)
    assert "Try again" in client.get(address(imp)).content.decode()
    client.post(address(imp, "confirm/"))
    imp.refresh_from_db()
    assert imp.state == State.WAITING


def test_it_shows_what_undoing_would_do_and_does_it(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BO))
    client = cast.browser(cast.alice)
    assert client.get(address(imp, "undo/")).context["told"].removed == 2
    assert Contact.objects.count() == 2
    answer = client.post(address(imp, "undo/"))
    made = Import.objects.get(undoes=imp)
    assert answer.headers["Location"] == address(made)
    worker.run_now(made)
    assert Contact.objects.count() == 0
    for each in (imp, made):
        assert client.get(address(each)).status_code == 200


def test_it_does_not_undo_what_is_old_or_not_done(cast: Cast) -> None:
    client = cast.browser(cast.alice)
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    assert client.get(address(imp, "undo/")).status_code == 302
    done = imported(cast.team, cast.alice, sheet(BO))
    Import.objects.filter(pk=done.pk).update(finished_at=timezone.now() - timedelta(days=60))
    assert client.get(address(done, "undo/")).status_code == 302
    assert client.post(address(done, "undo/")).status_code == 302
    assert not Import.objects.filter(method="undo").exists()

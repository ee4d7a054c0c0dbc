"""Beside imports, workers black erased people out of past imports, and look at what large undos would do."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from muster.contacts.erase import erase
from muster.contacts.models import Contact, Erasure, Tombstone
from muster.core.fields import Options
from muster.imports import erasure, run, undo, worker
from muster.imports.models import Content, Import, State, UndoLook
from muster.imports.process import aside, undo_looks
from muster.imports.store import blobs, packed_rows
from muster.settings import settings
from muster.teams import tokens
from muster.teams.models import AuditEntry
from tests.cast import Cast
from tests.imports.play import ANA, BO, contact, drafted, imported, sheet
from tests.imports.processes import WorkerProcess, wait_for, workers
from tests.imports.test_redact import WORDS, ZED, everything_kept
from tests.real.ports import wait_until

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def left_to_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No page waits for a past import."""
    monkeypatch.setattr(erasure, "SECONDS_AT_ONCE", -1.0)


@pytest.fixture
def no_undo_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "undo_rows", 0)


def named(imports: list[Import]) -> list[bool]:
    """Whether each still names the person."""
    return [any(word in everything_kept(imp) for word in WORDS) for imp in imports]


def test_it_leaves_past_imports_to_a_worker_where_there_are_many(cast: Cast, left_to_workers: None) -> None:
    imports = [imported(cast.team, cast.alice, sheet(ZED)) for _ in range(3)]

    erase(contact(cast.team, "Z9"), cast.alice)

    assert not Contact.objects.filter(contact_id="Z9").exists()
    assert named(imports) == [True, True, True]
    page = cast.browser(cast.alice).get("/t/admissions/imports/").content.decode()
    assert "0 of 3 so far" in page
    assert aside.work_off() == 1
    assert named(imports) == [False, False, False]
    assert not Erasure.objects.exists()
    assert AuditEntry.objects.get(action="erasure-ended").details == {"imports": 3}
    assert "so far" not in cast.browser(cast.alice).get("/t/admissions/imports/").content.decode()


def test_it_goes_on_where_it_was_stopped(cast: Cast, left_to_workers: None) -> None:
    imports = [imported(cast.team, cast.alice, sheet(ZED)) for _ in range(4)]
    erase(contact(cast.team, "Z9"), cast.alice)
    job = Erasure.objects.get()
    Erasure.objects.filter(pk=job.pk).update(
        done=2, of=4, past_at=imports[1].created_at, past_id=imports[1].pk, lease_until=timezone.now() - timedelta(1)
    )

    aside.work_off()

    assert named(imports) == [True, True, False, False], "the first two were behind it"


def test_it_does_one_person_of_a_team_after_the_other(cast: Cast, left_to_workers: None) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BO))
    for key in ("S1", "S2"):
        erase(contact(cast.team, key), cast.alice)
    first, second = Erasure.objects.order_by("id")

    assert not erasure._claim(second)
    assert erasure._claim(first)
    assert aside.work_off() == 0, "the first has a worker, and the second waits for it"
    assert erasure.look_through(first)
    assert aside.work_off() == 1
    assert [each.contact_id for each in packed_rows.unpack(imp)[1]] == [None, None]


def test_an_erasure_that_another_has_taken_over_writes_nothing(cast: Cast, left_to_workers: None) -> None:
    imp = imported(cast.team, cast.alice, sheet(ZED))
    erase(contact(cast.team, "Z9"), cast.alice)
    slow = Erasure.objects.get()
    assert erasure._claim(slow)
    Erasure.objects.update(fence=9)

    assert not erasure.look_through(slow)
    assert named([imp]) == [True]


def test_it_tries_again_what_it_could_not_read(cast: Cast, left_to_workers: None) -> None:
    broken, whole = (imported(cast.team, cast.alice, sheet(ZED)) for _ in range(2))
    piece = Content.objects.get(of=broken, part=blobs.ROWS)
    Content.objects.filter(pk=piece.pk).update(data=b"not packed")
    erase(contact(cast.team, "Z9"), cast.alice)

    assert aside.work_off() == 0
    assert named([whole]) == [False]
    put_off = Erasure.objects.filter(lease_until__gt=timezone.now() + timedelta(minutes=50))
    assert put_off.exists()
    Content.objects.filter(pk=piece.pk).update(data=piece.data)
    Erasure.objects.update(lease_until=None)
    assert aside.work_off() == 1
    assert named([broken, whole]) == [False, False]


def claimed(imp: Import) -> Import:
    found = worker.claim("mine", only=imp)
    assert found
    return found


def test_an_import_that_fails_after_an_erasure_keeps_nothing(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ZED))
    calm = imported(cast.other_team, cast.charlie, sheet(ZED))
    draft = drafted(cast.team, cast.alice, sheet(ZED, "S9,Zed,Quill,no number,"))
    erase(contact(cast.team, "Z9"), cast.alice)
    worker._fail(claimed(run.confirm(draft, cast.alice)))

    draft.refresh_from_db()
    assert draft.state == State.FAILED
    assert draft.original_removed_at
    assert named([draft, calm]) == [False, True]
    assert Tombstone.objects.count() == 1


def test_an_import_that_fails_with_nobody_erased_can_be_tried_again(cast: Cast) -> None:
    draft = run.confirm(drafted(cast.team, cast.alice, sheet(ANA)), cast.alice)
    worker._fail(claimed(draft))

    assert blobs.is_kept(draft, Content.Part.ORIGINAL)


def undo_page(cast: Cast, imp: Import, **posted: str) -> Any:
    browser, address = cast.browser(cast.alice), f"/t/admissions/imports/{imp.pk}/undo/"
    return browser.post(address, posted) if posted else browser.get(address)


def test_what_a_large_undo_would_do_is_worked_out_by_a_worker(cast: Cast, no_undo_is_quick: None) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BO))

    assert "is worked out first" in undo_page(cast, imp).content.decode()
    assert not UndoLook.objects.exists(), "a page that is only looked at asks nobody for work"
    assert undo_page(cast, imp, look="1").status_code == 302
    waiting = undo_page(cast, imp)
    assert "Waiting for its turn" in waiting.content.decode()
    assert "remove 2 contacts" not in waiting.content.decode()
    aside.work_off()
    shown = undo_page(cast, imp).content.decode()
    assert "2 will be removed" in shown
    assert "Contacts have changed since" not in shown
    told = cast.browser(cast.alice).get(f"/t/admissions/imports/{imp.pk}/undo/", headers={"Accept": "application/json"})
    assert told.json()["state"] == "ready"


def test_it_says_that_contacts_have_changed_since(cast: Cast, no_undo_is_quick: None) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA, BO))
    undo_looks.ask(imp)
    aside.work_off()
    imported(cast.team, cast.alice, sheet("S1,Anna,Núñez,+1 716 555 1234,"))

    assert "Contacts have changed since" in undo_page(cast, imp).content.decode()
    undo_page(cast, imp, look="1")
    aside.work_off()
    again = undo_page(cast, imp).content.decode()
    assert "1 will be removed" in again
    assert "Contacts have changed since" not in again


def test_it_forgets_what_is_old(cast: Cast, no_undo_is_quick: None) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    undo_looks.ask(imp)
    aside.work_off()
    UndoLook.objects.update(told_at=timezone.now() - undo_looks.SHOWN_FOR)

    assert undo_looks.preview(imp).plan is None
    undo_looks.ask(imp)
    assert undo_looks.preview(imp).is_asked


def test_an_undo_is_made_without_waiting_for_its_preview(cast: Cast, no_undo_is_quick: None) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    undo_looks.ask(imp)
    worker.run_now(undo.undo(imp, cast.alice))
    assert aside.work_off() == 0
    assert not UndoLook.objects.exists()


def test_the_api_says_how_far_a_large_preview_is(cast: Cast, no_undo_is_quick: None) -> None:
    imp = imported(cast.team, cast.alice, sheet(ANA))
    headers = {"Authorization": f"Bearer {tokens.make(cast.alice, 'test')[1]}"}
    address = f"/api/v1/teams/admissions/imports/{imp.pk}/undo?dry_run=true"

    waiting = Client().post(address, headers=headers)
    assert (waiting.status_code, waiting.json()["state"]) == (202, "looking")
    aside.work_off()
    told = Client().post(address, headers=headers)
    assert (told.status_code, told.json()["removed"]) == (200, 1)


def large(cast: Cast, rows: int) -> Import:
    lines = [f"S{number},Ana,Quill,+1 716 {200 + number // 10_000} {number % 10_000:04d}," for number in range(rows)]
    data = sheet(*lines)
    imp = run.receive(cast.team, cast.alice, method="api", filename="a.csv", data=data, options=Options(), confirm=True)
    return worker.run_now(imp)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_killed_worker_leaves_an_erasure_to_another(cast: Cast, left_to_workers: None) -> None:
    imports = [large(cast, 20_000) for _ in range(8)]
    erase(contact(cast.team, "S7"), cast.alice)

    with workers(1) as running:
        wait_until(lambda: Erasure.objects.get().done >= 2, seconds=60, what=lambda: "it does not begin")
        running[0].kill()
        done = Erasure.objects.get().done
        assert 2 <= done < 8
        running[0] = WorkerProcess()
        wait_until(lambda: not Erasure.objects.exists(), seconds=90, what=lambda: "nobody goes on with it")

    kept = [(next(row for row in packed_rows.unpack(imp)[1] if row.row == 9)) for imp in imports]
    assert [row.contact_id for row in kept] == [None] * 8
    assert json.dumps([imp.summary for imp in Import.objects.all()]).count('"S7"') == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_no_import_waits_for_an_erasure(cast: Cast, left_to_workers: None) -> None:
    for _ in range(6):
        large(cast, 20_000)
    erase(contact(cast.team, "S7"), cast.alice)
    with workers(1):
        wait_until(lambda: Erasure.objects.get().done >= 1, seconds=60, what=lambda: "it does not begin")
        began = time.monotonic()
        received = run.receive(
            cast.other_team,
            cast.charlie,
            method="api",
            filename="b.csv",
            data=sheet(BO),
            options=Options(),
            confirm=True,
        )
        wait_for(received, State.DONE)
        took = time.monotonic() - began
        assert Erasure.objects.exists(), "it was still under way"
    assert took < 10

"""One look at a draft agrees with itself, is what the draft and the contacts are now, and follows edits quickly."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cachetools import LRUCache
from django.db import connections
from django.test.utils import CaptureQueriesContext

from muster.contacts import custom_fields, edit, erase
from muster.contacts.consent.channels import set_consent
from muster.core.fields import Options
from muster.core.verdicts import OUTCOMES
from muster.imports import run, worker, workspace
from muster.imports.draft import edits
from muster.imports.draft.draft import Draft
from muster.imports.draft.row_lists import find
from muster.imports.filters import CHIPS, Counts, Filter, RowList
from muster.imports.models import Import, State
from muster.settings import settings
from muster.teams import members
from tests.cast import Cast
from tests.imports.meanwhile import just_before
from tests.imports.play import ANA, BO, HEADER, contact, drafted, imported, sheet, totals

pytestmark = pytest.mark.django_db(databases="__all__")

BAD = "S3,Cy,Li,4.41E+11,"


def fresh(imp: Import) -> Import:
    return Import.objects.select_related("team").get(pk=imp.pk)


def outcomes(imp: Import) -> list[str]:
    return [each.outcome for each in workspace.look(fresh(imp)).verdicts]


def test_a_second_look_is_the_first_one(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))

    assert workspace.look(fresh(imp)) is workspace.look(fresh(imp))


def test_a_second_look_asks_the_database_once(cast: Cast) -> None:
    imp = fresh(drafted(cast.team, cast.alice, sheet(ANA)))

    with CaptureQueriesContext(connections["default"]) as asked:
        workspace.look(imp)

    assert len(asked) == 1


def test_an_edit_is_followed_and_not_planned_anew(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BO, BAD))
    before = workspace.look(fresh(imp))

    edits.edit(imp, cast.alice, [(4, "MobileNumber", "+1 716 555 3456")])
    after = workspace.look(fresh(imp))

    assert [one is other for one, other in zip(before.verdicts, after.verdicts, strict=True)] == [True, True, False]
    assert after.verdicts == anew(imp).verdicts


def anew(imp: Import) -> workspace.Look:
    """What a process that has never seen the draft says of it."""
    workspace._kept.clear()
    return workspace.look(fresh(imp))


def test_whatever_is_edited_it_agrees_with_a_process_that_has_just_begun(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(BO))
    imp = drafted(cast.team, cast.alice, sheet(ANA, BO, BAD, "S4,Di,Lee,+1 716 555 1234,"))
    steps: list[Callable[[], object]] = [
        lambda: edits.edit(imp, cast.alice, [(2, "MobileNumber", "")]),
        lambda: edits.edit(imp, cast.alice, [(3, "FirstName", "Beau"), (4, "MobileNumber", "")], [(5, True)]),
        lambda: edits.undo(imp),
        lambda: edits.redo(imp),
        lambda: edits.undo(imp),
        lambda: edits.edit(imp, cast.alice, leave_out=[(2, True)]),
        lambda: run.revise(fresh(imp), cast.alice, Options(blank_mobile="infer")),
    ]
    for step in steps:
        step()
        followed = workspace.look(fresh(imp))
        made = anew(imp)
        assert (followed.rows, followed.verdicts) == (made.rows, made.verdicts)
        assert (followed.counts.chips(), followed.counts.outcomes()) == (made.counts.chips(), made.counts.outcomes())
        assert (followed.revision, followed.version) == (made.revision, made.version)


def test_a_look_knows_its_revision_also_after_undo_and_redo(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    edits.edit(imp, cast.alice, [(2, "FirstName", "B")])
    workspace.look(fresh(imp))
    edits.undo(imp)
    edits.redo(imp)

    assert workspace.look(fresh(imp)).revision == fresh(imp).revision == 3


def test_an_older_request_is_brought_up_to_what_is_true(cast: Cast) -> None:
    """Rows and verdicts of one page are of one revision, whoever edited since the request began."""
    imp = drafted(cast.team, cast.alice, sheet(ANA, BAD))
    early = fresh(imp)
    edits.edit(imp, cast.alice, [(3, "MobileNumber", "+1 716 555 3456")])

    found = Draft.of(early)

    assert (early.revision, found.look.revision) == (1, 1)
    assert found.rows[1].cells[3] == "+1 716 555 3456"
    assert [each.outcome for each in found.verdicts] == ["created", "created"]


def test_a_look_in_hand_does_not_change(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BAD))
    held = Draft.of(fresh(imp))
    listed = find(held, Filter("problems"), None)
    edits.edit(imp, cast.alice, [(3, "MobileNumber", "+1 716 555 3456")])
    newer = Draft.of(fresh(imp))

    assert [each.outcome for each in held.verdicts] == ["created", "failed"]
    assert (held.look.revision, held.rows[1].cells[3]) == (0, "4.41E+11")
    assert (held.look.counts.chips()["problems"], newer.look.counts.chips()["problems"]) == (1, 0)
    assert find(newer, Filter("problems"), listed.revision).gone == {1}
    assert find(held, Filter("problems"), listed.revision).gone == set()


NEW = {"contact_id": "S1", "first_name": "A", "last_name": "B", "mobile_number": "+17165551234"}
CHANGES: dict[str, Callable[[Cast], Any]] = {
    "a contact by hand": lambda cast: edit.add(
        cast.team,
        cast.alice,
        {"contact_id": "S1", "first_name": "A", "last_name": "B", "mobile_number": "+17165551234"},
    ),
    "another import": lambda cast: imported(cast.team, cast.alice, sheet(ANA)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_it_looks_again_after(cast: Cast, what: str) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    assert outcomes(imp) == ["created"]

    CHANGES[what](cast)

    assert outcomes(imp) != ["created"]


def test_it_plans_again_after_a_change_of_options_that_reads_no_cell_anew(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ANA))
    imp = drafted(cast.team, cast.alice, sheet("S1,Ana,Núñez,+1 716 555 9999,"))
    assert outcomes(imp) == ["unchanged"]  # the number is kept

    run.revise(imp, cast.alice, Options(allow_mobile_updates=True), imp.revision)

    assert outcomes(imp) == ["updated"]


def test_it_looks_again_after_an_erasure(cast: Cast) -> None:
    """A preview made before an erasure neither shows who was erased, nor makes them anew."""
    imported(cast.team, cast.alice, sheet(ANA))
    imp = drafted(cast.team, cast.alice, sheet(ANA.replace("Ana", "Anna")))
    assert workspace.look(imp).verdicts[0].before == {"first_name": "Ana"}

    erase.erase(contact(cast.team, "S1"), cast.alice)

    [verdict] = workspace.look(fresh(imp)).verdicts
    assert (verdict.outcome, verdict.before) == ("failed", None)
    assert [problem.code for problem in verdict.problems] == ["contact-erased"]
    assert run.summed_up(fresh(imp)).summary["problem_counts"] == {"contact-erased": 1}


def test_it_looks_again_after_a_stop(cast: Cast) -> None:
    header = f"{HEADER},WhatsAppOptedOut"
    imported(cast.team, cast.alice, sheet(f"{BO},", header=header))
    imp = drafted(cast.team, cast.alice, sheet(f"{BO},no", header=header))
    assert workspace.look(imp).verdicts[0].notes == ()

    set_consent(contact(cast.team, "S2"), channel="whatsapp", opted_out=True, source="contact", by=None)

    assert "opt-out-kept" in {note.code for note in workspace.look(fresh(imp)).verdicts[0].notes}


def test_it_looks_again_after_a_change_of_members_and_fields_and_settings(cast: Cast) -> None:
    data = f"{HEADER},StaffId\n{ANA},T01\n{BO},007".encode()
    imp = drafted(cast.team, cast.alice, data)
    assert outcomes(imp) == ["created", "created"]

    members.change_staff_id(cast.membership(cast.bob), cast.alice, "008")
    assert outcomes(imp) == ["created", "failed"]

    members.remove_user(cast.membership(cast.bob), cast.alice)
    members.update_team(cast.team, cast.alice, strict_numbers=True)
    assert workspace.look(fresh(imp)).reading.schema.strict_numbers

    custom_fields.add(cast.team, cast.alice, name="Term", required=True)
    assert run.settle(fresh(imp)).state == State.REFUSED


def test_a_summary_is_kept_only_for_the_revision_it_is_of(cast: Cast) -> None:
    """Somebody edits while the file is looked at: what was seen is not what the draft comes to now."""
    imp = drafted(cast.team, cast.alice, sheet(ANA, BAD))

    def fix() -> None:
        edits.edit(fresh(imp), cast.alice, [(3, "MobileNumber", "+1 716 555 3456")])

    with just_before('UPDATE "imports_import" SET "looked"', fix):
        settled = run.settle(fresh(imp))

    assert (totals(settled), settled.looked, settled.revision) == ((2, 0, 0, 0), 0, 1)
    assert run.summed_up(settled).summary["problem_counts"] == {}


def test_counts_are_kept_only_for_the_revision_they_are_of(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BAD, BO))
    slow = fresh(imp)
    run.touch(slow)

    def leave_out() -> None:
        edits.edit(fresh(imp), cast.alice, leave_out=[(2, True), (4, True)])

    with just_before('UPDATE "imports_import" SET "created"', leave_out):
        run.recount(slow)

    assert totals(fresh(imp)) == (0, 0, 0, 3)


def test_the_version_of_a_look_is_no_later_than_what_it_knows(cast: Cast) -> None:
    """A contact comes in while the plan is made: the next look is a new one."""
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    workspace._kept.clear()

    with just_before("SELECT c.", lambda: edit.add(cast.team, cast.alice, NEW)):
        first = workspace.look(fresh(imp))

    assert first.version < workspace.look(fresh(imp)).version
    assert outcomes(imp) == ["updated"]


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_every_look_agrees_with_itself_while_many_edit(cast: Cast) -> None:
    """Rows, verdicts, counts and revision of each look belong together, in every thread."""
    imp = drafted(cast.team, cast.alice, sheet(*(f"S{n},Ana,Li,4.41E+11," for n in range(40))))
    good = "+1 716 555 %04d"

    def edit_rows(start: int) -> None:
        for row in range(start, 42, 4):
            edits.edit(fresh(imp), cast.alice, [(row, "MobileNumber", good % row)])
        connections.close_all()

    def look() -> list[tuple[int, int, int, int]]:
        seen = []
        for _ in range(60):
            found = Draft.of(fresh(imp))
            fixed = sum(row.cells[3].startswith("+1") for row in found.rows)
            created = sum(each.outcome == "created" for each in found.verdicts)
            seen.append((found.look.revision, fixed, created, found.look.counts.outcomes()["created"]))
        connections.close_all()
        return seen

    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(edit_rows, start) for start in range(2, 6)]
        readers = [pool.submit(look) for _ in range(2)]
        for each in writers:
            each.result()
        seen = [one for each in readers for one in each.result()]

    assert all(revision == fixed == created == counted for revision, fixed, created, counted in seen)
    assert totals(fresh(imp)) == (40, 0, 0, 0)


def test_counts_follow_as_if_counted_anew(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BO, BAD))
    before = workspace.look(fresh(imp)).verdicts
    edits.edit(imp, cast.alice, [(4, "MobileNumber", ""), (2, "LastName", "")], [(3, True)])
    after = workspace.look(fresh(imp)).verdicts

    followed, made = Counts.of(before).followed(zip(before, after, strict=True)), Counts.of(after)

    assert followed.chips() == made.chips()
    assert followed.outcomes() == made.outcomes()
    assert set(followed.chips()) == set(CHIPS)
    assert set(followed.outcomes()) == set(OUTCOMES)
    assert [followed.problems_in(name) for name in ("LastName", "MobileNumber")] == [
        1,
        made.problems_in("MobileNumber"),
    ]


def test_a_list_follows_edits_there_and_back(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BAD, BO))
    old = workspace.look(fresh(imp)).verdicts
    edits.edit(imp, cast.alice, [(2, "LastName", ""), (3, "MobileNumber", "+1 716 555 3456")])
    new = workspace.look(fresh(imp)).verdicts
    pressed = RowList(Filter("problems"), 0, [1], old)

    followed = pressed.followed(new, [0, 1])

    assert [sorted(followed.gone), sorted(followed.joined)] == [[1], [0]]
    back = followed.followed(old, [0, 1])
    assert [*back.gone, *back.joined] == []


def is_at_hand(imp: Import) -> bool:
    return imp.pk in workspace._kept and workspace._kept[imp.pk].last is not None


def test_it_keeps_no_more_than_it_may(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "_kept", LRUCache(30, getsizeof=lambda space: space.cells))
    monkeypatch.setattr(workspace, "MOST_CELLS_KEPT", 30)
    drafts = [drafted(cast.team, cast.alice, sheet(ANA, BO)) for _ in range(4)]
    assert [is_at_hand(each) for each in drafts] == [False, True, True, True]

    large = drafted(cast.team, cast.alice, sheet(*[BO] * 7))
    assert not is_at_hand(large)
    assert outcomes(large) == ["created"] + ["unchanged"] * 6


def test_it_lets_go_of_an_import_that_is_over(cast: Cast) -> None:
    confirmed, cancelled = (drafted(cast.team, cast.alice, sheet(ANA)) for _ in range(2))

    worker.run_now(run.confirm(confirmed, cast.alice))
    run.cancel(cancelled, cast.alice)

    assert not is_at_hand(confirmed)
    assert not is_at_hand(cancelled)


def test_an_edit_of_a_large_draft_is_looked_at_by_the_worker(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA, BAD))
    monkeypatch.setattr(settings(), "max_file_bytes", 1)
    run.look_anew(imp)
    assert worker.one_round("me")

    edits.edit(fresh(imp), cast.alice, [(3, "MobileNumber", "+1 716 555 3456")])
    assert fresh(imp).state == State.CHECKING
    assert worker.one_round("me")
    assert (fresh(imp).state, totals(fresh(imp))) == (State.READY, (2, 0, 0, 0))

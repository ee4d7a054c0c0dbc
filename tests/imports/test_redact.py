"""When a person is erased, past imports no longer hold them, and everything else stays."""

import zlib

import pytest

from muster.contacts.erase import erase
from muster.contacts.models import Contact
from muster.core.fields import Options
from muster.imports import row_results, run, worker, workspace
from muster.imports.draft import edits
from muster.imports.models import Content, Import, WrongState
from muster.imports.store import blobs, packed_rows
from muster.teams.models import AuditEntry, Team, User
from tests.cast import Cast
from tests.imports.play import HEADER, contact, drafted, imported, sheet, totals

pytestmark = pytest.mark.django_db(databases="__all__")

ZED = "Z9,Zedekiah,Quill,+1 716 555 1234,+44 1753 495000"
BAD = "Z9,Zedekiah,Quill,no number,"
SAME_NUMBER = "S7,Sam,Hill,(716) 555-1234,"
ADA = "S1,Ada,Obi,716-555-0101,"
BO = "S2,Bo,Kay,716-555-0102,"
WORDS = ("Z9", "Zedekiah", "Quill", "7165551234", "555-1234", "495000")


def everything_kept(imp: Import) -> str:
    """All that the database holds of an import's outcome and file, as text."""
    imp.refresh_from_db()
    packed = b"".join(blobs.pieces(imp, blobs.ROWS))
    kept = zlib.decompress(packed).decode() if packed else ""
    original = b"".join(blobs.pieces(imp, blobs.ORIGINAL)).decode()
    return f"{kept}{imp.summary}{original}"


def erased(cast: Cast) -> None:
    erase(contact(cast.team, "Z9"), cast.alice)


def test_it_blacks_out_every_trace_of_the_person(cast: Cast) -> None:
    imports = [
        imported(cast.team, cast.alice, sheet(*lines))
        for lines in ((ZED, ADA), (BAD, ADA), (SAME_NUMBER, ADA), (ZED, BO))
    ]
    before = [totals(imp) for imp in imports]

    erased(cast)

    for imp in imports:
        kept = everything_kept(imp)
        assert [word for word in WORDS if word in kept] == []
    assert [totals(imp) for imp in imports] == before


def test_it_leaves_the_other_rows_and_files_as_they_are(cast: Cast) -> None:
    theirs = imported(cast.team, cast.alice, sheet(ADA, BO, "S5,No,Number,12,"))
    both = imported(cast.team, cast.alice, sheet(ZED, "S6,Other,Person,13,"))
    before = everything_kept(theirs)

    erased(cast)

    assert everything_kept(theirs) == before
    assert not blobs.is_kept(both, Content.Part.ORIGINAL)
    both.refresh_from_db()
    assert both.original_removed_at
    assert [(row.row, row.outcome, row.contact_id) for row in packed_rows.unpack(both)[1]] == [
        (2, "created", None),
        (3, "failed", "S6"),
    ]
    assert "".join(row_results.rows_to_fix(both)).count("Other") == 1


def test_it_can_still_say_what_was_wrong_with_the_row(cast: Cast) -> None:
    imp = imported(cast.team, cast.alice, sheet(ZED))
    bad = imported(cast.team, cast.alice, sheet(BAD, "S8,Tom,Too,+1 716 555 1234,"))

    erased(cast)

    imp.refresh_from_db()
    found = row_results.rows_of(bad, outcome="failed")
    assert [(row.row, [each.code for each in row.problems]) for row in found] == [
        (2, ["phone-unreadable"]),
        (3, ["number-taken"]),
    ]
    assert [each.value for row in found for each in row.problems] == ["(erased)", "(erased)"]


def test_it_leaves_other_teams_and_drafts_alone(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ZED))
    other = imported(cast.other_team, cast.charlie, sheet(ZED))
    draft = drafted(cast.team, cast.alice, sheet(ZED))
    before = everything_kept(other), everything_kept(draft)

    erased(cast)

    assert (everything_kept(other), everything_kept(draft)) == before


def test_an_import_that_brings_the_id_again_says_so(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ZED))
    erased(cast)

    imp = imported(cast.team, cast.alice, sheet(ZED, ADA))

    assert totals(imp) == (2, 0, 0, 0)
    assert imp.summary["note_counts"] == {"contact-erased-before": 1}


def test_a_short_id_takes_no_other_files_with_it(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet("7,Zedekiah,Quill,+1 212 555 9999,"))
    other = imported(cast.team, cast.alice, sheet(ADA))

    erase(contact(cast.team, "7"), cast.alice)

    assert blobs.is_kept(other, Content.Part.ORIGINAL)
    assert HEADER in everything_kept(other)


@pytest.mark.parametrize("is_remembered", [True, False])
def test_no_page_shows_the_person_from_memory(cast: Cast, is_remembered: bool) -> None:
    imp = run.cancel(drafted(cast.team, cast.alice, sheet(ZED, BAD, ADA)), cast.alice)
    imported(cast.team, cast.alice, sheet(ZED))
    if not is_remembered:
        workspace._kept.clear()

    erased(cast)

    imp.refresh_from_db()
    assert row_results.rows_of(imp) == []
    assert cast.browser(cast.alice).get(f"/t/admissions/imports/{imp.pk}/rows-to-fix.csv").status_code == 404


def confirmed(cast: Cast, imp: Import) -> Import:
    return worker.run_now(run.confirm(imp, cast.alice))


def test_a_draft_confirmed_afterwards_does_not_make_the_person_anew(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ZED))
    draft = drafted(cast.team, cast.alice, sheet(ZED, ADA))

    erased(cast)

    again = workspace.look(draft).plan.verdicts
    assert [(each.outcome, [found.code for found in each.problems]) for each in again] == [
        ("failed", ["contact-erased"]),
        ("created", []),
    ]
    done = confirmed(cast, draft)
    assert totals(done) == (1, 0, 0, 1)
    assert not Contact.objects.filter(team=cast.team, contact_id="Z9").exists()
    assert [word for word in WORDS if word in everything_kept(done)] == []
    assert done.original_removed_at


def test_an_import_that_waits_does_not_make_the_person_anew(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ZED))
    waiting = run.confirm(drafted(cast.team, cast.alice, sheet(ZED, ADA)), cast.alice)

    erased(cast)

    done = worker.run_now(waiting)
    assert totals(done) == (1, 0, 0, 1)
    assert [word for word in WORDS if word in everything_kept(done)] == []


def test_a_draft_that_is_edited_after_the_erasure_does_not_either(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ZED))
    draft = drafted(cast.team, cast.alice, sheet(ADA, BO))
    workspace.look(draft)
    erased(cast)

    edits.edit(draft, cast.alice, [(2, "ContactId", "Z9")])

    assert [each.outcome for each in workspace.look(draft).plan.verdicts] == ["failed", "created"]


def test_a_file_that_comes_afterwards_is_asked_for(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ZED))
    erased(cast)

    done = confirmed(cast, drafted(cast.team, cast.alice, sheet(ZED)))

    assert totals(done) == (1, 0, 0, 0)
    assert done.summary["note_counts"] == {"contact-erased-before": 1}


def named(team: Team, by: User, name: str) -> Import:
    options = Options()
    return run.receive(team, by, method="api", filename=name, data=sheet(ADA), options=options, confirm=False)


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        ("Zedekiah Quill.csv", "(erased).csv"),
        ("for_quill,_zedekiah-2.csv", "for_(erased)-2.csv"),
        ("Z9 and others.csv", "(erased) and others.csv"),
        ("+1 (716) 555-1234.csv", "+1 ((erased).csv"),
        ("17165551234.csv", "(erased).csv"),
        ("Z99 Quilling.csv", "Z99 Quilling.csv"),
    ],
)
def test_it_covers_the_names_of_files(cast: Cast, name: str, covered: str) -> None:
    imported(cast.team, cast.alice, sheet(ZED))
    draft = named(cast.team, cast.alice, name)
    gone = run.cancel(named(cast.team, cast.alice, name), cast.alice)
    theirs = named(cast.other_team, cast.charlie, name)

    erased(cast)

    for imp in (draft, gone, theirs):
        imp.refresh_from_db()
    assert (draft.filename, gone.filename, theirs.filename) == (covered, covered, name)
    logged = AuditEntry.objects.filter(team=cast.team, action__in=("import-started", "import-cancelled"))
    assert name == covered or name not in {each.details["filename"] for each in logged}


def test_a_draft_that_ended_meanwhile_and_lost_its_file_is_no_draft_any_more(cast: Cast) -> None:
    imported(cast.team, cast.alice, sheet(ZED))
    draft = drafted(cast.team, cast.alice, sheet(ZED, ADA))
    seen = Import.objects.get(pk=draft.pk)
    erased(cast)
    confirmed(cast, draft)

    with pytest.raises(WrongState):
        edits.edit(seen, cast.alice, [(2, "ContactId", "Z10")])

"""When a person is erased, past imports no longer hold them, and everything else stays."""

import zlib

import pytest

from muster.contacts.erase import erase
from muster.imports import row_results, run, workspace
from muster.imports.models import Content, Import
from muster.imports.store import blobs, packed_rows
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

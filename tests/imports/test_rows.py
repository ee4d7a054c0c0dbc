"""What became of each row: the same words before and after the import."""

import csv
import io

import pytest

from muster.contacts.models import CustomField
from muster.core.consent import Channel
from muster.core.fields import EXTRA_HEADERS
from muster.imports import retention, row_results, run, worker
from muster.imports.draft import edits
from muster.imports.models import Import
from muster.imports.row_results import RowResult
from muster.imports.store import blobs, packed_rows
from muster.teams.models import Team
from tests.cast import Cast
from tests.imports.play import ANA, BO, CY, HEADER, contact, drafted, imported, sheet, totals

pytestmark = pytest.mark.django_db(databases="__all__")

BAD = "S4,,Poe,4.41E+11,"


def brief(found: list[RowResult]) -> list[tuple[int, str, str | None, list[str], list[str]]]:
    return [
        (
            each.row,
            each.outcome,
            each.contact_id,
            [problem.code for problem in each.problems],
            [note.code for note in each.notes],
        )
        for each in found
    ]


def changes(found: list[RowResult]) -> list[tuple[dict[str, object], dict[str, object]]]:
    """Before and after without the channels, whose moment the plan does not know."""
    return [
        (
            {key: value for key, value in (each.before or {}).items() if not isinstance(value, Channel)},
            {key: value for key, value in (each.after or {}).items() if not isinstance(value, Channel)},
        )
        for each in found
    ]


def mixed(cast: Cast) -> Import:
    imported(cast.team, cast.alice, sheet(f"{ANA},007", f"{BO},", header=HEADER + ",StaffId"))
    return drafted(
        cast.team, cast.alice, sheet("S1,Anna,Núñez,+1 716 555 1234,", BO, "", CY, BAD), blank_mobile="infer"
    )


def test_it_says_the_same_before_and_after_the_import(cast: Cast) -> None:
    imp = mixed(cast)
    planned = row_results.rows_of(imp)
    run.confirm(imp, cast.alice)
    kept = row_results.rows_of(worker.run_now(imp))

    assert brief(kept) == brief(planned)
    assert brief(kept) == [
        (2, "updated", "S1", [], ["staff-cleared"]),
        (3, "unchanged", "S2", [], []),
        (5, "created", "S3", [], ["number-inferred", "text-opted-out"]),
        (6, "failed", "S4", ["value-blank", "phone-shortened"], []),
    ]
    assert changes(kept) == changes(planned)
    assert changes(kept)[0] == ({"first_name": "Ana", "staff_id": "007"}, {"first_name": "Anna", "staff_id": None})
    assert [each.cells for each in kept] == [each.cells for each in planned]


def test_it_filters_and_pages(cast: Cast) -> None:
    done = worker.run_now(run.confirm(mixed(cast), cast.alice))

    assert [each.row for each in row_results.rows_of(done, "failed")] == [6]
    assert [each.row for each in row_results.rows_of(done, code="number-inferred")] == [5]
    assert [each.row for each in row_results.rows_of(done, code="phone-shortened")] == [6]
    assert [each.row for each in row_results.iterate(done, past=3)] == [5, 6]


def test_it_keeps_the_cells_of_failed_rows_longer_than_the_file(cast: Cast) -> None:
    done = imported(cast.team, cast.alice, sheet(ANA, BAD))
    blobs.drop(done, blobs.ORIGINAL)

    assert [each.cells.get("MobileNumber") for each in row_results.rows_of(done)] == [None, "4.41E+11"]


def test_it_gives_rows_to_fix_that_upload_again_as_they_stand(cast: Cast) -> None:
    draft_of = drafted(cast.team, cast.alice, sheet(ANA, BAD))
    edits.edit(draft_of, cast.alice, [(3, "LastName", "Poet")])
    before = "".join(row_results.rows_to_fix(draft_of))
    done = worker.run_now(run.confirm(draft_of, cast.alice))
    text = "".join(row_results.rows_to_fix(done))

    assert text == before
    header, row = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert header == [*HEADER.split(","), *EXTRA_HEADERS]
    assert row[:6] == ["S4", "", "Poet", "4.41E+11", "", "3"]
    again = drafted(cast.team, cast.alice, text.encode())
    assert totals(again) == (0, 0, 0, 1)
    assert again.summary["problem_counts"] == done.summary["problem_counts"]

    fixed = drafted(
        cast.team, cast.alice, text.replace("4.41E+11", "+1 716 555 7777").replace("S4,,", "S4,Dee,").encode()
    )
    assert totals(fixed) == (1, 0, 0, 0)


@pytest.mark.parametrize(("delimiter", "expected"), [(",", ","), (";", ";"), ("|", "|"), ("\t", ",")])
def test_rows_to_fix_are_separated_as_the_upload_was(cast: Cast, delimiter: str, expected: str) -> None:
    data = sheet(ANA, BAD).replace(b",", delimiter.encode())
    imp = drafted(cast.team, cast.alice, data, method="file")
    before = "".join(row_results.rows_to_fix(imp))
    done = worker.run_now(run.confirm(imp, cast.alice))

    assert before.splitlines()[0] == "\ufeff" + expected.join([*HEADER.split(","), *EXTRA_HEADERS])
    assert "".join(row_results.rows_to_fix(done)) == before
    assert totals(drafted(cast.team, cast.alice, before.encode(), method="file")) == (0, 0, 0, 1)


def test_it_guards_formulas_once(cast: Cast) -> None:
    done = imported(cast.team, cast.alice, sheet("S1,=1+1,'=Li,bad,"))
    text = "".join(row_results.rows_to_fix(done))
    assert "S1,'=1+1,'=Li,bad," in text

    imported(cast.team, cast.alice, text.replace("bad", "+1 716 555 1234").encode())

    assert (contact(cast.team, "S1").first_name, contact(cast.team, "S1").last_name) == ("=1+1", "=Li")


def test_it_lists_what_changed(cast: Cast) -> None:
    CustomField.objects.create(team=cast.team, name="Major", name_folded="major")
    header = HEADER + ",OptedOut,Major"
    imported(cast.team, cast.alice, sheet(f"{ANA},no,=Law", header=header))
    done = imported(cast.team, cast.alice, sheet(f"{ANA},yes,Art", header=header))

    assert list(csv.reader(io.StringIO("".join(row_results.changes_csv(done)).removeprefix("\ufeff")))) == [
        ["Row", "ContactId", "What", "Field", "Before", "After"],
        ["2", "S1", "updated", "OptedOut", "opted in", "opted out"],
        ["2", "S1", "updated", "Major", "'=Law", "Art"],
    ]


def test_it_packs_long_outcomes_in_pieces(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "PIECE_BYTES", 50)
    names = [f"S{n},Ana,Li,+1 716 555 {n:04d}," for n in range(40)]
    done = imported(cast.team, cast.alice, sheet(*names, BAD))

    assert len(list(blobs.pieces(done, blobs.ROWS))) > 3
    assert [each.row for each in row_results.rows_of(done)] == list(range(2, 43))
    header, packed = packed_rows.unpack(done)
    assert packed_rows.unpack(done)[0] == header
    blobs.keep(done, blobs.ROWS, packed_rows.pack(header, packed))
    assert [each.row for each in row_results.rows_of(done)] == list(range(2, 43))


def test_it_shows_nothing_of_other_teams(cast: Cast) -> None:
    mine = imported(cast.team, cast.alice, sheet(ANA))
    Import.objects.filter(pk=mine.pk).update(team=Team.objects.get(slug="financial-aid"))
    mine.refresh_from_db()

    assert [each.after for each in row_results.rows_of(mine)] == [None]


def test_it_has_no_rows_when_the_file_is_gone_before_it_ran(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))
    run.cancel(imp, cast.alice)
    Team.objects.update(keep_originals_days=0)
    retention.prune()
    imp.refresh_from_db()

    assert imp.original_removed_at is not None
    assert row_results.rows_of(imp) == []

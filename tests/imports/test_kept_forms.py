"""Rows of an import as each release has kept them, and as one to come might."""

import zlib
from typing import Any

import pytest
from orjson import dumps

from muster.imports import row_results
from muster.imports.store import blobs, packed_rows
from tests.cast import Cast
from tests.imports.play import ANA, BO, imported, sheet

HEADER = ["ContactId", "FirstName", "LastName", "MobileNumber", "WhatsAppMobileNumber"]
ROWS = [
    [2, "created", "S1"],
    [3, "failed", "S2", [["value-blank", "FirstName", None, None]], [], ["S2", "", "", "", ""]],
]
pytestmark = pytest.mark.django_db(databases=["default", "progress"])
FORMS: dict[int, list[Any]] = {
    1: [HEADER, *ROWS],
    2: [HEADER, ROWS[:1], [], ROWS[1:]],
    3: [{"form": 3, "header": HEADER}, ROWS],
}


@pytest.mark.parametrize("form", FORMS)
def test_it_reads_rows_in_every_form_they_were_ever_kept_in(cast: Cast, form: int) -> None:
    done = imported(cast.team, cast.alice, sheet(ANA, BO))
    blobs.keep(done, blobs.ROWS, [zlib.compress(b"\n".join(map(dumps, FORMS[form])) + b"\n")])
    found = row_results.rows_of(done)
    assert [(each.row, each.outcome, each.contact_id) for each in found] == [(2, "created", "S1"), (3, "failed", "S2")]
    assert [each.code for each in found[1].problems] == ["value-blank"]
    assert "value-blank" not in "".join(row_results.rows_to_fix(done))  # in words
    assert "\r\nS2," in "".join(row_results.rows_to_fix(done)).replace(chr(34), "")


def test_it_writes_the_form_beside_the_rows(cast: Cast) -> None:
    done = imported(cast.team, cast.alice, sheet(ANA))
    first = zlib.decompress(b"".join(blobs.pieces(done, blobs.ROWS))).split(b"\n")[0]
    assert first.startswith(b'{"form":3,')


def test_it_reads_no_rows_of_a_form_to_come(cast: Cast) -> None:
    done = imported(cast.team, cast.alice, sheet(ANA))
    blobs.keep(done, blobs.ROWS, [zlib.compress(dumps({"form": 4, "header": HEADER}) + b"\n")])
    with pytest.raises(packed_rows.UnknownForm, match="form 4, which a later version"):
        row_results.rows_of(done)

"""What a team sees of a file with hundreds of columns that are none of its fields: a page, and not megabytes of it."""

import pytest

from muster.imports import worker
from muster.imports.draft.columns import MOST_ASKED
from muster.imports.models import Import, State
from tests.cast import Cast
from tests.imports.play import ANA, HEADER, drafted
from tests.web.drafts import address, alike, asked

pytestmark = pytest.mark.django_db(databases="__all__")
NAMES = [f"Unheard of {number}" for number in range(400)]
WIDE = f"{HEADER},{','.join(NAMES)}\n{ANA}\n"


def test_it_asks_about_the_first_hundred_columns(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, WIDE.encode(), method="file")
    page = cast.browser(cast.alice).get(address(imp))

    assert list(asked(page.context)) == NAMES[:MOST_ASKED]
    assert "300 more columns are asked about once these are answered" in page.content.decode()
    assert len(page.content) < 2**20


def test_it_asks_about_the_next_ones_once_those_are_answered(cast: Cast) -> None:
    imp, alice = drafted(cast.team, cast.alice, WIDE.encode(), method="file"), cast.browser(cast.alice)

    alice.post(address(imp, "columns"), {f"column:{name}": "-" for name in NAMES[:MOST_ASKED]})
    page = alice.get(address(imp))
    assert list(asked(page.context)) == NAMES[MOST_ASKED : 2 * MOST_ASKED]

    for start in range(MOST_ASKED, 400, MOST_ASKED):
        alice.post(address(imp, "columns"), {f"column:{name}": "-" for name in NAMES[start : start + MOST_ASKED]})
    assert Import.objects.get(pk=imp.pk).state == State.READY


def test_it_lists_the_first_problems_of_a_paste(cast: Cast) -> None:
    page = cast.browser(cast.alice).post("/t/admissions/imports/paste/", {"text": WIDE, "blank_mobile": "fail"})

    assert page.status_code == 422
    assert (len(page.context["problems"]), len(asked(page.context))) == (MOST_ASKED, MOST_ASKED)
    assert len(page.content) < 2**20


def test_it_offers_a_choice_among_twenty_columns_of_one_field(cast: Cast) -> None:
    text = f"{HEADER}{',FirstName' * 400}\n{ANA}\n"
    imp = drafted(cast.team, cast.alice, text.encode(), method="file")
    page = cast.browser(cast.alice).get(address(imp))

    assert len(alike(page.context)) == 20
    assert len(page.content) < 2**20


def test_it_refuses_more_cells_than_one_upload_may_have(cast: Cast) -> None:
    far = HEADER + "," * 480 + "Far\n" + "S1\n" * 50_000
    imp = worker.run_now(drafted(cast.team, cast.alice, far.encode(), method="file"))

    assert (imp.state, [each["code"] for each in imp.summary["problems"]]) == (State.REFUSED, ["file-too-many-cells"])

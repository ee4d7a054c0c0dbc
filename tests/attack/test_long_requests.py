"""Requests of the API and the grid with long options and deep JSON: refused with a problem, and never a 500."""

import json
from typing import Any

import pytest

from muster.core.checking import LONGEST_HEADER
from muster.core.table.reader import MOST_COLUMNS
from muster.imports.models import Import
from muster.teams import tokens
from tests.api.conftest import HEADER, Caller
from tests.cast import Cast
from tests.imports.play import ANA, drafted, sheet
from tests.web.drafts import address

pytestmark = pytest.mark.django_db(databases="__all__")
DEEP = "[" * 100_000
POSTED = {"text": f"{HEADER}\n{ANA}\n", "blank_mobile": "fail", "confirm": False}


@pytest.fixture
def caller(cast: Cast) -> Caller:
    return Caller(tokens.make(cast.alice, "attack")[1], "/teams/admissions")


@pytest.mark.parametrize(
    "columns",
    [
        {f"Column {number}": None for number in range(MOST_COLUMNS + 1)},
        {"x" * (LONGEST_HEADER + 1): None},
        {"Phone": "x" * (LONGEST_HEADER + 1)},
    ],
    ids=["many", "long header", "long field"],
)
def test_it_takes_answers_for_as_many_columns_as_a_file_may_have(caller: Caller, columns: dict[str, Any]) -> None:
    answer = caller("POST", "/imports", {**POSTED, "columns": columns})

    assert answer.status == 422
    assert not Import.objects.exists()


def test_it_limits_the_key_of_a_request(caller: Caller) -> None:
    assert caller("POST", "/imports", POSTED, **{"Idempotency-Key": "x" * 256}).status == 422


@pytest.mark.parametrize("body", [DEEP, f'{{"text": "", "blank_mobile": "fail", "columns": {DEEP}'])
def test_deep_json_is_no_server_error(caller: Caller, body: str) -> None:
    assert caller.raw("POST", "/imports", body, "application/json").status == 422


def test_deep_json_in_a_change_of_an_import_is_no_server_error(cast: Cast, caller: Caller) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA))

    assert caller.raw("PATCH", f"/imports/{imp.pk}", DEEP, "application/json").status in (400, 422)


def test_deep_json_in_the_grid_is_no_server_error(cast: Cast) -> None:
    imp = drafted(cast.team, cast.alice, sheet(ANA), method="file")
    answer = cast.browser(cast.alice).generic(
        "PATCH", address(imp, "grid/cells"), DEEP, content_type="application/json"
    )

    assert (answer.status_code, json.loads(answer.content)["problem"]) == (422, "The body must be JSON.")

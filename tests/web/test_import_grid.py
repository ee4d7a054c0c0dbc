"""The JSON behind the grid of the Review page."""

from typing import Any

import pytest

from muster.imports.models import Import
from tests.cast import Cast
from tests.web.drafts import address, messy

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def imp(cast: Cast) -> Import:
    return messy(cast)


def test_it_returns_a_window_of_the_rows_of_a_filter(cast: Cast, imp: Import) -> None:
    query: dict[str, Any] = {"offset": 1, "limit": 2, "show": "problems"}
    answer = cast.browser(cast.alice).get(address(imp, "grid/rows"), query).json()

    assert (answer["total"], answer["rev"], answer["list"]) == (4, 0, 0)
    row, _ = answer["rows"]
    assert (row["n"], row["s"], row["v"][:2]) == (4, "problems", ["S3", "Cy"])
    assert [said[:2] for said in row["e"].values()] == [["problem", "value-blank"], ["problem", "phone-no-plus"]]

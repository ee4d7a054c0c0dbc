"""STOP is STOP, told two thousand times (see `test_stop_is_stop.py`): a half for each change, all of it at night."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.imports.test_stop_is_stop import tell

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.timeout(1_200)]
PARTS = [pytest.param(part, marks=pytest.mark.slow if part < 10 else pytest.mark.proof) for part in range(20)]


@pytest.mark.parametrize("part", PARTS)
def test_stop_is_stop_in_two_thousand_stories(cast: Cast, part: int) -> None:
    tell(cast, range(1_000 + part * 100, 1_100 + part * 100))

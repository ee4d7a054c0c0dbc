"""STOP is STOP, told two thousand times (see `test_stop_is_stop.py`): the first thousand, some on PostgreSQL too."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.environment import ON_POSTGRES
from tests.imports.test_stop_is_stop import tell

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.slow, pytest.mark.timeout(1_200)]
FIRST = [pytest.mark.postgres] if ON_POSTGRES else []
PARTS = [pytest.param(part, marks=FIRST if part == 10 else []) for part in range(10, 20)]


@pytest.mark.parametrize("part", PARTS)
def test_stop_is_stop_in_a_thousand_stories(cast: Cast, part: int) -> None:
    tell(cast, range(part * 100, part * 100 + 100))

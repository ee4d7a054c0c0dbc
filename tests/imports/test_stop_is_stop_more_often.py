"""STOP is STOP, told two thousand times (see `test_stop_is_stop.py`): the second thousand, for another process."""

from __future__ import annotations

import pytest

from tests.cast import Cast
from tests.imports.test_stop_is_stop import tell

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.slow, pytest.mark.timeout(1_200)]


@pytest.mark.parametrize("part", range(20, 30))
def test_stop_is_stop_in_another_thousand_stories(cast: Cast, part: int) -> None:
    tell(cast, range(part * 100, part * 100 + 100))

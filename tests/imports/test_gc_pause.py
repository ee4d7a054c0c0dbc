"""The cycle collector is quiet during long runs, and afterwards as it was before."""

import gc
from collections.abc import Iterator

import pytest

from muster.imports.process.gc_pause import without_collecting


@pytest.fixture(autouse=True)
def collector_as_before() -> Iterator[None]:
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


def test_it_is_off_inside_and_on_again_after_the_last_has_left() -> None:
    gc.enable()

    with without_collecting:
        with without_collecting:
            assert not gc.isenabled()
        assert not gc.isenabled()

    assert gc.isenabled()


def test_it_leaves_a_collector_off_that_was_off_before() -> None:
    gc.disable()

    with without_collecting:
        pass

    assert not gc.isenabled()


def test_it_is_on_again_when_the_work_fails() -> None:
    gc.enable()

    with pytest.raises(RuntimeError), without_collecting:
        raise RuntimeError

    assert gc.isenabled()

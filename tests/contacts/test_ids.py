"""Ids that are made here, not by the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from muster.contacts.time_ids import next_id, next_ids


def test_ids_ascend_and_fit_a_signed_64_bit_column() -> None:
    first, many, last = next_id(), next_ids(100_000), next_id()

    assert first < many[0] < many[-1] < last < 2**63
    assert len(set(many)) == 100_000


def test_threads_never_get_the_same_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: list(next_ids(1000)), range(64)))

    assert len({each for ids in taken for each in ids}) == 64_000

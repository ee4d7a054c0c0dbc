"""Measuring how work grows: with the input, or with its square. No limit on seconds, which a busy machine breaks."""

from collections.abc import Callable
from time import process_time

LINEAR = 9.0  # four times the input: four times the work, sixteen times where it is quadratic


def growth(work: Callable[[int], object], size: int) -> float:
    """Return how many times the processor time four times the size takes; of three runs, the quickest counts."""
    return _seconds(work, 4 * size) / _seconds(work, size)


def _seconds(work: Callable[[int], object], size: int) -> float:
    return max(min(_once(work, size) for _ in range(3)), 0.001)


def _once(work: Callable[[int], object], size: int) -> float:
    began = process_time()
    work(size)
    return process_time() - began

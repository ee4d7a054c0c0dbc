"""The pictures of the overview, as shapes in hundredths of their picture. Pure: numbers in, shapes out.

A picture has no text of its own: labels stand around it in the page, and every number in a table behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH = HEIGHT = 100.0
COLUMN_SHARE = 0.7  # of its place, what a column fills


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle of one series, in hundredths of the picture's width and height."""

    series: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a bar chart: its label, its number, and how long it is, in hundredths."""

    label: str
    count: int
    width: str
    series: str = ""
    link: str = ""


def bars(lines: Sequence[tuple[str, int, str, str]], most: int | None = None) -> list[Bar]:
    """Return bars for lines of (label, count, series, link); the longest, or `most`, fills the width."""
    whole = max([each[1] for each in lines] if most is None else [most], default=0)
    return [Bar(label, count, _hundredths(count, whole), series, link) for label, count, series, link in lines]


def columns(up: Sequence[Mapping[str, int]], down: Sequence[Mapping[str, int]] = ()) -> tuple[list[Shape], str]:
    """Return stacked columns, one for each place, and where the axis is from above.

    `up` grows from the axis upwards, `down` downwards; both hold series → count, in the order they are stacked.
    """
    highest = max((sum(each.values()) for each in up), default=0)
    lowest = max((sum(each.values()) for each in down), default=0)
    span = highest + lowest
    axis = HEIGHT * highest / span if span else HEIGHT
    shapes = []
    for place in range(len(up)):
        shapes += _stack(place, len(up), axis, up[place], span, grows=-1)
        if down:
            shapes += _stack(place, len(up), axis, down[place], span, grows=1)
    return shapes, _number(axis)


def _stack(place: int, places: int, axis: float, counts: Mapping[str, int], span: int, *, grows: int) -> list[Shape]:
    wide = WIDTH / places
    shapes, at = [], axis
    for series, count in counts.items():
        high = HEIGHT * count / span if span else 0.0
        top = at - high if grows < 0 else at
        at += grows * high
        if count:
            left = place * wide + wide * (1 - COLUMN_SHARE) / 2
            shapes.append(Shape(series, *map(_number, (left, top, wide * COLUMN_SHARE, high))))
    return shapes


def _hundredths(count: int, whole: int) -> str:
    return _number(WIDTH * count / whole if whole else 0.0)


def _number(value: float) -> str:
    """Return a number as SVG reads it, whatever the language of the page."""
    return f"{value:.2f}".rstrip("0").rstrip(".")

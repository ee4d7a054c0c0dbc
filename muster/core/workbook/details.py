"""What the reader of a workbook does not tell of its cells."""

from __future__ import annotations

from dataclasses import dataclass, field

from muster.core.workbook.formats import Shape

Place = tuple[int, int]  # row and column, from 0


@dataclass(slots=True)
class Details:
    """Cells by their place: texts that stand for values, formulas without a result, the shapes that numbers show in."""

    texts: dict[Place, str] = field(default_factory=dict)
    uncalculated: set[Place] = field(default_factory=set)
    shapes: dict[Place, Shape] = field(default_factory=dict)

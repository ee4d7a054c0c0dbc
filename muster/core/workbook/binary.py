"""What the binary formats of Excel share: the codes of errors, and the shapes of numbers."""

from __future__ import annotations

import struct

from muster.core.workbook.formats import Shape, shape_of

ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
UNKNOWN_ERROR = "#ERROR!"


def error_of(code: int) -> str:
    """Return the text that Excel shows for the code of an error."""
    return ERRORS.get(code, UNKNOWN_ERROR)


def shapes_of(styles: list[int], formats: dict[int, str]) -> dict[int, Shape]:
    """Return the shapes that cells of a style show numbers in, by the number of the style."""
    shapes = ((place, shape_of(formats.get(each, ""))) for place, each in enumerate(styles))
    return {place: shape for place, shape in shapes if shape}


def number_at(data: bytes, place: int, size: str) -> int:
    """Return the whole number at a place, in one of the sizes of `struct`; 0 where the data ends before it."""
    end = place + struct.calcsize(size)
    return int(struct.unpack_from(f"<{size}", data, place)[0]) if end <= len(data) else 0

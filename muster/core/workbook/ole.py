"""The container of an .xls file: its streams, judged before anything is made of them.

It is a file system of sectors with chains between them; a chain that runs in a circle, or a length that the file does
not have, would make a reader fill the memory.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import olefile

from muster.core.problems import BadFile, Problem
from muster.core.sentences.language import gettext_noop
from muster.core.workbook.archive import damaged

_ENDS = 0xFFFFFFFA  # from here on, the number of a sector means something else
_SMALL_PER_SECTOR = 128  # small sectors that one sector of the table of small sectors is about


def workbook_stream(data: bytes) -> bytes:
    """Return the stream of the workbook. Raises BadFile where the container is damaged or holds none."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            _refuse_lies(file, data)
            name = next((name for name in ("Workbook", "Book") if file.exists(name)), None)
            if name:
                return bytes(file.openstream(name).read())
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise damaged(str(error)) from error
    raise BadFile(Problem("file-damaged", facts={"reason": gettext_noop("there is no workbook in it")}))


def _refuse_lies(file: olefile.OleFileIO, data: bytes) -> None:
    """Raise ValueError for tables larger than the file, and for chains that never end."""
    sectors = len(data) // file.sector_size + 1
    small = file.num_mini_fat_sectors * _SMALL_PER_SECTOR * file.mini_sector_size
    if max(file.num_fat_sectors, file.num_difat_sectors) > sectors or small > len(data) + 8_192:
        raise ValueError("a table is larger than the file")
    if any(entry and entry.sizeLow + (entry.sizeHigh << 32) > len(data) for entry in file.direntries):
        raise ValueError("a stream is larger than the file")
    _refuse_circle(file.first_dir_sector, sectors, lambda sector: int(file.fat[sector]))
    _refuse_circle(file.first_difat_sector, sectors, lambda sector: _last_of(data, sector, file.sector_size))


def _refuse_circle(sector: int, most: int, after: Callable[[int], int]) -> None:
    for _ in range(most + 1):
        if sector >= _ENDS:
            return
        sector = after(sector)
    raise ValueError("a chain of sectors never ends")


def _last_of(data: bytes, sector: int, size: int) -> int:
    end = (sector + 2) * size
    return int(struct.unpack_from("<I", data, end - 4)[0])

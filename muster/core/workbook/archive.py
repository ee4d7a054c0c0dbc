"""What a workbook would expand to, judged before it is expanded: its parts, read a bounded piece at a time."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from muster.core.problems import BadFile, Problem
from muster.core.sentences.language import gettext_noop

MOST_EXPANDED = 100 * 1024 * 1024  # bytes
MOST_PARTS = 10_000
MOST_CELLS = 20_000_000  # that a sheet spans: the reader keeps them all, blank ones too
_AT_ONCE = 1 << 20
_OVERLAP = 1 << 12  # bytes: a tag that is cut by the end of a chunk is whole in the next one
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ODS = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def kind_of(data: bytes) -> str | None:
    """Return the ending of the kind of workbook that these bytes are: "xlsx", "xlsb", "ods" or "xls"; else None."""
    if data.startswith(_OLE):
        named = (name.encode("utf-16-le") for name in ("Workbook", "Book", "EncryptedPackage"))
        return "xls" if any(name in data for name in named) else None
    if not data.startswith(b"PK\x03\x04"):
        return None
    if _ODS in data[:200] or (b"content.xml" in data and b"opendocument.spreadsheet" in data[:400]):
        return "ods"
    if b"xl/workbook.bin" in data:
        return "xlsb"
    return "xlsx" if b"xl/workbook.xml" in data else None


def is_protected(data: bytes) -> bool:
    """Whether a workbook of Excel is inside an encrypted package."""
    return data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data


class Archive:
    """The parts of a workbook that is a zip file. Raises BadFile for one that is damaged or would expand too much."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _UNREADABLE as error:
            raise damaged(str(error)) from error
        parts = self._zip.infolist()
        size = sum(part.file_size for part in parts)
        if size > MOST_EXPANDED or len(parts) > MOST_PARTS:
            raise expands(size)
        if any(part.flag_bits & 1 for part in parts):
            raise BadFile(Problem("file-protected"))
        self.names = {part.filename for part in parts}

    def size_of(self, name: str) -> int:
        """Return how many bytes a part expands to, as it says itself."""
        return self._zip.getinfo(name).file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a part, a piece at a time; each begins with the end of the one before, from the last tag on."""
        kept = b""
        for piece in self._pieces(name):
            chunk = kept + piece
            yield chunk
            cut = chunk.rfind(b"<", -_OVERLAP)
            kept = chunk[cut:] if cut >= 0 else b""

    def whole(self, name: str) -> bytes:
        """Return a part; nothing where there is none. Raises BadFile for one that declares entities of its own."""
        return b"".join(self._pieces(name)) if name in self.names else b""

    def check(self) -> None:
        """Expand every part once, a piece at a time, keeping nothing. Raises BadFile where one is not what it says."""
        for name in self.names:
            for _ in self._pieces(name):
                pass

    def _pieces(self, name: str) -> Iterator[bytes]:
        is_first = True
        try:
            with self._zip.open(name) as part:
                while piece := part.read(_AT_ONCE):
                    if is_first and _DECLARED.search(piece[:4096]):
                        raise damaged(gettext_noop("a part declares entities of its own"))
                    is_first = False
                    yield piece
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            OSError,
            ValueError,
        ) as error:
            raise damaged(str(error)) from error


def damaged(reason: str) -> BadFile:
    """Return the refusal of a workbook that cannot be read."""
    return BadFile(Problem("file-damaged", facts={"reason": reason[:120]}))


def expands(size: int) -> BadFile:
    """Return the refusal of a workbook that would be too large once expanded."""
    return BadFile(Problem("file-expands-too-much", facts={"size": size, "limit": MOST_EXPANDED}))


def refuse_span(rows: int, columns: int) -> None:
    """Raise BadFile where a sheet spans more cells than can be kept."""
    if rows * columns > MOST_CELLS:
        raise BadFile(Problem("file-too-many-cells", facts={"limit": MOST_CELLS}))

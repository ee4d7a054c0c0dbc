"""Files to be saved, made whole before the first byte is sent: one that fails is an error and never a shorter file."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterable
from typing import IO

from django.http import FileResponse
from django.utils.http import content_disposition_header

from muster.workbooks.book import CONTENT_TYPE as WORKBOOK

CSV = "text/csv; charset=utf-8"
IN_MEMORY = 4 * 1024 * 1024  # what is larger is made in a temporary file, which goes when it is sent


def whole_file(parts: Iterable[str | bytes], name: str, content_type: str = CSV) -> FileResponse:
    """Return the file. Its length is told, so that whoever gets less of it knows."""
    made: IO[bytes] = io.BytesIO()
    try:
        for part in parts:
            made.write(part if isinstance(part, bytes) else part.encode("utf-8", "replace"))
            if isinstance(made, io.BytesIO) and made.tell() > IN_MEMORY:
                made = _on_disk(made)
    except BaseException:
        made.close()
        raise
    return _answer(made, name, content_type)


def whole_workbook(write: Callable[[IO[bytes]], None], name: str) -> FileResponse:
    """Return the workbook that `write` writes to a file. Raises TooLarge for more rows than a workbook takes."""
    made = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    try:
        write(made)
    except BaseException:
        made.close()
        raise
    made.seek(0, io.SEEK_END)
    return _answer(made, name, WORKBOOK)


def _answer(made: IO[bytes], name: str, content_type: str) -> FileResponse:
    size = made.tell()
    made.seek(0)
    response = FileResponse(made, content_type=content_type)
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


def _on_disk(made: io.BytesIO) -> IO[bytes]:
    """Go on in a temporary file, which the response closes."""
    file = tempfile.TemporaryFile()  # noqa: SIM115
    file.write(made.getbuffer())
    return file

"""The limit on uploads, kept while the server reads: what is too big never reaches memory or disk."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

# A browser shows our page only once its upload has been read to the end; so much is read and thrown away for that.
READ_ON_BYTES = 64 * 1024 * 1024


class Limit(FileUploadHandler):
    """Counts the bytes of a file as they arrive and stops at the limit. The first of the request's handlers."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most, self.seen, self.declared = most, 0, 0

    @property
    def is_passed(self) -> bool:
        """Whether more came than may."""
        return self.seen > self.most

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803  Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Remember how much is announced."""
        self.declared = content_length

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass on the bytes while there are few enough."""
        self.seen += len(raw_data)
        if self.is_passed:
            raise StopUpload(connection_reset=self.declared > READ_ON_BYTES)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave making the file to the next handler."""


def limit(request: HttpRequest, most: int) -> None:
    """Put a limit before the request's other handlers. To be called before anything reads request.POST."""
    request.upload_handlers.insert(0, Limit(request, most))


def is_too_big(request: HttpRequest) -> bool:
    """Whether reading stopped at the limit."""
    return any(handler.is_passed for handler in request.upload_handlers if isinstance(handler, Limit))

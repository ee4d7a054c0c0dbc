"""Reading what is sent: JSON that a database can hold, and uploads that are counted while they arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Any, NoReturn

from django.http import HttpRequest
from django.http.multipartparser import ChunkIter, LazyStream, MultiPartParserError
from django.http.multipartparser import Parser as Parts
from django.utils.http import parse_header_parameters
from ninja.parser import Parser

from muster.api.problems import Refused
from muster.core.problems import Problem
from muster.core.sentences.language import gettext

CHUNK = 256 * 1024
IN_MEMORY = 8 * 1024 * 1024
OPTION_BYTES = 256 * 1024  # of one option of a form, the column answers say
DRAINED = 64 * 1024 * 1024  # of a body that is too big: read and dropped, so that the client hears why


class Json(Parser):
    """JSON bodies: no NaN, no NUL, no half of a surrogate pair."""

    def parse_body(self, request: HttpRequest) -> Any:
        data = _loaded(request.body)
        check_text(data)
        return data


def _loaded(raw: bytes) -> Any:
    """Return what the JSON says. Raises ValueError, also for JSON that is nested too deeply to be read."""
    try:
        return json.loads(raw, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def check_text(data: Any) -> None:
    """Raise ValueError for text, however deep, that cannot be stored."""
    left = [data]
    while left:
        each = left.pop()
        if isinstance(each, str):
            each.encode()
            if "\0" in each:
                raise ValueError("text may not hold the character NUL")
        elif isinstance(each, dict):
            left += [*each, *each.values()]
        elif isinstance(each, list):
            left += each


@dataclass
class Upload:
    """What was posted to start an import."""

    values: dict[str, Any] = field(default_factory=dict)
    data: bytes | None = None
    filename: str = ""
    is_file: bool = False


def read_upload(request: HttpRequest, limit: int) -> Upload:
    """Read a posted import in either of its two forms. Raises Refused with 413 as soon as it is too big."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    kind, parameters = parse_header_parameters(request.META.get("CONTENT_TYPE", ""))
    if length > limit + OPTION_BYTES:
        _drain(request, length)
        raise too_big(length, limit)
    if kind == "multipart/form-data":
        return _read_form(request, parameters.get("boundary", ""), limit)
    if kind == "application/json":
        return _read_json(request, limit)
    raise Refused(422, gettext("Send multipart/form-data or application/json."))


def too_big(size: int, limit: int) -> Refused:
    """The answer to an upload over the limit."""
    problem = Problem("file-too-big", None, None, None, {"size": size, "limit": limit})
    return Refused(413, gettext("This is {size:,} bytes; the limit is {limit:,}.", size=size, limit=limit), [problem])


def _drain(request: HttpRequest, length: int) -> None:
    """Read and drop: a client that is still sending would see a broken connection and not the answer."""
    for _ in range(0, min(length, DRAINED), CHUNK):
        if not request.read(CHUNK):
            return


def _chunks(stream: HttpRequest | LazyStream) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _spooled(stream: LazyStream, limit: int) -> bytes:
    """The bytes of one part: kept on disk until it is known that they are not too many."""
    with SpooledTemporaryFile(IN_MEMORY) as kept:
        size = 0
        for chunk in _chunks(stream):
            size += len(chunk)
            if size <= limit:
                kept.write(chunk)
        if size > limit:
            raise too_big(size, limit)
        kept.seek(0)
        return kept.read()


def _read_form(request: HttpRequest, boundary: str, limit: int) -> Upload:
    if not boundary or not boundary.isascii():
        raise Refused(422, gettext("The Content-Type has no boundary."))
    upload = Upload()
    try:
        for _, meta, stream in Parts(LazyStream(ChunkIter(request, CHUNK)), boundary.encode()):
            _read_part(upload, meta.get("content-disposition", ("", {}))[1], stream, limit)
    except (MultiPartParserError, UnicodeDecodeError) as error:
        raise Refused(422, gettext("This form cannot be read.")) from error
    return upload


def _read_part(upload: Upload, disposition: dict[str, Any], stream: LazyStream, limit: int) -> None:
    name = disposition.get("name", "")
    name = name.decode() if isinstance(name, bytes) else name
    if name in {"file", "text"}:
        if upload.data is not None:
            raise Refused(422, gettext("Send exactly one of `file` and `text`."))
        filename = disposition.get("filename", "")
        upload.data = _spooled(stream, limit)
        upload.is_file = name == "file"
        upload.filename = filename.decode(errors="replace") if isinstance(filename, bytes) else filename
    elif name:
        upload.values[name] = _spooled(stream, OPTION_BYTES).decode()


def _read_json(request: HttpRequest, limit: int) -> Upload:
    raw = b"".join(_chunks(request))
    try:
        values = _loaded(raw)
        text = values.pop("text", None) if isinstance(values, dict) else None
        check_text(values)
        data = text.encode() if isinstance(text, str) else None
    except ValueError as error:
        raise Refused(422, gettext("The body is not JSON that can be read: {reason}.", reason=error)) from error
    if not isinstance(values, dict):
        raise Refused(422, gettext("Send a JSON object."))
    if data is not None and len(data) > limit:
        raise too_big(len(data), limit)
    return Upload(values, data)

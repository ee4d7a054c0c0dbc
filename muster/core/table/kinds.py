"""What a file is by its bytes, whatever its name says: text, a workbook, or something that is no table at all."""

from __future__ import annotations

import codecs
import re

from muster.core.fields import Schema
from muster.core.problems import BadFile, Problem
from muster.core.sentences.language import gettext_noop
from muster.core.table.encoding import utf_16
from muster.core.workbook.archive import kind_of

_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0", gettext_noop("an old Office document")),
    (b"%PDF", gettext_noop("a PDF")),
    (b"\x1f\x8b", gettext_noop("a compressed file (gzip)")),
    (b"7z\xbc\xaf", gettext_noop("a compressed file (7z)")),
    (b"Rar!", gettext_noop("a compressed file (rar)")),
    (b"\x89PNG", gettext_noop("a picture")),
    (b"\xff\xd8\xff", gettext_noop("a picture")),
    (b"GIF8", gettext_noop("a picture")),
    (b"{\\rtf", gettext_noop("a word-processor document (RTF)")),
    (b"SQLite format 3", gettext_noop("a database")),
)
_IN_ZIPS = (
    (b"word/", gettext_noop("a Word document")),
    (b"ppt/", gettext_noop("a presentation")),
    (b"Index/Document.iwa", gettext_noop("an Apple Numbers or Pages document")),
)
_JSON = re.compile(rb"\s*+(?:\[\s*+[\[{]|\{\s*+\"[^\"\r\n]*+\"\s*+:)")
_HTML = re.compile(rb"\s*+<(?:!doctype html|html|head|body|table|meta|style)\b", re.IGNORECASE)
_XML = re.compile(rb"\s*+<\?xml\b", re.IGNORECASE)


def refuse_what_is_no_table(data: bytes, max_bytes: int | None, schema: Schema) -> None:
    """Raise BadFile for what is too big, empty, or not text."""
    if max_bytes is not None and len(data) > max_bytes:
        raise BadFile(Problem("file-too-big", facts={"size": len(data), "limit": max_bytes}))
    if not data.strip(b"\x00\t\n\r \xef\xbb\xbf\xff\xfe"):
        raise BadFile(Problem("file-empty"))
    kind = None if kind_of(data) else _kind_of_file(data, schema)
    if kind:
        raise BadFile(Problem("file-not-text", facts={"kind": kind}))


def _kind_of_file(data: bytes, schema: Schema) -> str | None:
    """Say what a file is by its first bytes, if it is a well-known kind that is not text."""
    if data.startswith(b"PK\x03\x04"):
        return next((kind for part, kind in _IN_ZIPS if part in data), gettext_noop("a zip file"))
    start = data[:1024].removeprefix(codecs.BOM_UTF8)
    known = next((kind for signature, kind in _SIGNATURES if data.startswith(signature)), None) or _kind_of_text(start)
    begin = data[:4096].rstrip(b"\x00\x1a")
    if known or b"\x00" not in begin or utf_16(data, schema.by_header):
        return known
    return gettext_noop("not text") if begin.count(0) * 10 > len(begin) else None


def _kind_of_text(start: bytes) -> str | None:
    if _HTML.match(start) or (_XML.match(start) and b"<html" in start.lower()):
        return gettext_noop("a web page (HTML)")
    if _XML.match(start):
        return gettext_noop("an XML document")
    return gettext_noop("JSON, a data file of programs") if _JSON.match(start) else None

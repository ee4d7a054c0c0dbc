"""How bytes are letters: by mark, as UTF-8, as UTF-16 by its header, else as Windows-1252 or as chosen."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection
from typing import NamedTuple

from muster.core.sentences.language import Words, gettext_noop

ENCODINGS = Words(
    {
        "utf-8": "UTF-8",
        "utf-16-le": "UTF-16",
        "utf-16-be": gettext_noop("UTF-16 (big-endian)"),
        "cp1252": "Windows-1252",
        "mac-roman": "Mac Roman",
        "cp1250": gettext_noop("Windows-1250 (Central European)"),
        "cp1251": gettext_noop("Windows-1251 (Cyrillic)"),
        "cp1253": gettext_noop("Windows-1253 (Greek)"),
        "cp1254": gettext_noop("Windows-1254 (Turkish)"),
        "cp1255": gettext_noop("Windows-1255 (Hebrew)"),
        "cp1256": gettext_noop("Windows-1256 (Arabic)"),
        "cp1257": gettext_noop("Windows-1257 (Baltic)"),
        "cp1258": gettext_noop("Windows-1258 (Vietnamese)"),
        "cp874": gettext_noop("Windows-874 (Thai)"),
        "iso8859-1": gettext_noop("ISO 8859-1 (Western)"),
        "iso8859-2": gettext_noop("ISO 8859-2 (Central European)"),
        "iso8859-5": gettext_noop("ISO 8859-5 (Cyrillic)"),
        "iso8859-7": gettext_noop("ISO 8859-7 (Greek)"),
        "iso8859-9": gettext_noop("ISO 8859-9 (Turkish)"),
        "iso8859-15": gettext_noop("ISO 8859-15 (Western)"),
        "koi8-r": gettext_noop("KOI8-R (Russian)"),
        "koi8-u": gettext_noop("KOI8-U (Ukrainian)"),
        "mac-latin2": gettext_noop("Mac Central European"),
        "mac-cyrillic": gettext_noop("Mac Cyrillic"),
        "mac-turkish": gettext_noop("Mac Turkish"),
        "mac-greek": gettext_noop("Mac Greek"),
        "cp437": gettext_noop("DOS 437 (United States)"),
        "cp850": gettext_noop("DOS 850 (Western)"),
        "cp852": gettext_noop("DOS 852 (Central European)"),
        "cp866": gettext_noop("DOS 866 (Cyrillic)"),
        "cp932": gettext_noop("Shift-JIS (Japanese)"),
        "euc_jp": gettext_noop("EUC-JP (Japanese)"),
        "gb18030": gettext_noop("GB 18030 (Chinese, simplified)"),
        "big5hkscs": gettext_noop("Big5 (Chinese, traditional)"),
        "cp949": gettext_noop("EUC-KR (Korean)"),
    }
)
_ALSO = {
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16-le",
    "ascii": "utf-8",
    "shift_jis": "cp932",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "euc_kr": "cp949",
    "iso8859-8": "cp1255",
    "iso8859-6": "cp1256",
}
_UNDEFINED_IN_1252 = {0xDC00 + byte: chr(byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_SEVERAL_BYTES = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HEADER_WITHIN = 8_192  # bytes


class Decoded(NamedTuple):
    """A text, the encoding it was read in, and whether some of its bytes are no letters in it (U+FFFD stands there)."""

    text: str
    encoding: str
    is_broken: bool = False


def named(name: str) -> str | None:
    """Return the key in ENCODINGS of an encoding, by any of its names: "mac_roman", "latin-1", "Windows-1250"."""
    try:
        known = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return None
    known = _ALSO.get(known, known)
    return known if known in ENCODINGS else None


def decode(data: bytes, chosen: str | None, headers: Collection[str] = ()) -> Decoded:
    """Decode in the encoding chosen; else by mark, as UTF-16 whose header is known, as UTF-8, or as Windows-1252."""
    encoding = chosen or utf_16(data, headers)
    if encoding is None:
        try:
            return Decoded(_ended(data.decode("utf-8")), "utf-8")
        except UnicodeDecodeError:
            encoding = "utf-8" if _is_mostly_utf_8(data) else "cp1252"
    if encoding == "cp1252":
        text = data.decode("cp1252", "surrogateescape").translate(_UNDEFINED_IN_1252)
        return Decoded(_ended(text), encoding)
    text = data.decode(encoding, "replace")
    return Decoded(_ended(text), encoding, encoding == "utf-8" and "\ufffd" in text)


def _ended(text: str) -> str:
    """Leave out the mark at the beginning, and at the end the padding and the Ctrl-Z of older programs."""
    text = text.removeprefix("\ufeff")
    if not text.endswith(("\x00", "\x1a", "\n", "\r", " ")):
        return text
    short = text.rstrip("\x00\x1a\r\n\t ")
    end = text[len(short) :]
    return short + "\n" if "\x00" in end or "\x1a" in end else text


def _is_mostly_utf_8(data: bytes) -> bool:
    """Whether more letters of several bytes are valid than are not: no other encoding happens to look like that."""
    valid = sum(1 for _ in _SEVERAL_BYTES.finditer(data))
    return valid > data.decode("utf-8", "replace").count("\ufffd") - data.count(b"\xef\xbf\xbd")


def utf_16(data: bytes, headers: Collection[str] = ()) -> str | None:
    """Tell UTF-16 by its mark, by zeros in nearly every other byte, or by a header that it spells."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    start = data[:2000]
    even, odd, half = start[0::2].count(0), start[1::2].count(0), len(start) // 2
    if half and max(even, odd) > 0.6 * half and min(even, odd) < 0.1 * half:
        return "utf-16-be" if even > odd else "utf-16-le"
    if b"\x00" in start:
        start = data[:_HEADER_WITHIN]
        for encoding in ("utf-16-le", "utf-16-be"):
            if any(len(header) > 3 and header.encode(encoding, "ignore") in start for header in headers):
                return encoding
    return None

"""Keyed hashes of ids and numbers that may not be kept: they tell whether a given one is the same, and nothing else.

A hash names the secret it was made with, so that the secret can be changed: hashes made with an old one
(`MUSTER_OLD_SECRET_KEYS`) still count.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

MARK, NAME, DIGITS = "#", 8, 48
NAMED = len(MARK) + NAME  # characters of a hash that name its secret
_BLOCK = 64  # bytes that SHA-256 takes at once


def secrets() -> tuple[str, ...]:
    """Return the secrets that count, the one that makes new hashes first."""
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=16)
def secret_id(secret: str) -> str:
    """Return the name of a secret, which tells nothing about it."""
    return hashlib.sha256(f"secret-id:{secret}".encode()).hexdigest()[:NAME]


def keyed_hash(said: str, secret: str | None = None) -> str:
    """Return the hash of a text: by the secret of now, or by the given one."""
    secret = secret or settings.SECRET_KEY
    digest = hmac.digest(secret.encode(), said.encode(), "sha256").hex()
    return f"{MARK}{secret_id(secret)}:{digest[:DIGITS]}"


def keyed_hashes(said: str) -> tuple[str, ...]:
    """Return every hash of a text that may have been kept, the one of now first."""
    return tuple(keyed_hash(said, each) for each in secrets())


def found_among(kept: Iterable[str], beginning: str, said: Iterable[str]) -> dict[str, str]:
    """Return which of many hashes are of one of many texts: hash → text. Every text is `beginning` and the rest, given.

    Only the secrets that made any of the hashes are tried. The HMAC of a secret and the beginning is begun once and
    copied for each text, which takes a third of the time of one made anew.
    """
    by_maker: dict[str, dict[bytes, str]] = {}
    for each in kept:
        by_maker.setdefault(_maker(each), {})[bytes.fromhex(each.rpartition(":")[2])] = each
    texts, found = list(said), {}
    for secret in secrets():
        if wanted := by_maker.get(secret_id(secret)):
            begun, around = _begun(secret.encode(), beginning.encode())
            for text in texts:
                inner, outer = begun.copy(), around.copy()
                inner.update(text.encode())
                outer.update(inner.digest())
                if (digest := outer.digest()[: DIGITS // 2]) in wanted:
                    found[wanted[digest]] = text
    return found


def is_readable(kept: str) -> bool:
    """Whether a kept hash can still be compared: its secret is one of those that count."""
    return _maker(kept) in {secret_id(each) for each in secrets()}


def _begun(secret: bytes, beginning: bytes) -> tuple[Hash, Hash]:
    """Return the two hashes of an HMAC (RFC 2104), the inner one begun."""
    key = hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in key.ljust(_BLOCK, b"\0"))) for pad in (0x36, 0x5C))
    inner.update(beginning)
    return inner, outer


def _maker(kept: str) -> str:
    """Return the name of the secret that made a hash."""
    return kept[1:].partition(":")[0]

"""Keyed hashes of ids and numbers that may not be kept: they tell whether a given one is the same, and nothing else.

A hash names the secret it was made with, so that the secret can be changed: hashes made with an old one
(`MUSTER_OLD_SECRET_KEYS`) still count. New ones are keyed BLAKE2s (RFC 7693): a file's every number is hashed as soon
as one erased number is on the stop list, and an HMAC takes twice the time. HMACs that were kept before still count.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from functools import lru_cache

from django.conf import settings

MARK, NAME, DIGITS = "#", 8, 48
NAMED = len(MARK) + NAME  # characters of a hash that name its secret
_HMAC = "secret-id:"  # before a secret in what names it: hashes of before and of now have other names
_BLAKE2S = "secret-id:blake2s:"


def secrets() -> tuple[str, ...]:
    """Return the secrets that count, the one that makes new hashes first."""
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=32)
def _name(secret: str, kind: str) -> str:
    """Return the name of a secret, which tells nothing about it."""
    return hashlib.sha256(f"{kind}{secret}".encode()).hexdigest()[:NAME]


def keyed_hash(said: str, secret: str | None = None) -> str:
    """Return the hash of a text: by the secret of now, or by the given one."""
    return _hash(said, secret or settings.SECRET_KEY, _BLAKE2S)


def keyed_hashes(said: str) -> tuple[str, ...]:
    """Return every hash of a text that may have been kept, the one of now first."""
    return tuple(_hash(said, secret, kind) for kind in _MAKERS for secret in secrets())


def found_among(kept: Iterable[str], beginning: str, said: Iterable[str]) -> dict[str, str]:
    """Return which of many hashes are of one of many texts: hash → text. Every text is `beginning` and the rest, given.

    Only the secrets that made any of the hashes are tried.
    """
    by_maker: dict[str, dict[bytes, str]] = {}
    for each in kept:
        by_maker.setdefault(_maker(each), {})[bytes.fromhex(each.rpartition(":")[2])] = each
    texts, found = list(said), dict[str, str]()
    for kind, maker in _MAKERS.items():
        for secret in secrets():
            if wanted := by_maker.get(_name(secret, kind)):
                digest_of = maker(secret, beginning)
                found |= {wanted[digest]: text for text in texts if (digest := digest_of(text)) in wanted}
    return found


def is_readable(kept: str) -> bool:
    """Whether a kept hash can still be compared: its secret is one of those that count."""
    return _maker(kept) in {_name(each, kind) for each in secrets() for kind in _MAKERS}


def _hash(said: str, secret: str, kind: str) -> str:
    return f"{MARK}{_name(secret, kind)}:{_MAKERS[kind](secret, '')(said).hex()}"


def _blake2s(secret: str, beginning: str) -> Callable[[str], bytes]:
    """Return what hashes a text that goes on after this beginning, which is begun once and copied for each."""
    begun = hashlib.blake2s(beginning.encode(), key=hashlib.sha256(secret.encode()).digest(), digest_size=DIGITS // 2)

    def digest_of(text: str) -> bytes:
        hashed = begun.copy()
        hashed.update(text.encode())
        return hashed.digest()

    return digest_of


def _hmac(secret: str, beginning: str) -> Callable[[str], bytes]:
    """Return the same as hashes were made before."""
    key = secret.encode()
    return lambda text: hmac.digest(key, f"{beginning}{text}".encode(), "sha256")[: DIGITS // 2]


_MAKERS = {_BLAKE2S: _blake2s, _HMAC: _hmac}  # that of new hashes first


def _maker(kept: str) -> str:
    """Return the name of the secret that made a hash."""
    return kept[1:].partition(":")[0]

"""Keyed hashes of ids and numbers that may not be kept: they tell whether a given one is the same, and nothing else.

A hash names the secret it was made with, so that the secret can be changed: hashes made with an old one
(`MUSTER_OLD_SECRET_KEYS`) still count.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from functools import lru_cache

from django.conf import settings

MARK, DIGITS = "#", 48


def secrets() -> tuple[str, ...]:
    """Return the secrets that count, the one that makes new hashes first."""
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=16)
def secret_id(secret: str) -> str:
    """Return the name of a secret, which tells nothing about it."""
    return hashlib.sha256(f"secret-id:{secret}".encode()).hexdigest()[:8]


def keyed_hash(said: str, secret: str | None = None) -> str:
    """Return the hash of a text: by the secret of now, or by the given one."""
    secret = secret or settings.SECRET_KEY
    digest = hmac.digest(secret.encode(), said.encode(), "sha256").hex()
    return f"{MARK}{secret_id(secret)}:{digest[:DIGITS]}"


def keyed_hashes(said: str) -> tuple[str, ...]:
    """Return every hash of a text that may have been kept, the one of now first."""
    return tuple(keyed_hash(said, each) for each in secrets())


def keyed_hashes_of_many(beginning: str, said: Iterable[str], kept: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield every text with each hash of it that may be among `kept`: those by the secrets that made any of them.

    Every text begins with `beginning`, which is hashed once a secret; each costs a half of what `keyed_hash` does.
    """
    made = {_maker(each) for each in kept}
    texts = list(said)
    for secret in secrets():
        if (name := secret_id(secret)) in made:
            begun = hmac.new(secret.encode(), beginning.encode(), "sha256")
            for text in texts:
                one = begun.copy()
                one.update(text.encode())
                yield text, f"{MARK}{name}:{one.hexdigest()[:DIGITS]}"


def is_readable(kept: str) -> bool:
    """Whether a kept hash can still be compared: its secret is one of those that count."""
    return _maker(kept) in {secret_id(each) for each in secrets()}


def _maker(kept: str) -> str:
    """Return the name of the secret that made a hash."""
    return kept[1:].partition(":")[0]

"""Secrets that we need again and nobody else may read: encrypted with a key made from the installation's own."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):  # noqa: N818  says what happened
    """The secret was sealed under another secret key: it has to be given again."""


def seal(secret: str) -> str:
    """Encrypt a secret, to be kept."""
    return _box(settings.SECRET_KEY).encrypt(secret.encode()).decode()


def unseal(kept: str) -> str:
    """Decrypt a kept secret; "" stays "". Raises Unreadable."""
    if not kept:
        return ""
    keys = settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS
    try:
        return MultiFernet([_box(each) for each in keys]).decrypt(kept.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


@lru_cache(maxsize=8)
def _box(secret_key: str) -> Fernet:
    key = hashlib.blake2b(secret_key.encode(), digest_size=32, person=b"muster secrets").digest()
    return Fernet(base64.urlsafe_b64encode(key))

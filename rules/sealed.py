"""What nobody may read back: secrets of providers, encrypted with the instance's own key."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

import config


class Unreadable(Exception):
    """Sealed with another key: the secrets have to be entered again."""


def seal(values: Mapping[str, str]) -> str:
    """Text that only this instance can open."""
    return _fernet().encrypt(json.dumps(dict(values)).encode()).decode()


def opened(sealed: str | None) -> dict[str, str]:
    """What was sealed; nothing where nothing was. Raises Unreadable."""
    if not sealed:
        return {}
    try:
        return dict(json.loads(_fernet().decrypt(sealed.encode())))
    except InvalidToken as error:
        raise Unreadable from error


def derived(purpose: str) -> bytes:
    """32 bytes of this instance for one purpose only (HKDF, RFC 5869), so that no two uses share a key."""
    return HKDF(SHA256(), 32, salt=None, info=f"toonbank {purpose}".encode()).derive(config.secret_key().encode())


@lru_cache
def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived("secrets")))

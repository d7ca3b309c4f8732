"""Files that only who has the key can read, and nobody can change unnoticed.

AES-256-GCM by chunks, each with its number and whether it is the last one, so that no
chunk can be changed, moved or cut off. The key of a file is derived from BACKUP_KEY and
a salt of its own.
"""

import hmac
import os
import struct
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"cloudintel backup 1\n"
SALT_BYTES = 16
CHUNK_BYTES = 1024**2
TAG_BYTES = 16


class CannotDecrypt(Exception):
    """The message says why, without a name of the file."""


def key_id(key: str) -> str:
    """Return what names the key and tells nothing about it; "" where there is none."""
    return hmac.digest(key.encode(), b"id", sha256).hex()[:12] if key else ""


def encrypt(plain: BinaryIO, sealed: BinaryIO, key: str) -> None:
    salt = os.urandom(SALT_BYTES)
    cipher = _cipher(key, salt)
    sealed.write(MAGIC + salt)
    for number, chunk, is_last in _chunks(plain, CHUNK_BYTES):
        sealed.write(cipher.encrypt(_nonce(number, is_last), chunk, MAGIC))


def decrypt(sealed: BinaryIO, plain: BinaryIO, key: str) -> None:
    """Raise CannotDecrypt where the key is another, or the file not whole."""
    if sealed.read(len(MAGIC)) != MAGIC:
        raise CannotDecrypt("it does not begin as an encrypted backup does")
    cipher = _cipher(key, sealed.read(SALT_BYTES))
    for number, chunk, is_last in _chunks(sealed, CHUNK_BYTES + TAG_BYTES):
        try:
            plain.write(cipher.decrypt(_nonce(number, is_last), chunk, MAGIC))
        except InvalidTag:
            raise CannotDecrypt(
                "BACKUP_KEY is not the key it was encrypted with, or the file was "
                "changed"
            ) from None


def _cipher(key: str, salt: bytes) -> AESGCM:
    derived = HKDF(hashes.SHA256(), 32, salt, MAGIC).derive(key.encode())
    return AESGCM(derived)


def _nonce(number: int, is_last: bool) -> bytes:
    """Of one key each is used once, as the key is of one file."""
    return struct.pack(">QI", number, is_last)


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    number, chunk = 0, file.read(size)
    while following := file.read(size):
        yield number, chunk, False
        number, chunk = number + 1, following
    yield number, chunk, True

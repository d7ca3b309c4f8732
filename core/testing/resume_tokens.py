"""Opaque tokens that belong to one question and are refused with any other."""

import base64
import binascii
import json
from hashlib import sha256
from typing import Protocol


class Resumable(Protocol):
    """A call whose answer has pages."""

    @property
    def question(self) -> object:
        """What is asked, without the token."""


def make_token(call: Resumable, *position: int) -> str:
    """A token that resumes this call's answer at the position."""
    content = json.dumps([_fingerprint(call), *position])
    return base64.urlsafe_b64encode(content.encode()).decode()


def read_token(
    call: Resumable, token: str | None, error: Exception
) -> list[int] | None:
    """The position in the token; None without one; raises `error` if it is bad."""
    if not token:
        return None
    try:
        fingerprint, *position = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError, TypeError):
        raise error from None
    if fingerprint != _fingerprint(call) or not position:
        raise error
    return [int(number) for number in position]


def _fingerprint(call: Resumable) -> str:
    text = json.dumps(call.question, default=str)
    return sha256(text.encode()).hexdigest()[:16]

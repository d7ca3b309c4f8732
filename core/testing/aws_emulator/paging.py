"""Opaque tokens that belong to one question and are refused with any other."""

from __future__ import annotations

import base64
import binascii
import json
from hashlib import sha256
from typing import TYPE_CHECKING

from core.testing.aws_emulator.wire import AwsError

if TYPE_CHECKING:
    from core.testing.aws_emulator.wire import Call

TOKEN_PARAMETERS = frozenset({"NextToken", "NextPageToken"})


def make_token(call: Call, *position: int) -> str:
    """A token that resumes this call's answer at the position."""
    content = json.dumps([_fingerprint(call), *position])
    return base64.urlsafe_b64encode(content.encode()).decode()


def read_token(call: Call, token: str | None, error: AwsError) -> list[int] | None:
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


def _fingerprint(call: Call) -> str:
    asked = {
        name: value
        for name, value in call.parameters.items()
        if name not in TOKEN_PARAMETERS
    }
    text = json.dumps([call.name, call.account_id, call.region, asked], default=str)
    return sha256(text.encode()).hexdigest()[:16]

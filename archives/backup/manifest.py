"""What lies beside each backup: what it is of, and what it must hold when restored.

It is written last, so that a backup without one is not whole. Sums are encrypted where
the backup is.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Self

from django.conf import settings

from archives.backup.contents import Contents, Reconciliation, TableContents
from archives.backup.encryption import CannotDecrypt, decrypt, encrypt, key_id
from clouds.storage import (
    PlaceFailed,
    checked_place,
    list_files,
    opened,
    write_file,
)
from core.installation_id import installation_id

FORMAT = 1
SUFFIX = ".json"
NAME = re.compile(r"cloudintel-\d{8}T\d{6}Z-(?P<installation>[0-9a-f]{8})\.[a-z0-9.]+")


class CannotRestore(Exception):
    """Nothing was changed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup as its place describes it."""

    name: str
    installation: str
    made_at: datetime
    vendor: str
    server_version: str
    migrations: list[str]
    rows: int
    size_bytes: int
    sha256: str
    key_id: str
    contents: Contents
    reconciliation: Reconciliation

    @property
    def key(self) -> str:
        """Return the key that opens it, "" if none. Raises CannotRestore."""
        if not self.key_id:
            return ""
        check_key(self.name, self.key_id)
        return settings.BACKUP_KEY

    def write(self, place: str) -> None:
        """Raises PlaceFailed."""
        own = asdict(self)
        sums = {name: own.pop(name) for name in ("contents", "reconciliation")}
        held: Any = sums
        if self.key_id:
            held = _sealed(json.dumps(sums).encode())
        body = {"format": FORMAT, **own, "held": held}
        text = json.dumps(body, default=datetime.isoformat, indent=1)
        write_file(BytesIO(text.encode()), place, self.name + SUFFIX)

    @classmethod
    def read(cls, location: str) -> Self:
        """Raises CannotRestore, and PlaceFailed."""
        with opened(location) as file:
            text = file.read()
        try:
            body = json.loads(text)
            if body.pop("format") != FORMAT:
                raise CannotRestore(
                    f"{location} was written by a newer version of cloudintel. "
                    "Install that version, and restore with it."
                )
            held = body.pop("held")
            if isinstance(held, str):
                held = _unsealed(held, location, body["key_id"])
            return cls(
                **body
                | {
                    "made_at": datetime.fromisoformat(body["made_at"]),
                    "contents": _contents(held["contents"]),
                    "reconciliation": Reconciliation(**held["reconciliation"]),
                }
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise CannotRestore(
                f"{location} is damaged: it can't be read as what describes a backup. "
                "Choose another backup; restore --list names them."
            ) from error


def check_key(name: str, wanted: str) -> None:
    if not settings.BACKUP_KEY:
        raise CannotRestore(f"{name} is encrypted: set BACKUP_KEY to its key {wanted}.")
    if key_id(settings.BACKUP_KEY) != wanted:
        raise CannotRestore(
            f"{name} is encrypted with the key {wanted}, and BACKUP_KEY is the key "
            f"{key_id(settings.BACKUP_KEY)}. Set BACKUP_KEY to that one."
        )


def name_of(made_at: datetime, suffix: str) -> str:
    return f"cloudintel-{made_at:%Y%m%dT%H%M%SZ}-{installation_id()}{suffix}"


def installation_of(name: str) -> str:
    """Return which installation made the backup; "" if it is none's."""
    found = NAME.fullmatch(name)
    return found["installation"] if found else ""


def names_in(place: str) -> list[str]:
    """Return the names of the whole backups there, the newest first.

    Raises PlaceFailed.
    """
    names = {file.name for file in list_files(place)}
    whole = [one for one in names if NAME.fullmatch(one) and f"{one}{SUFFIX}" in names]
    return sorted(whole, reverse=True)


def manifest_at(place: str, name: str) -> Manifest:
    """Raises CannotRestore, and PlaceFailed."""
    return Manifest.read(f"{checked_place(place)}/{name}{SUFFIX}")


def found_in(place: str) -> list[Manifest]:
    """Return those that can be read, the newest first. Raises PlaceFailed."""
    found = []
    for name in names_in(place):
        try:
            found.append(manifest_at(place, name))
        except (CannotRestore, PlaceFailed):
            continue
    return found


def _contents(tables: Mapping[str, Any]) -> Contents:
    return {name: TableContents(**one) for name, one in tables.items()}


def _sealed(text: bytes) -> str:
    sealed = BytesIO()
    encrypt(BytesIO(text), sealed, settings.BACKUP_KEY)
    return b64encode(sealed.getvalue()).decode()


def _unsealed(text: str, location: str, wanted: str) -> Any:
    check_key(location, wanted)
    plain = BytesIO()
    try:
        decrypt(BytesIO(b64decode(text)), plain, settings.BACKUP_KEY)
    except CannotDecrypt as error:
        raise CannotRestore(f"{location} can't be decrypted: {error}.") from None
    return json.loads(plain.getvalue())

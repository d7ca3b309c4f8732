"""Where bill files lie: what is there, and each file on this machine's disk."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Protocol
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsAccount, AwsClients, AwsOptions
from providers.errors import ErrorKind, ProviderError
from providers.files.account_settings import S3, FilesSettings
from providers.meter import Meter

CHANGED = (
    "it changed while it was read",
    "Nothing of it was stored: sync again once its export has ended.",
)
# S3 answers it where the file is not the one that was listed.
PRECONDITION_FAILED = "PreconditionFailed"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`name` is below the place, `version` differs once the content does."""

    name: str
    size: int
    version: str
    modified_at: datetime


class Place(Protocol):
    def list_files(self) -> Sequence[StoredFile]:
        """Return every file, by name. Raise ProviderError."""

    @property
    def is_remote(self) -> bool:
        """Return whether a file takes disk here while it is read."""

    def on_disk(self, file: StoredFile) -> Any:
        """Hold its path while it is read, and raise ProviderError if it changed."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Of this machine, or one file of it."""

    path: Path
    is_remote = False

    def list_files(self) -> Sequence[StoredFile]:
        if not self.path.exists():
            raise ProviderError(
                ErrorKind.INVALID,
                f"Bill files in {self.path}",
                "there is no such directory or file",
                "Put it there, or give the account another place.",
            )
        try:
            if self.path.is_file():
                return [self._stored(self.path)]
            found = [
                self._stored(Path(folder) / name)
                for folder, _, names in os.walk(self.path, onerror=_raise)
                for name in names
                if not name.startswith(".")
            ]
        except OSError as error:
            raise _unreadable(self.path, error) from error
        return sorted(found, key=lambda one: one.name)

    @contextmanager
    def on_disk(self, file: StoredFile) -> Iterator[Path]:
        path = self.path if self.path.is_file() else self.path / file.name
        try:
            if self._stored(path).version != file.version:
                raise ProviderError(ErrorKind.INCOMPLETE, str(path), *CHANGED)
            yield path
            if self._stored(path).version != file.version:
                raise ProviderError(ErrorKind.INCOMPLETE, str(path), *CHANGED)
        except OSError as error:
            raise _unreadable(path, error) from error

    def _stored(self, path: Path) -> StoredFile:
        found = path.stat()
        name = path.name if self.path.is_file() else str(path.relative_to(self.path))
        return StoredFile(
            name=name,
            size=found.st_size,
            version=f"{found.st_mtime_ns}-{found.st_size}-{found.st_ino}",
            modified_at=datetime.fromtimestamp(found.st_mtime, UTC),
        )


def _raise(error: OSError) -> None:
    raise error


def _unreadable(path: Path, error: OSError) -> ProviderError:
    return ProviderError(
        ErrorKind.INVALID,
        str(path),
        error.strerror or str(error),
        "Make it readable for the user that runs cloudintel.",
    )


class Bucket:
    """Of S3, below a prefix."""

    is_remote = True

    def __init__(
        self, settings: FilesSettings, options: AwsOptions, folder: Path, meter: Meter
    ) -> None:
        parts = urlsplit(settings.place)
        self._bucket = parts.netloc
        self._prefix = parts.path.strip("/")
        self._folder = folder
        account = AwsAccount(settings=settings.aws)
        self._clients = AwsClients(account, options, meter)

    def list_files(self) -> Sequence[StoredFile]:
        folder = f"{self._prefix}/" if self._prefix else ""
        with self._reading(""):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            return [
                StoredFile(
                    name=name,
                    size=raw["Size"],
                    version=raw["ETag"].strip('"'),
                    modified_at=raw["LastModified"],
                )
                for page in pages
                for raw in page.get("Contents", ())
                if (name := name_below(raw["Key"], folder)) and not name.endswith("/")
            ]

    @contextmanager
    def on_disk(self, file: StoredFile) -> Iterator[Path]:
        key = key_of(self._prefix, file.name)
        suffix = "".join(Path(file.name).suffixes[-2:])
        with NamedTemporaryFile(dir=self._folder, suffix=suffix) as local:
            with self._reading(file.name):
                self._download(key, file, local)
            yield Path(local.name)

    def _download(self, key: str, file: StoredFile, local: Any) -> None:
        try:
            answer = self._client.get_object(
                Bucket=self._bucket, Key=key, IfMatch=f'"{file.version}"'
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == PRECONDITION_FAILED:
                raise ProviderError(
                    ErrorKind.INCOMPLETE, f"{S3}{self._bucket}/{key}", *CHANGED
                ) from error
            raise
        for chunk in answer["Body"].iter_chunks(1 << 20):
            local.write(chunk)
        local.flush()

    @property
    def _client(self) -> Any:
        return self._clients.s3(self._clients.partition.home)

    def _reading(self, name: str) -> Any:
        place = f"{S3}{self._bucket}/{self._prefix}".rstrip("/")
        return aws_errors(f"Bill files in {place}" + (f": {name}" if name else ""))


def name_below(key: str, folder: str) -> str:
    """Return its name below the folder; of the place itself, its last part."""
    if key.startswith(folder):
        return key[len(folder) :]
    return key.rpartition("/")[2] if key == folder.rstrip("/") else ""


def key_of(prefix: str, name: str) -> str:
    """Return the key of a file below the prefix, or of the file that it is itself."""
    if name == prefix.rpartition("/")[2]:
        return prefix
    return f"{prefix}/{name}" if prefix else name

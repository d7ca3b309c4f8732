"""Where archives are written: a directory, or a bucket of S3 (or of what speaks S3).

A file names its content and is never replaced, as it may hold the only copy of rows.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import Any, BinaryIO
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.crypto import salted_hmac

from archives.parquet import sha256

S3 = "s3://"


class PlaceFailed(Exception):
    """A file can't be written or fetched there; the message says why."""


def installation_id() -> str:
    """Return what names this installation among those that archive to one place."""
    return salted_hmac("archives", "installation").hexdigest()[:8]


@contextmanager
def unnamed_file() -> Iterator[BinaryIO]:
    """A local file that ends with the process, also if it is killed."""
    with _failing_with_place(gettempdir()), TemporaryFile() as file:
        yield file


def write_file(draft: BinaryIO, place: str, name: str) -> str:
    """Put the file there, whole and on disk, and return its location.

    One of that name stays as it is. Raises PlaceFailed.
    """
    if "://" in place and not place.startswith(S3):
        raise PlaceFailed(
            f"{place} is no place for archives: give a directory or s3://bucket/prefix."
        )
    draft.seek(0)
    if place.startswith(S3):
        location = f"{place.rstrip('/')}/{name}"
        with _failing_with_place(location):
            _put_new(draft, location)
        return location
    target = Path(place).resolve() / name
    with _failing_with_place(str(target)):
        _make_folder(target.parent)
        _write_new(draft, target)
    return str(target)


@contextmanager
def verified(location: str, digest: str) -> Iterator[BinaryIO]:
    """The file, if it is still the one of that SHA-256. Raises PlaceFailed."""
    with _opened(location) as file:
        if sha256(file) != digest:
            raise PlaceFailed(
                f"{location} is not the file that was written: its SHA-256 differs "
                f"from {digest}. Put that file back, or move this one away."
            )
        yield file


@contextmanager
def _opened(location: str) -> Iterator[BinaryIO]:
    if location.startswith(S3):
        with unnamed_file() as file:
            with _failing_with_place(location):
                _client().download_fileobj(*_bucket_and_key(location), file)
            yield file
        return
    if not Path(location).is_file():
        raise PlaceFailed(f"There is no file {location}.")
    with _failing_with_place(location), Path(location).open("rb") as file:
        yield file


def _put_new(draft: BinaryIO, location: str) -> None:
    bucket, key = _bucket_and_key(location)
    try:
        _client().put_object(Bucket=bucket, Key=key, Body=draft, IfNoneMatch="*")
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 412:
            raise


def _write_new(draft: BinaryIO, target: Path) -> None:
    mine = f".{installation_id()}-"
    for left_by_a_kill in target.parent.glob(f"{mine}*"):
        left_by_a_kill.unlink(missing_ok=True)
    partial = target.with_name(f"{mine}{uuid4()}.partial")
    try:
        with partial.open("xb") as file:
            shutil.copyfileobj(draft, file)
            file.flush()
            os.fsync(file.fileno())
        if not target.exists():
            partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """Write to disk which files it holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _client() -> Any:
    config = Config(
        connect_timeout=settings.AWS_CONNECT_TIMEOUT_SECONDS,
        read_timeout=settings.AWS_READ_TIMEOUT_SECONDS,
        retries={
            "mode": "standard",
            "total_max_attempts": settings.AWS_MAX_ATTEMPTS,
        },
    )
    return boto3.client("s3", config=config)


def _bucket_and_key(location: str) -> tuple[str, str]:
    parts = urlsplit(location)
    return parts.netloc, parts.path.lstrip("/")


@contextmanager
def _failing_with_place(location: str) -> Iterator[None]:
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError, OSError) as error:
        raise PlaceFailed(
            f"{location} can't be reached: {error}. Check the place and the right to "
            "read and write there."
        ) from error

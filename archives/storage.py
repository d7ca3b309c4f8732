"""Where archives are written: a directory, or a bucket of S3 (or of what speaks S3)."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import boto3
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from archives.parquet import sha256


class PlaceFailed(Exception):
    """A file can't be written or fetched there; the message says why."""


def write_file(draft: Path, place: str, name: str) -> str:
    """Puts the file there, whole or not at all; answers its location."""
    if place.startswith("s3://"):
        location = f"{place.rstrip('/')}/{name}"
        bucket, key = _bucket_and_key(location)
        with _failing_with_place(location):
            boto3.client("s3").upload_file(str(draft), bucket, key)
        return location
    target = Path(place) / name
    with _failing_with_place(str(target)):
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(draft, beside)
        beside.replace(target)
    return str(target.resolve())


@contextmanager
def fetched(location: str) -> Iterator[Path]:
    """A local copy of the file, for as long as it is used."""
    if not location.startswith("s3://"):
        path = Path(location)
        if not path.is_file():
            raise PlaceFailed(f"There is no file {location}.")
        yield path
        return
    bucket, key = _bucket_and_key(location)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "archive.parquet"
        with _failing_with_place(location):
            boto3.client("s3").download_file(bucket, key, str(path))
        yield path


@contextmanager
def verified(location: str, digest: str) -> Iterator[Path]:
    """The same, if it is still the file of that SHA-256. Raises PlaceFailed."""
    with fetched(location) as path:
        if sha256(path) != digest:
            raise PlaceFailed(
                f"{location} is not the file that was written: its SHA-256 differs "
                f"from {digest}."
            )
        yield path


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

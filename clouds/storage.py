"""Files of archives, backups and exports: written whole, read as written, listed.

Of archives and backups a file names its content and is never replaced, as it may hold
the only copy of rows.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import BinaryIO
from urllib.parse import urlsplit

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from clouds.places import DIRECTORY, STORES, Store, StoredFile
from providers.errors import ProviderError

AZURE_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")


class PlaceFailed(Exception):
    """A file can't be written or fetched there; the message says why."""


@contextmanager
def unnamed_file() -> Iterator[BinaryIO]:
    """A local file that ends with the process, also if it is killed."""
    with failing_with_place(gettempdir()), TemporaryFile() as file:
        yield file


def checked_place(place: str) -> str:
    """Return the place as locations begin with it. Raises PlaceFailed."""
    if "://" not in place:
        return str(Path(place).resolve())
    scheme, netloc, path, *rest = urlsplit(place)
    is_container = path.strip("/") and AZURE_ACCOUNT.fullmatch(netloc)
    is_whole = {"s3": netloc, "azure": is_container}
    if not is_whole.get(scheme) or any(rest):
        raise PlaceFailed(
            f"{place} is no place for files: give a directory, s3://bucket/prefix or "
            "azure://account/container/prefix."
        )
    return place.rstrip("/")


def write_file(
    draft: BinaryIO, place: str, name: str, *, replaces: bool = False
) -> str:
    """Put the file there, whole and on disk, and return its location.

    One of that name stays as it is, unless this one replaces it. Raises PlaceFailed.
    """
    location = f"{checked_place(place)}/{name}"
    draft.seek(0)
    with failing_with_place(location):
        store_of(location).put(draft, location, replaces=replaces)
    return location


def sha256(file: BinaryIO) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def list_files(place: str) -> list[StoredFile]:
    """Return what lies there, by name. Raises PlaceFailed."""
    place = checked_place(place)
    with failing_with_place(place):
        return list(store_of(place).files(place))


def delete_file(location: str) -> None:
    """Delete the file; one that is gone is no error. Raises PlaceFailed."""
    with failing_with_place(location):
        store_of(location).delete(location)


@contextmanager
def verified(location: str, digest: str) -> Iterator[BinaryIO]:
    """The file, if it is still the one of that SHA-256. Raises PlaceFailed."""
    with opened(location) as file:
        if sha256(file) != digest:
            raise PlaceFailed(
                f"{location} is not the file that was written: its SHA-256 differs "
                f"from {digest}. Put that file back, or move this one away."
            )
        yield file


@contextmanager
def opened(location: str) -> Iterator[BinaryIO]:
    """The file, on this machine. Raises PlaceFailed."""
    store = store_of(location)
    if store is not DIRECTORY:
        with unnamed_file() as file:
            with failing_with_place(location):
                store.read_into(location, file)
            file.seek(0)
            yield file
        return
    if not Path(location).is_file():
        raise PlaceFailed(f"There is no file {location}.")
    with failing_with_place(location), Path(location).open("rb") as file:
        yield file


def store_of(location: str) -> Store:
    return STORES.get(urlsplit(location).scheme, DIRECTORY)


@contextmanager
def failing_with_place(location: str) -> Iterator[None]:
    try:
        yield
    except ProviderError as error:
        raise PlaceFailed(f"{location} can't be reached: {error}") from error
    except (Boto3Error, BotoCoreError, ClientError, OSError) as error:
        raise PlaceFailed(
            f"{location} can't be reached: {error}. Check the place and the right to "
            "read and write there."
        ) from error

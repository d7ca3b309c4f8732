"""Where files can lie: a directory, a bucket of S3 (or of what speaks S3), or a
container of Azure. Each store takes locations, which begin with the place."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings

from clouds.registry import azure_options
from core.drafts import draft_beside
from core.installation_id import installation_id
from providers.azure.blobs import BlobContainer

# More than one request may carry is sent in parts.
PART_BYTES = 32 * 1024**2
# How S3 refuses what shall replace nothing.
EXISTS = 412


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as its place lists it; its name is below the place."""

    name: str
    location: str
    size_bytes: int
    modified_at: datetime


class Store(Protocol):
    """What each kind of place can do."""

    def put(self, draft: BinaryIO, location: str, *, replaces: bool) -> None:
        """Write it, whole and on disk; what lies there goes, or else stays as it is."""

    def read_into(self, location: str, file: BinaryIO) -> None: ...

    def files(self, place: str) -> Iterator[StoredFile]: ...

    def delete(self, location: str) -> None:
        """Delete it; what is gone is no error."""


class Directory:
    """A directory, which may be that of another machine."""

    def put(self, draft: BinaryIO, location: str, *, replaces: bool) -> None:
        target = Path(location)
        _make_folder(target.parent)
        # Another installation may be on a machine whose locks are not seen here.
        with draft_beside(target, f".{installation_id()}-") as partial:
            with partial.open("wb") as file:
                shutil.copyfileobj(draft, file)
                file.flush()
                os.fsync(file.fileno())
            if replaces or not target.exists():
                partial.rename(target)
        _sync_folder(target.parent)

    def read_into(self, location: str, file: BinaryIO) -> None:
        with Path(location).open("rb") as stored:
            shutil.copyfileobj(stored, file)

    def files(self, place: str) -> Iterator[StoredFile]:
        for path in sorted(Path(place).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                status = path.stat()
                yield StoredFile(
                    str(path.relative_to(place)),
                    str(path),
                    status.st_size,
                    datetime.fromtimestamp(status.st_mtime, UTC),
                )

    def delete(self, location: str) -> None:
        Path(location).unlink(missing_ok=True)


class Bucket:
    """A bucket of S3: s3://bucket/prefix."""

    def put(self, draft: BinaryIO, location: str, *, replaces: bool) -> None:
        """Put it in one request or in parts."""
        target, client = _bucket_and_key(location), _client()
        only = {} if replaces else {"IfNoneMatch": "*"}
        first, rest = draft.read(PART_BYTES), draft.read(PART_BYTES)
        try:
            if not rest:
                client.put_object(**target, Body=first, **only)
            else:
                _put_in_parts(client, target, [first, rest], draft, only)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if replaces or status != EXISTS:
                raise

    def read_into(self, location: str, file: BinaryIO) -> None:
        target = _bucket_and_key(location)
        _client().download_fileobj(target["Bucket"], target["Key"], file)

    def files(self, place: str) -> Iterator[StoredFile]:
        target = _bucket_and_key(f"{place}/")
        pages = _client().get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=target["Bucket"], Prefix=target["Key"]):
            for each in page.get("Contents", []):
                name = each["Key"].removeprefix(target["Key"])
                yield StoredFile(
                    name, f"{place}/{name}", each["Size"], each["LastModified"]
                )

    def delete(self, location: str) -> None:
        _client().delete_object(**_bucket_and_key(location))


class AzureContainer:
    """A container of Azure Blob Storage: azure://account/container/prefix."""

    def put(self, draft: BinaryIO, location: str, *, replaces: bool) -> None:
        container, name = _container_and_name(location)
        container.put(name, draft, replaces=replaces)

    def read_into(self, location: str, file: BinaryIO) -> None:
        container, name = _container_and_name(location)
        container.read_into(name, file)

    def files(self, place: str) -> Iterator[StoredFile]:
        container, prefix = _container_and_name(f"{place}/")
        for each in container.blobs(prefix):
            name = each.name.removeprefix(prefix)
            yield StoredFile(name, f"{place}/{name}", each.size_bytes, each.modified_at)

    def delete(self, location: str) -> None:
        container, name = _container_and_name(location)
        container.delete(name)


STORES: dict[str, Store] = {"s3": Bucket(), "azure": AzureContainer()}
DIRECTORY = Directory()


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


def _bucket_and_key(location: str) -> dict[str, str]:
    parts = urlsplit(location)
    return {"Bucket": parts.netloc, "Key": parts.path.lstrip("/")}


def _put_in_parts(
    client: Any,
    target: dict[str, str],
    begun: list[bytes],
    rest: BinaryIO,
    only: dict[str, str],
) -> None:
    upload = target | {"UploadId": client.create_multipart_upload(**target)["UploadId"]}
    done: list[dict[str, Any]] = []
    try:
        while begun or (part := rest.read(PART_BYTES)):
            body = begun.pop(0) if begun else part
            number = len(done) + 1
            answer = client.upload_part(**upload, PartNumber=number, Body=body)
            done.append({"PartNumber": number, "ETag": answer["ETag"]})
        parts = {"Parts": done}
        client.complete_multipart_upload(**upload, MultipartUpload=parts, **only)
    except BaseException:  # parts that nobody completes are billed for ever
        client.abort_multipart_upload(**upload)
        raise


def _container_and_name(location: str) -> tuple[BlobContainer, str]:
    parts = urlsplit(location)
    container, _, name = parts.path.lstrip("/").partition("/")
    return BlobContainer(parts.netloc, container, azure_options()), name

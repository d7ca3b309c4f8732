"""Files lie in a directory, in S3 or in Azure, and each place does the same."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from clouds.storage import (
    PlaceFailed,
    checked_place,
    delete_file,
    list_files,
    opened,
    write_file,
)
from core.testing.blob_emulator import EmulatedBlobs
from core.testing.places import KINDS


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers.azure.blobs.PART_BYTES", 4)


def content_of(location: str) -> bytes:
    with opened(location) as file:
        return file.read()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_listed_read_and_deleted(
    place_of: Callable[[str], str], kind: str
) -> None:
    place = place_of(kind)
    assert list_files(place) == []
    names = ["daily/a b", "daily/c", "monthly/d"]
    for name in names:
        location = write_file(BytesIO(b"ten or more"), place, name)
        assert location == f"{place}/{name}"
    write_file(BytesIO(b"another"), place, "daily/c")
    found = list_files(f"{place}/")
    assert [file.name for file in found] == names
    assert {file.size_bytes for file in found} == {11}
    assert {content_of(file.location) for file in found} == {b"ten or more"}
    for _ in range(2):
        delete_file(found[0].location)
    assert [file.name for file in list_files(place)] == names[1:]
    with pytest.raises(PlaceFailed, match="daily/a b"), opened(found[0].location):
        pass


@pytest.mark.parametrize("kind", KINDS)
def test_what_replaces_a_file_is_there_afterwards(
    place_of: Callable[[str], str], kind: str
) -> None:
    place = f"{place_of(kind)}/replaced"
    write_file(BytesIO(b"some"), place, "month")
    for content in (b"newer", b"newest, in parts"):
        location = write_file(BytesIO(content), place, "month", replaces=True)
    assert content_of(location) == content
    assert [file.name for file in list_files(place)] == ["month"]


def test_more_than_a_request_carries_goes_to_s3_in_parts_and_replaces_nothing(
    place_of: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clouds.places.PART_BYTES", 5 * 1024**2)
    content = b"0123456789abcdef" * (11 * 1024**2 // 16)
    location = write_file(BytesIO(content), place_of("s3"), "large")
    write_file(BytesIO(content[::-1]), place_of("s3"), "large")
    assert content_of(location) == content


def test_a_request_to_azure_that_fails_on_the_way_is_sent_again(
    place_of: Callable[[str], str], blobs: EmulatedBlobs
) -> None:
    blobs.refused = 1
    location = write_file(BytesIO(b"some"), place_of("azure"), "name")
    assert content_of(location) == b"some"


def test_what_azure_refuses_is_one_sentence(
    place_of: Callable[[str], str], settings: Any
) -> None:
    settings.AZURE_ACCESS_TOKEN = "wrong"
    with pytest.raises(PlaceFailed, match="403 AuthenticationFailed. Check the acc"):
        write_file(BytesIO(b"some"), place_of("azure"), "name")


@pytest.mark.parametrize(
    "place",
    [
        "gs://b",
        "s3://",
        "azure://acc",
        "azure://A.b/c",
        "s3://b/c?d",
        "azure://acc/c#d",
    ],
)
def test_what_is_no_place_is_refused(place: str) -> None:
    with pytest.raises(PlaceFailed, match="is no place for files: give a directory"):
        checked_place(place)

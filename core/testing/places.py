"""The kinds of places in which files can lie."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from core.testing.aws_emulator import EmulatedAws
from core.testing.blob_emulator import EmulatedBlobs, blob_emulator

KINDS = ("directory", "s3", "azure")


@pytest.fixture
def blobs(settings: Any) -> Iterator[EmulatedBlobs]:
    with blob_emulator() as emulated:
        settings.AZURE_ENDPOINT_URL = emulated.url
        settings.AZURE_ACCESS_TOKEN = "emulated"
        settings.AZURE_MAX_ATTEMPTS = 2
        yield emulated


@pytest.fixture
def place_of(
    aws: EmulatedAws, blobs: EmulatedBlobs, tmp_path: Path
) -> Callable[[str], str]:
    boto3.client("s3").create_bucket(Bucket="kept")
    places = (str(tmp_path), "s3://kept/deep", "azure://company/kept/deep")
    return dict(zip(KINDS, places, strict=True)).__getitem__

"""The emulated Azure's metrics of what is in storage accounts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from core.testing.azure_emulator import (
    EmulatedAzure,
    EmulatedSubscription,
    StorageAccount,
)
from core.testing.azure_emulator.clients import Reply, ask

NOW = datetime(2026, 6, 20, 9, 40, tzinfo=UTC)
ACCOUNTS = "Microsoft.Storage/storageAccounts"
BLOBS = f"{ACCOUNTS}/blobServices"
BY_TIER = {"filter": "Tier eq '*'"}


@pytest.fixture
def azure() -> Iterator[EmulatedAzure]:
    with EmulatedAzure(now=NOW) as emulated:
        yield emulated


@pytest.fixture
def shop(azure: EmulatedAzure) -> EmulatedSubscription:
    return azure.world.add_subscription(name="shop")


def batch(azure: EmulatedAzure, account: StorageAccount, **asked: str) -> Reply:
    """Asks for its blobs' bytes of the last five hours."""
    parameters = {
        "metricNamespace": BLOBS,
        "metricnames": "BlobCapacity",
        "aggregation": "average",
        "interval": "PT1H",
        "starttime": "2026-06-20T05:00:00Z",
        "endtime": "2026-06-20T10:00:00Z",
    } | asked
    of_blobs = parameters["metricNamespace"] == BLOBS
    ids = [account.id + ("/blobServices/default" if of_blobs else "")]
    path = f"/subscriptions/{account.subscription_id}/metrics:getBatch"
    return ask(azure, path, {"resourceids": ids}, **parameters)


def series(reply: Reply) -> dict[tuple[str, ...], list[Any]]:
    """The values of each series by its labels."""
    (value,) = reply.json["values"]
    (metric,) = value["value"]
    return {
        tuple(label["value"] for label in each["metadatavalues"]): [
            datum.get("average") for datum in each["data"]
        ]
        for each in metric["timeseries"]
    }


def test_tiers_are_apart_and_some_hours_late(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    account = shop.add(StorageAccount, "data", bytes_by_tier={"Hot": 7, "Cool": 2})
    found = series(batch(azure, account, **BY_TIER))
    assert found == {
        ("Hot",): [7, 7, None, None, None],
        ("Cool",): [2, 2, None, None, None],
        ("Cold",): [0, 0, None, None, None],
        ("Archive",): [0, 0, None, None, None],
    }
    assert series(batch(azure, account)) == {(): [9, 9, None, None, None]}


def test_blobs_are_counted_and_an_account_has_more_than_blobs(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    account = shop.add(
        StorageAccount, "data", bytes_by_tier={"Hot": 7}, other_bytes=3, blobs=5
    )
    counted = series(batch(azure, account, metricnames="BlobCount"))
    assert counted == {(): [5, 5, None, None, None]}
    asked = {"metricNamespace": ACCOUNTS, "metricnames": "UsedCapacity"}
    assert series(batch(azure, account, **asked)) == {(): [10, 10, None, None, None]}


def test_ten_series_are_answered_where_no_more_are_asked_for(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    account = shop.add(StorageAccount, "data", bytes_by_tier={"Hot": 7})
    asked = {"filter": "Tier eq '*' and BlobType eq '*'"}
    assert len(series(batch(azure, account, **asked))) == 10
    found = series(batch(azure, account, **asked, top="100"))
    assert len(found) == 12
    assert found["Hot", "BlockBlob"][0] == 7
    assert found["Hot", "PageBlob"][0] == 0


def test_an_emptied_tier_is_measured_no_more(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    account = shop.add(
        StorageAccount, "data", emptied={"Hot": 7}, bytes_by_tier={"Cool": 7}
    )
    asked = {"starttime": "2026-06-19T05:00:00Z", "endtime": "2026-06-19T10:00:00Z"}
    found = series(batch(azure, account, **BY_TIER, **asked))
    assert found["Hot",] == [7, 7, None, None, None]
    assert found["Cool",] == [7] * 5
    assert series(batch(azure, account))[()] == [7, 7, None, None, None]


def test_an_account_for_files_has_no_blobs(
    azure: EmulatedAzure, shop: EmulatedSubscription
) -> None:
    account = shop.add(StorageAccount, "data", kind="FileStorage", other_bytes=3)
    (value,) = batch(azure, account, **BY_TIER).json["values"]
    assert value["value"][0]["errorCode"] == "ResourceNotFound"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"interval": "P1D"}, "time grain"),
        ({"aggregation": "average,maximum"}, "no other aggregation"),
        ({"metricnames": "Percentage CPU"}, "Failed to find metric"),
        ({"metricnames": "UsedCapacity"}, "Failed to find metric"),
        ({"filter": "VMName eq '*'"}, "dimension"),
        ({"metricNamespace": ACCOUNTS, "metricnames": "UsedCapacity"} | BY_TIER, "dim"),
    ],
)
def test_it_refuses_what_azure_refuses(
    azure: EmulatedAzure,
    shop: EmulatedSubscription,
    asked: dict[str, str],
    words: str,
) -> None:
    refused = batch(azure, shop.add(StorageAccount, "data"), **asked)
    assert (refused.status, refused.code) == (400, "BadRequest")
    assert words in refused.json["error"]["message"]

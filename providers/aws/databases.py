"""Instances of RDS, Neptune and DocumentDB, of which RDS answers for all: fetch,
normalize."""

from collections.abc import Iterator
from typing import Any

from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.aws.resources import tags_of
from providers.records import DatabaseRecord

# The most that DescribeDBInstances answers in a page.
PAGE_SIZE = 100


def fetch_databases(clients: AwsClients, region: str) -> Iterator[list[DatabaseRecord]]:
    """Yield each page of the region's databases. Raise ProviderError."""
    with aws_errors(f"Databases in {region} (rds:DescribeDBInstances)", region):
        paginator = clients.rds(region).get_paginator("describe_db_instances")
        for page in paginator.paginate(PaginationConfig={"PageSize": PAGE_SIZE}):
            yield [normalize_database(raw, region) for raw in page["DBInstances"]]


def normalize_database(raw: dict[str, Any], region: str) -> DatabaseRecord:
    """One database of an answer, by its ARN: another region may have its name."""
    storage_gib = raw.get("AllocatedStorage", 0)
    return DatabaseRecord(
        resource_id=raw["DBInstanceArn"],
        region=region,
        state=raw["DBInstanceStatus"].lower(),
        name=raw["DBInstanceIdentifier"],
        created_at=raw.get("InstanceCreateTime"),
        tags=tags_of(raw.get("TagList", [])),
        engine=raw["Engine"],
        engine_version=raw.get("EngineVersion", ""),
        database_class=raw.get("DBInstanceClass", ""),
        # A member of a cluster says 1: the cluster's storage grows by itself.
        storage_gib=storage_gib if storage_gib > 1 else None,
        storage_type=raw.get("StorageType", ""),
        is_multi_zone=raw.get("MultiAZ"),
        cluster=raw.get("DBClusterIdentifier", ""),
    )

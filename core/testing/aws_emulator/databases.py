"""DescribeDBInstances of RDS, which answers for Neptune and DocumentDB too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.testing.aws_emulator.pages import page_of, refuse_narrowed, tag_list
from core.testing.aws_emulator.wire import Answer, AwsError, Call

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws
    from core.testing.aws_emulator.resources import EmulatedDatabase

MAX_RECORDS = 100


def describe_db_instances(aws: EmulatedAws, call: Call) -> Answer:
    """A page of this region's databases."""
    asked = call.parameters
    refuse_narrowed(asked, "Filters", "DBInstanceIdentifier")
    size = asked.get("MaxRecords", MAX_RECORDS)
    if not 20 <= size <= MAX_RECORDS:
        message = f"Invalid value {size} for MaxRecords. Must be between 20 and 100"
        raise AwsError("InvalidParameterValue", message)
    found = [
        database
        for database in aws.world(call.account_id).databases.values()
        if database.region == call.region and database.created_at <= aws.now
    ]
    found.sort(key=lambda each: each.name)
    page, marker = page_of(
        *(aws, call, found, size, asked.get("Marker")),
        AwsError("InvalidParameterValue", "The parameter Marker is not valid."),
    )
    answer: dict[str, Any] = {
        "DBInstances": [_database(each, call.account_id) for each in page]
    }
    return answer | ({"Marker": marker} if marker else {})


def _database(database: EmulatedDatabase, account_id: str) -> dict[str, Any]:
    """A member of a cluster says of the cluster's storage that it is 1 GiB."""
    arn = f"arn:aws:rds:{database.region}:{account_id}:db:{database.name}"
    raw: dict[str, Any] = {
        "DBInstanceIdentifier": database.name,
        "DBInstanceArn": arn,
        "DBInstanceClass": database.database_class,
        "DBInstanceStatus": database.state,
        "Engine": database.engine,
        "EngineVersion": database.engine_version,
        "AllocatedStorage": 1 if database.cluster else database.storage_gib,
        "StorageType": database.storage_type,
        "MultiAZ": database.multi_az,
        "InstanceCreateTime": database.created_at,
        "TagList": tag_list(database.tags),
    }
    if database.cluster:
        raw["DBClusterIdentifier"] = database.cluster
    return raw

"""DescribeDBInstances of RDS, which answers for Neptune and DocumentDB too, and
StopDBInstance and StartDBInstance."""

from __future__ import annotations

from functools import partial
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
    refuse_narrowed(asked, "Filters")
    if "DBInstanceIdentifier" in asked:
        return {"DBInstances": [_database(_found(aws, call), call.account_id)]}
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


def stop_db_instance(aws: EmulatedAws, call: Call) -> Answer:
    """It stops for a while; a member of a cluster can't by itself."""
    return _change(aws, call, "available", "stopping", "stopped")


def start_db_instance(aws: EmulatedAws, call: Call) -> Answer:
    return _change(aws, call, "stopped", "starting", "available")


def _change(aws: EmulatedAws, call: Call, of: str, passing: str, to: str) -> Answer:
    database = _found(aws, call)
    if database.cluster:
        message = "The specified operation is not available for a cluster's member."
        raise AwsError("InvalidDBClusterStateFault", message)
    if database.state != of:
        message = f"Instance {database.name} is not in {of} state."
        raise AwsError("InvalidDBInstanceState", message)
    database.state = passing
    aws.later(partial(_reach, database, passing, to))
    return {"DBInstance": _database(database, call.account_id)}


def _reach(database: EmulatedDatabase, passing: str, to: str) -> None:
    if database.state == passing:
        database.state = to


def _found(aws: EmulatedAws, call: Call) -> EmulatedDatabase:
    name = call.parameters["DBInstanceIdentifier"]
    found = aws.world(call.account_id).databases.get((call.region, name))
    if found is None:
        raise AwsError("DBInstanceNotFound", f"DBInstance {name} not found.", 404)
    return found

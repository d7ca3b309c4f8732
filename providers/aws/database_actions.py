"""Stopping and starting RDS instances."""

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from providers.acting import ActionKind
from providers.acting_steps import Task
from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.aws.databases import normalize_database
from providers.aws.dry_runs import Attempt
from providers.aws.resource_change import ResourceChange
from providers.records import DatabaseRecord, ResourceRecord

STOP, START = "rds:StopDBInstance", "rds:StartDBInstance"
NOT_FOUND = "DBInstanceNotFound"
NO_DATABASE = "cloudintel-has-no-such-database"
GONE = {"deleting", "deleted"}


class _DatabaseChange(ResourceChange):
    @property
    def database(self) -> dict[str, str]:
        """Its name is the end of its ARN."""
        return {"DBInstanceIdentifier": self.action.resource_id.rpartition(":")[2]}

    def look(self) -> DatabaseRecord | None:
        call = self.clients.rds(self.region).describe_db_instances
        permission = "rds:DescribeDBInstances"
        answer = self.ask(call, permission, missing=NOT_FOUND, **self.database)
        if answer is None:
            return None
        (raw,) = answer["DBInstances"]
        record = normalize_database(raw, self.region)
        return None if record.state in GONE else record

    def dry_run(self, record: ResourceRecord) -> str:
        self.refuse_cluster(record)
        return (
            "RDS has no dry run: the database is as it was, and is no member of a "
            "cluster."
        )

    def refuse_cluster(self, record: ResourceRecord) -> None:
        """Aurora's, Neptune's and DocumentDB's clusters stop as a whole."""
        if isinstance(record, DatabaseRecord) and record.cluster:
            raise self.conflict(
                f"it is a member of the cluster {record.cluster}, which is stopped and "
                "started as a whole",
                "Do it in AWS's console. Nothing was changed.",
            )

    def reach(self, operation: str, passing: str, state: str, task: Task) -> None:
        """Have it come to that state, unless it does already."""
        record = self.look()
        if record and record.state not in (passing, state):
            name = {"stop_db_instance": STOP, "start_db_instance": START}[operation]
            call = getattr(self.clients.rds(self.region), operation)
            self.ask(call, name, **self.database)
        task.until(f"until it is {state}", lambda: self._is(state) or None)

    def _is(self, state: str) -> bool:
        record = self.look()
        if record is None:
            raise self.gone("it was deleted meanwhile")
        return record.state == state


class Stop(_DatabaseChange):
    def do(self, record: ResourceRecord, task: Task) -> str:
        self.refuse_cluster(record)
        self.reach("stop_db_instance", "stopping", "stopped", task)
        return (
            "RDS stopped the database. Its storage and backups cost what they did, and "
            "AWS starts it again by itself after seven days."
        )


class Start(_DatabaseChange):
    def do(self, record: ResourceRecord, task: Task) -> str:
        self.refuse_cluster(record)
        self.reach("start_db_instance", "starting", "available", task)
        return "RDS started the database."


def attempts(clients: AwsClients, region: str) -> Sequence[Attempt]:
    """Return the rights to stop and start, which are tried on what does not exist."""
    rds = clients.rds(region)

    def attempt(call: Callable[..., Any], permission: str) -> Callable[[], object]:
        def try_it() -> None:
            with aws_errors(f"Attempt in {region} ({permission})", region):
                try:
                    call(DBInstanceIdentifier=NO_DATABASE)
                except ClientError as error:
                    if not error.response["Error"]["Code"].startswith(NOT_FOUND):
                        raise

        return try_it

    return [
        (STOP, [ActionKind.STOP_DATABASE], attempt(rds.stop_db_instance, STOP)),
        (START, [ActionKind.START_DATABASE], attempt(rds.start_db_instance, START)),
    ]

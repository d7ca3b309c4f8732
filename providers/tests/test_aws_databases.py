"""Databases of RDS, Neptune and DocumentDB as they are described."""

import pytest

from core.testing.aws_emulator import EmulatedAws, EmulatedDatabase
from core.testing.aws_emulator.builders import ACCOUNT
from core.testing.aws_emulator.resources import CREATED
from providers.aws.client import AwsAccount
from providers.aws.provider import AwsProvider
from providers.records import DatabaseRecord, ResourceRecord

ARN = f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:shop"


def read() -> list[ResourceRecord]:
    answers = AwsProvider(AwsAccount()).fetch_databases(print)
    found = [each for answer in answers for each in answer.resources]
    return sorted(found, key=lambda each: each.resource_id)


def test_a_database_has_its_size_storage_and_zones(aws: EmulatedAws) -> None:
    aws.world().add_database(
        EmulatedDatabase("shop", "eu-west-1", multi_az=True, tags={"team": "shop"})
    )
    assert read() == [
        DatabaseRecord(
            resource_id=ARN,
            region="eu-west-1",
            state="available",
            name="shop",
            created_at=CREATED,
            tags={"team": "shop"},
            engine="postgres",
            engine_version="16.4",
            database_class="db.m5.large",
            storage_gib=100,
            storage_type="gp3",
            is_multi_zone=True,
        )
    ]


def test_one_name_in_two_regions_is_two_databases(aws: EmulatedAws) -> None:
    for region in ("eu-west-1", "us-east-1"):
        aws.world().add_database(EmulatedDatabase("shop", region, state="stopped"))
    first, second = read()
    assert first.name == second.name == "shop"
    assert first.resource_id == ARN != second.resource_id
    assert first.state == "stopped"


@pytest.mark.parametrize("engine", ["neptune", "docdb", "aurora-postgresql"])
def test_a_member_of_a_cluster_has_no_storage_of_its_own(
    aws: EmulatedAws, engine: str
) -> None:
    aws.world().add_database(
        EmulatedDatabase("shop", "eu-west-1", engine=engine, cluster="graph")
    )
    (database,) = read()
    assert isinstance(database, DatabaseRecord)
    assert (database.engine, database.cluster) == (engine, "graph")
    assert database.storage_gib is None


def test_all_pages_are_read(aws: EmulatedAws) -> None:
    for number in range(7):
        aws.world().add_database(EmulatedDatabase(f"db-{number}", "eu-west-1"))
    aws.page_size["rds:DescribeDBInstances"] = 3
    assert len(read()) == 7
    assert aws.requests["rds:DescribeDBInstances"] == 3 + 1

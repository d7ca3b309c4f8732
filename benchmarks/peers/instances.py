"""Whom a bare loop and the peer ask about."""

import boto3


def instance_ids(region: str) -> list[str]:
    """All of a region."""
    pages = boto3.client("ec2", region_name=region).get_paginator("describe_instances")
    return [
        instance["InstanceId"]
        for page in pages.paginate(PaginationConfig={"PageSize": 1000})
        for reservation in page["Reservations"]
        for instance in reservation["Instances"]
    ]

"""The commands that remove a resource, by the clouds' own tools."""

from providers.records import (
    AddressRecord,
    LoadBalancerRecord,
    NatGatewayRecord,
    ResourceRecord,
    SnapshotRecord,
    VolumeRecord,
)

AWS = {
    VolumeRecord: "aws ec2 delete-volume --volume-id",
    SnapshotRecord: "aws ec2 delete-snapshot --snapshot-id",
    AddressRecord: "aws ec2 release-address --allocation-id",
    NatGatewayRecord: "aws ec2 delete-nat-gateway --nat-gateway-id",
    LoadBalancerRecord: "aws elbv2 delete-load-balancer --load-balancer-arn",
}
# Whose resource ids are paths.
AZURE = "az resource delete --ids"
CLASSIC = "aws elb delete-load-balancer --load-balancer-name"


def removal_step(record: ResourceRecord) -> str:
    """Return the step that removes it: "Run: aws ec2 delete-volume ..."."""
    if record.resource_id.startswith("/"):
        return f"Run: {AZURE} {record.resource_id}"
    command, name = AWS[type(record)], record.resource_id
    if getattr(record, "balancer_type", "") == "classic":
        command, name = CLASSIC, record.name
    return f"Run: {command} {name} --region {record.region}"

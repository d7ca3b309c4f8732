"""Releasing Elastic IPs."""

from collections.abc import Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from providers.acting import ActionKind, CloudAction
from providers.acting_steps import Task
from providers.approved import refuse_held
from providers.aws.aws_errors import aws_errors
from providers.aws.client import AwsClients
from providers.aws.dry_runs import Attempt, dry_run, in_words, try_right
from providers.aws.network import normalize_address
from providers.records import AddressRecord, ResourceRecord

NO_ADDRESS = "eipalloc-00000000000000000"
NOT_FOUND = "InvalidAllocationID.NotFound"


@dataclass(frozen=True, slots=True)
class Release:
    clients: AwsClients
    action: CloudAction

    def look(self) -> AddressRecord | None:
        ids, region = [self.action.resource_id], self.action.region
        with aws_errors(f"Elastic IP in {region} (ec2:DescribeAddresses)", region):
            try:
                answer = self.clients.ec2(region).describe_addresses(AllocationIds=ids)
            except ClientError as error:
                if error.response["Error"]["Code"] == NOT_FOUND:
                    return None
                raise
        (raw,) = answer["Addresses"]
        return normalize_address(raw, region)

    def dry_run(self, record: ResourceRecord) -> str:
        refuse_held(self.action, record)
        region = self.action.region
        call = self.clients.ec2(region).release_address
        request = {"AllocationId": self.action.resource_id}
        return in_words([dry_run(call, "ec2:ReleaseAddress", region, **request)])

    def do(self, record: ResourceRecord, task: Task) -> str:
        refuse_held(self.action, record)
        region, ip = self.action.region, getattr(record, "ip", None)
        with aws_errors(f"{self.action} (ec2:ReleaseAddress)", region):
            try:
                self.clients.ec2(region).release_address(
                    AllocationId=self.action.resource_id
                )
            except ClientError as error:
                # As when it was released by the same request, sent a second time.
                if error.response["Error"]["Code"] != NOT_FOUND:
                    raise
        return f"EC2 released the address {ip}; it may not be available again."


def attempts(clients: AwsClients, region: str) -> Sequence[Attempt]:
    """Return the rights by which addresses are changed."""
    call, name = clients.ec2(region).release_address, "ec2:ReleaseAddress"
    attempt = try_right(call, name, region, AllocationId=NO_ADDRESS)
    return [(name, [ActionKind.RELEASE_ADDRESS], attempt)]

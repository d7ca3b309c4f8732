"""Releasing Elastic IPs."""

from collections.abc import Sequence

from providers.acting import ActionKind
from providers.acting_steps import Task
from providers.approved import refuse_held
from providers.aws.client import AwsClients
from providers.aws.dry_runs import Attempt, dry_run, in_words, try_right
from providers.aws.network import normalize_address
from providers.aws.resource_change import ResourceChange
from providers.records import AddressRecord, ResourceRecord

NO_ADDRESS = "eipalloc-00000000000000000"
NOT_FOUND = "InvalidAllocationID.NotFound"


class Release(ResourceChange):
    def look(self) -> AddressRecord | None:
        call, ids = self.ec2.describe_addresses, [self.action.resource_id]
        permission = "ec2:DescribeAddresses"
        answer = self.ask(call, permission, missing=NOT_FOUND, AllocationIds=ids)
        if answer is None:
            return None
        (raw,) = answer["Addresses"]
        return normalize_address(raw, self.region)

    def dry_run(self, record: ResourceRecord) -> str:
        refuse_held(self.action, record)
        call, one = self.ec2.release_address, self.action.resource_id
        tried = dry_run(call, "ec2:ReleaseAddress", self.region, AllocationId=one)
        return in_words([tried])

    def do(self, record: ResourceRecord, task: Task) -> str:
        refuse_held(self.action, record)
        ip, one = getattr(record, "ip", None), self.action.resource_id
        # It is missing when the same request, sent a second time, released it before.
        call, permission = self.ec2.release_address, "ec2:ReleaseAddress"
        self.ask(call, permission, missing=NOT_FOUND, AllocationId=one)
        return f"EC2 released the address {ip}; it may not be available again."


def attempts(clients: AwsClients, region: str) -> Sequence[Attempt]:
    """Return the rights by which addresses are changed."""
    call, name = clients.ec2(region).release_address, "ec2:ReleaseAddress"
    attempt = try_right(call, name, region, AllocationId=NO_ADDRESS)
    return [(name, [ActionKind.RELEASE_ADDRESS], attempt)]

"""Deleting public addresses, and setting the access tier of storage accounts."""

from collections.abc import Mapping
from typing import Any

from providers.acting_steps import Task
from providers.approved import refuse_held
from providers.azure import network, storage_accounts
from providers.azure.azure_errors import failure
from providers.azure.resource_change import ResourceChange
from providers.errors import ErrorKind
from providers.records import AddressRecord, BucketRecord, ResourceRecord

TIERS = ("Hot", "Cool", "Cold")
ADDRESSES = "Microsoft.Network/publicIPAddresses"


class Release(ResourceChange):
    resource_type = ADDRESSES
    api_version = network.API_VERSION
    actions = (f"{ADDRESSES}/delete",)

    def normalize(self, raw: Mapping[str, Any]) -> AddressRecord:
        return network.normalize_address(raw)

    def dry_run(self, record: ResourceRecord) -> str:
        refuse_held(self.action, record)
        return super().dry_run(record)

    def do(self, record: ResourceRecord, task: Task) -> str:
        refuse_held(self.action, record)
        ip = getattr(record, "ip", None) or "that had no IP"
        self.change("delete", "DELETE", task)
        task.until("until it is deleted", lambda: self.look() is None or None)
        return f"Azure deleted the address {ip}; it may not be available again."


class SetAccessTier(ResourceChange):
    resource_type = storage_accounts.ACCOUNTS
    api_version = storage_accounts.API_VERSION
    actions = (f"{storage_accounts.ACCOUNTS}/write",)

    def normalize(self, raw: Mapping[str, Any]) -> BucketRecord:
        return storage_accounts.normalize_account(raw)

    def dry_run(self, record: ResourceRecord) -> str:
        self._refuse_unknown()
        return super().dry_run(record)

    def do(self, record: ResourceRecord, task: Task) -> str:
        self._refuse_unknown()
        before, target = self.action.expected.type, self.action.target
        if isinstance(record, BucketRecord) and record.access_tier != target:
            body = {"properties": {"accessTier": target}}
            self.change("write", "PATCH", task, body=body)
        return (
            f"Azure changed the access tier from {before} to {target}, with all blobs "
            "that name no tier of their own."
        )

    def _refuse_unknown(self) -> None:
        if self.action.target not in TIERS:
            reason = f"a storage account has no access tier {self.action.target!r}"
            advice = f"Give one of {', '.join(TIERS)}."
            raise failure(ErrorKind.INVALID, str(self.action), reason, advice)

"""Public IP addresses, load balancers and application gateways."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from providers.azure.client import AzureClient
from providers.azure.resources import described, in_regions, list_kind, read_regions
from providers.base import Progress
from providers.records import AddressRecord, LoadBalancerRecord, RegionResources

# https://learn.microsoft.com/rest/api/virtualnetwork/public-ip-addresses/list-all
API_VERSION = "2024-05-01"
# Azure has no state of an address but that of its own making.
ATTACHED, UNATTACHED = "attached", "unattached"
# So that a gateway's size is told from a load balancer's.
GATEWAY = "Application Gateway"


def fetch_network(client: AzureClient, progress: Progress) -> Iterator[RegionResources]:
    """Return each region's addresses and balancers. Raise ProviderError."""
    found = in_regions(
        chain(
            list_addresses(client),
            list_load_balancers(client),
            list_gateways(client),
        )
    )

    def read(region: str) -> RegionResources:
        return RegionResources(region, found.get(region, []))

    yield from read_regions(client, found, read, progress)


def list_addresses(client: AzureClient) -> Iterator[AddressRecord]:
    """Return the subscription's public addresses. Raise ProviderError."""
    return list_kind(
        client,
        "Public IP addresses",
        "Microsoft.Network/publicIPAddresses",
        API_VERSION,
        normalize_address,
    )


def list_load_balancers(client: AzureClient) -> Iterator[LoadBalancerRecord]:
    """Return the subscription's load balancers. Raise ProviderError."""
    return list_kind(
        client,
        "Load balancers",
        "Microsoft.Network/loadBalancers",
        API_VERSION,
        normalize_load_balancer,
    )


def list_gateways(client: AzureClient) -> Iterator[LoadBalancerRecord]:
    """Return the subscription's application gateways. Raise ProviderError."""
    return list_kind(
        client,
        "Application gateways",
        "Microsoft.Network/applicationGateways",
        API_VERSION,
        normalize_gateway,
    )


def normalize_address(raw: Mapping[str, Any]) -> AddressRecord:
    """One address. A dynamic one has an ip only while it is attached to what runs."""
    properties = raw["properties"]
    attached_to = _holder(properties)
    return AddressRecord(
        **described(raw),
        state=ATTACHED if attached_to else UNATTACHED,
        ip=properties.get("ipAddress"),
        attached_to=attached_to,
    )


def _holder(properties: Mapping[str, Any]) -> str:
    """Return the network interface, balancer, gateway... whose configuration has it.

    A NAT gateway has no such configuration.
    """
    if gateway := properties.get("natGateway"):
        return str(gateway["id"]).lower()
    configuration = (properties.get("ipConfiguration") or {}).get("id", "").lower()
    return configuration.rpartition("/")[0].rpartition("/")[0]


def normalize_load_balancer(raw: Mapping[str, Any]) -> LoadBalancerRecord:
    properties = raw["properties"]
    members = set[str]()
    for pool in properties.get("backendAddressPools") or ():
        members |= _pool_members(pool["properties"])
    for rule in properties.get("inboundNatRules") or ():
        if one := rule["properties"].get("backendIPConfiguration"):
            members |= _ids([one])
    return LoadBalancerRecord(
        **described(raw),
        state=properties.get("provisioningState", "").lower(),
        balancer_type=raw.get("sku", {}).get("name", ""),
        targets=len(members),
    )


def normalize_gateway(raw: Mapping[str, Any]) -> LoadBalancerRecord:
    properties = raw["properties"]
    members = set[str]()
    for pool in properties.get("backendAddressPools") or ():
        members |= _ids(pool["properties"].get("backendIPConfigurations"))
        members |= {
            one.get("ipAddress") or one["fqdn"].lower()
            for one in pool["properties"].get("backendAddresses") or ()
        }
    size = (properties.get("sku") or {}).get("name", "")
    return LoadBalancerRecord(
        **described(raw),
        state=properties.get("operationalState", "").lower(),
        balancer_type=f"{GATEWAY} {size}".strip(),
        targets=len(members),
    )


def _pool_members(pool: Mapping[str, Any]) -> set[str]:
    """A pool is one of network interfaces, which it has as addresses too, or one of
    addresses alone."""
    addresses = pool.get("loadBalancerBackendAddresses") or ()
    return _ids(pool.get("backendIPConfigurations")) or {
        one["properties"]["ipAddress"] for one in addresses
    }


def _ids(configurations: Iterable[Mapping[str, Any]] | None) -> set[str]:
    return {one["id"].lower() for one in configurations or ()}

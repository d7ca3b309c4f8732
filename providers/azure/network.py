"""Public IP addresses, NAT gateways, load balancers and application gateways.

An address names the network interface that has it, which is no resource of its own
here: its machine is named instead.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from providers.azure.client import AzureClient
from providers.azure.resources import described, in_regions, list_kind, read_regions
from providers.base import Progress
from providers.records import (
    AddressRecord,
    LoadBalancerRecord,
    NatGatewayRecord,
    RegionResources,
)

# https://learn.microsoft.com/rest/api/virtualnetwork/public-ip-addresses/list-all
API_VERSION = "2024-05-01"
# Azure's pages have these words, and its API none.
ASSOCIATED, UNASSOCIATED = "associated", "unassociated"
# So that a gateway's size is told from a load balancer's.
GATEWAY = "Application Gateway"
# The size of NAT gateway that serves subnets alone.
STANDARD = "Standard"

T = TypeVar("T")


def fetch_network(client: AzureClient, progress: Progress) -> Iterator[RegionResources]:
    """Return each region's addresses, gateways, balancers. Raise ProviderError."""
    addresses = list(list_addresses(client))
    ips = {one.resource_id: one.ip for one in addresses if one.ip}
    found = in_regions(
        chain(addresses, list_nat_gateways(client, ips), list_load_balancers(client))
    )

    def read(region: str) -> RegionResources:
        return RegionResources(region, found.get(region, []))

    yield from read_regions(client, found, read, progress)


def list_addresses(client: AzureClient) -> Iterator[AddressRecord]:
    """Return the subscription's public addresses. Raise ProviderError."""
    machines = dict(_list(client, "Network interfaces", "networkInterfaces", _machine))
    for one in _list(
        client, "Public IP addresses", "publicIPAddresses", normalize_address
    ):
        machine = machines.get(one.attached_to)
        yield replace(one, attached_to=machine) if machine else one


def list_nat_gateways(
    client: AzureClient, ips: Mapping[str, str]
) -> Iterator[NatGatewayRecord]:
    """Return the subscription's NAT gateways; `ips` are those of its addresses. Raise
    ProviderError."""
    normalize = partial(normalize_nat_gateway, ips=ips)
    return _list(client, "NAT gateways", "natGateways", normalize)


def list_load_balancers(client: AzureClient) -> Iterator[LoadBalancerRecord]:
    """Return load balancers and application gateways. Raise ProviderError."""
    yield from _list(client, "Load balancers", "loadBalancers", normalize_load_balancer)
    yield from _list(
        client, "Application gateways", "applicationGateways", normalize_gateway
    )


def _list(
    client: AzureClient,
    what: str,
    kind: str,
    normalize: Callable[[Mapping[str, Any]], T],
) -> Iterator[T]:
    return list_kind(client, what, f"Microsoft.Network/{kind}", API_VERSION, normalize)


def _machine(raw: Mapping[str, Any]) -> tuple[str, str]:
    """Return a network interface and its machine, "" where it has none."""
    machine = raw["properties"].get("virtualMachine") or {}
    return raw["id"].lower(), machine.get("id", "").lower()


def normalize_address(raw: Mapping[str, Any]) -> AddressRecord:
    """One address. A dynamic one has an ip only while it is attached to what runs."""
    properties = raw["properties"]
    attached_to = _holder(properties)
    return AddressRecord(
        **described(raw),
        state=ASSOCIATED if attached_to else UNASSOCIATED,
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


def normalize_nat_gateway(
    raw: Mapping[str, Any], ips: Mapping[str, str]
) -> NatGatewayRecord:
    """One gateway, which can serve several subnets of one network.

    A newer one can serve a whole network instead, which this version does not tell.
    """
    properties = raw["properties"]
    addresses = _ids(properties.get("publicIpAddresses"))
    subnets = _ids(properties.get("subnets"))
    sku = raw.get("sku", {}).get("name", "")
    return NatGatewayRecord(
        **described(raw),
        state=properties.get("provisioningState", "").lower(),
        gateway_type=sku,
        public_ips=",".join(sorted(ips[one] for one in addresses if one in ips)),
        vpc_id=min(subnets, default="").partition("/subnets/")[0],
        subnets=len(subnets) if subnets or sku == STANDARD else None,
    )


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

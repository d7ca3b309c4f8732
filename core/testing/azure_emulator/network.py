"""Microsoft.Network: interfaces, public addresses, gateways and balancers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.testing.azure_emulator.machines import EmulatedVm, guid
from core.testing.azure_emulator.resources import EmulatedResource, list_route

VERSIONS = {"2021-08-01", "2022-07-01", "2023-11-01", "2024-05-01", "2025-01-01"}


@dataclass
class NetworkInterface(EmulatedResource):
    """What connects a machine; it may be left without one."""

    resource_type: ClassVar[str] = "Microsoft.Network/networkInterfaces"

    vm: EmulatedVm | None = None

    @property
    def configuration(self) -> str:
        """The id of its IP configuration."""
        return f"{self.id}/ipConfigurations/ipconfig1"

    def properties(self) -> dict[str, Any]:
        """Its machine's id has another case than in the list of machines."""
        properties: dict[str, Any] = {
            "provisioningState": "Succeeded",
            "ipConfigurations": [{"name": "ipconfig1", "id": self.configuration}],
        }
        machine = {"virtualMachine": {"id": self.vm.id}} if self.vm else {}
        return properties | machine


@dataclass
class PublicIp(EmulatedResource):
    """An address. A dynamic one is none while nothing has it."""

    resource_type: ClassVar[str] = "Microsoft.Network/publicIPAddresses"

    ip: str = "20.50.1.4"
    allocation: str = "Static"
    sku: str = "Standard"
    configuration: str = ""  # the id of the IP configuration that has it
    nat_gateway: str = ""  # the id of the gateway that has it, without one

    def listed(self) -> dict[str, Any]:
        return super().listed() | {"sku": {"name": self.sku, "tier": "Regional"}}

    def properties(self) -> dict[str, Any]:
        properties: dict[str, Any] = {
            "provisioningState": "Succeeded",
            "resourceGuid": guid(self.id),
            "publicIPAddressVersion": "IPv4",
            "publicIPAllocationMethod": self.allocation,
            "ipTags": [],
        }
        if self.configuration:
            properties["ipConfiguration"] = {"id": self.configuration}
        if self.nat_gateway:
            properties["natGateway"] = {"id": self.nat_gateway}
        is_there = self.allocation == "Static" or self.configuration
        return properties | ({"ipAddress": self.ip} if is_there else {})


@dataclass
class NatGateway(EmulatedResource):
    """What subnets send through."""

    resource_type: ClassVar[str] = "Microsoft.Network/natGateways"

    sku: str = "Standard"
    addresses: list[PublicIp] = field(default_factory=list)
    subnets: list[str] = field(default_factory=list)  # names in one network

    def listed(self) -> dict[str, Any]:
        return super().listed() | {"sku": {"name": self.sku}}

    def properties(self) -> dict[str, Any]:
        """What it does not have is left out."""
        network = f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"
        network += "/providers/Microsoft.Network/virtualNetworks/Main/subnets"
        lists = {
            "publicIpAddresses": [{"id": one.id} for one in self.addresses],
            "subnets": [{"id": f"{network}/{one}"} for one in self.subnets],
        }
        return {
            "provisioningState": "Succeeded",
            "resourceGuid": guid(self.id),
            "idleTimeoutInMinutes": 4,
        } | {name: entries for name, entries in lists.items() if entries}


@dataclass
class LoadBalancer(EmulatedResource):
    """A balancer with a pool of interfaces, and one of addresses."""

    resource_type: ClassVar[str] = "Microsoft.Network/loadBalancers"

    sku: str = "Standard"
    members: list[str] = field(default_factory=list)  # ids of IP configurations
    addresses: list[str] = field(default_factory=list)
    forwarded: list[str] = field(default_factory=list)  # to which rules of ports lead

    def listed(self) -> dict[str, Any]:
        return super().listed() | {"sku": {"name": self.sku, "tier": "Regional"}}

    def properties(self) -> dict[str, Any]:
        interfaces = {
            "backendIPConfigurations": [{"id": one} for one in self.members],
            # The same again, with the address that each has.
            "loadBalancerBackendAddresses": [
                {"name": f"m-{number}", "properties": {"ipAddress": f"10.0.0.{number}"}}
                for number, _ in enumerate(self.members)
            ],
        }
        plain = {
            "loadBalancerBackendAddresses": [
                {"name": one, "properties": {"ipAddress": one}}
                for one in self.addresses
            ]
        }
        return {
            "provisioningState": "Succeeded",
            "resourceGuid": guid(self.id),
            "frontendIPConfigurations": [],
            "backendAddressPools": [
                {"name": "interfaces", "properties": interfaces},
                {"name": "addresses", "properties": plain},
                {"name": "empty", "properties": {}},
            ],
            "inboundNatRules": [
                {"properties": {"backendIPConfiguration": {"id": one}}}
                for one in self.forwarded
            ]
            + [{"properties": {"frontendPort": 22}}],
        }


@dataclass
class ApplicationGateway(EmulatedResource):
    """A gateway for HTTP."""

    resource_type: ClassVar[str] = "Microsoft.Network/applicationGateways"

    sku: str = "Standard_v2"
    state: str = "Running"
    members: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)  # by name
    addresses: list[str] = field(default_factory=list)

    def properties(self) -> dict[str, Any]:
        """Its size is among them, as no other's."""
        backend = [
            *({"fqdn": one} for one in self.hosts),
            *({"ipAddress": one} for one in self.addresses),
        ]
        pool: dict[str, Any] = {"backendAddresses": backend}
        if self.members:
            pool["backendIPConfigurations"] = [{"id": one} for one in self.members]
        return {
            "provisioningState": "Succeeded",
            "operationalState": self.state,
            "sku": {"name": self.sku, "tier": self.sku},
            "backendAddressPools": [{"name": "all", "properties": pool}],
        }


ROUTES = (
    list_route(NetworkInterface, VERSIONS),
    list_route(PublicIp, VERSIONS),
    list_route(NatGateway, VERSIONS),
    list_route(LoadBalancer, VERSIONS),
    list_route(ApplicationGateway, VERSIONS),
)

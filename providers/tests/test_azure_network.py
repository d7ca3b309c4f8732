"""Public addresses, load balancers and application gateways of the emulated Azure."""

import pytest

from core.testing.azure_emulator import (
    ApplicationGateway,
    EmulatedAzure,
    EmulatedSubscription,
    LoadBalancer,
    NatGateway,
    NetworkInterface,
    PublicIp,
)
from providers.azure.provider import AzureProvider
from providers.records import AddressRecord, LoadBalancerRecord, NatGatewayRecord
from providers.tests.azure_reads import provider_of
from providers.tests.azure_resources import by_name


@pytest.fixture
def provider(azure: EmulatedAzure, subscription: EmulatedSubscription) -> AzureProvider:
    return provider_of(azure, subscription.subscription_id, max_attempts=2)


def address(provider: AzureProvider, name: str) -> AddressRecord:
    found = by_name(provider.fetch_network)[name]
    assert isinstance(found, AddressRecord)
    return found


def balancer(provider: AzureProvider, name: str) -> LoadBalancerRecord:
    found = by_name(provider.fetch_network)[name]
    assert isinstance(found, LoadBalancerRecord)
    return found


def test_an_address_names_the_machine_whose_interface_has_it(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    vm = subscription.add_vm("Web")
    interface = subscription.add(NetworkInterface, "Web-nic", vm=vm)
    made = subscription.add(
        PublicIp, "front", configuration=interface.configuration, tags={"team": "shop"}
    )
    assert address(provider, "front") == AddressRecord(
        resource_id=made.id.lower(),
        region="westeurope",
        state="associated",
        name="front",
        resource_group="shop-rg",
        tags={"team": "shop"},
        ip="20.50.1.4",
        attached_to=vm.id.lower(),
    )


def test_an_address_of_an_interface_without_a_machine_names_the_interface(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    left = subscription.add(NetworkInterface, "Left")
    subscription.add(PublicIp, "front", configuration=left.configuration)
    assert address(provider, "front").attached_to == left.id.lower()


def test_an_address_of_a_balancer_names_it_by_its_own_id(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    made = subscription.add(LoadBalancer, "Front")
    configuration = f"{made.id}/frontendIPConfigurations/public"
    subscription.add(PublicIp, "front-ip", configuration=configuration)
    assert address(provider, "front-ip").attached_to == made.id.lower()


def test_an_address_of_a_nat_gateway_is_attached_without_a_configuration(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    out = subscription.add(PublicIp, "out-ip", ip="20.50.1.9")
    gateway = subscription.add(
        NatGateway, "Out", addresses=[out], subnets=["web", "data"]
    )
    out.nat_gateway = gateway.id
    record = address(provider, "out-ip")
    assert (record.state, record.attached_to) == ("associated", gateway.id.lower())
    found = by_name(provider.fetch_network)["Out"]
    network = f"{subscription.id}/resourcegroups/shop-rg/providers/microsoft.network"
    assert found == NatGatewayRecord(
        resource_id=gateway.id.lower(),
        region="westeurope",
        state="succeeded",
        name="Out",
        resource_group="shop-rg",
        gateway_type="Standard",
        public_ips="20.50.1.9",
        vpc_id=f"{network}/virtualnetworks/main",
        subnets=2,
    )


@pytest.mark.parametrize(("sku", "subnets"), [("Standard", 0), ("StandardV2", None)])
def test_a_nat_gateway_without_a_subnet_has_none_or_may_serve_a_network(
    provider: AzureProvider,
    subscription: EmulatedSubscription,
    sku: str,
    subnets: int | None,
) -> None:
    subscription.add(NatGateway, "idle", sku=sku)
    found = by_name(provider.fetch_network)["idle"]
    assert isinstance(found, NatGatewayRecord)
    assert (found.subnets, found.public_ips, found.vpc_id) == (subnets, "", "")
    assert found.gateway_type == sku


def test_an_address_of_nothing_is_unattached_and_a_dynamic_one_has_no_ip(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    subscription.add(PublicIp, "static")
    subscription.add(PublicIp, "dynamic", allocation="Dynamic")
    for name, ip in (("static", "20.50.1.4"), ("dynamic", None)):
        record = address(provider, name)
        assert (record.state, record.attached_to, record.ip) == ("unassociated", "", ip)


def test_what_is_behind_a_balancer_is_counted_once(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    members = [subscription.add(NetworkInterface, name).configuration for name in "abc"]
    made = subscription.add(
        LoadBalancer,
        "front",
        members=members[:2],
        addresses=["10.1.0.4"],
        forwarded=[members[0].upper(), members[2]],
    )
    subscription.add(LoadBalancer, "empty", sku="Basic")
    assert balancer(provider, "front") == LoadBalancerRecord(
        resource_id=made.id.lower(),
        region="westeurope",
        state="succeeded",
        name="front",
        resource_group="shop-rg",
        balancer_type="Standard",
        targets=4,
    )
    empty = balancer(provider, "empty")
    assert (empty.balancer_type, empty.targets) == ("Basic", 0)


def test_a_gateway_is_distinguished_from_a_balancer(
    provider: AzureProvider, subscription: EmulatedSubscription
) -> None:
    subscription.add(
        ApplicationGateway,
        "shop",
        sku="WAF_v2",
        hosts=["shop.example.com"],
        addresses=["10.1.0.5"],
        members=[subscription.add(NetworkInterface, "a").configuration],
    )
    subscription.add(ApplicationGateway, "old", state="Stopped")
    shop, old = balancer(provider, "shop"), balancer(provider, "old")
    assert (shop.balancer_type, shop.targets) == ("Application Gateway WAF_v2", 3)
    assert (shop.state, old.state, old.targets) == ("running", "stopped", 0)

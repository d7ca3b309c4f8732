"""Instances as EC2's XML, straight to text, since moto's serializer is slow."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from core.testing.aws_emulator.ec2_filters import all_tags
from core.testing.aws_emulator.wire import REQUEST_ID

if TYPE_CHECKING:
    from core.testing.aws_emulator.world import EmulatedInstance

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
INSTANCES_A_RESERVATION = 3
STATE_CODES = {
    "pending": 0,
    "running": 16,
    "shutting-down": 32,
    "terminated": 48,
    "stopping": 64,
    "stopped": 80,
}


def render_instances(
    account_id: str, instances: list[EmulatedInstance], start: int, token: str | None
) -> bytes:
    """A page that begins at position `start`; a reservation may go over its edge."""
    reservations: dict[int, list[str]] = {}
    for position, instance in enumerate(instances, start=start):
        number = position // INSTANCES_A_RESERVATION
        reservations.setdefault(number, []).append(_instance(instance))
    body = "".join(
        f"<item><reservationId>r-{number:017x}</reservationId>"
        f"<ownerId>{account_id}</ownerId><groupSet/>"
        f"<instancesSet>{''.join(items)}</instancesSet></item>"
        for number, items in reservations.items()
    )
    next_token = f"<nextToken>{token}</nextToken>" if token else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<DescribeInstancesResponse xmlns="{NAMESPACE}">'
        f"<requestId>{REQUEST_ID}</requestId>"
        f"<reservationSet>{body}</reservationSet>{next_token}"
        "</DescribeInstancesResponse>"
    ).encode()


def _instance(instance: EmulatedInstance) -> str:
    launched = instance.launched_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    optional = ""
    if instance.platform:
        optional += f"<platform>{escape(instance.platform)}</platform>"
    if reservation := instance.capacity_reservation:
        optional += f"<capacityReservationId>{reservation}</capacityReservationId>"
    if instance.lifecycle:
        optional += f"<instanceLifecycle>{instance.lifecycle}</instanceLifecycle>"
    if instance.lifecycle == "spot":
        request = f"sir-{instance.instance_id[-8:]}"
        optional += f"<spotInstanceRequestId>{request}</spotInstanceRequestId>"
    if instance.stopped_since:
        at = instance.stopped_since.strftime("%Y-%m-%d %H:%M:%S GMT")
        optional += f"<reason>User initiated ({at})</reason>"
    plain = "Windows" if instance.platform else "Linux/UNIX"
    details = escape(instance.platform_details or plain)
    return (
        f"<item><instanceId>{instance.instance_id}</instanceId>"
        f"<imageId>{instance.image_id}</imageId>"
        f"<instanceState><code>{STATE_CODES[instance.state]}</code>"
        f"<name>{instance.state}</name></instanceState>"
        f"{_network(instance)}<amiLaunchIndex>0</amiLaunchIndex>"
        f"<instanceType>{instance.instance_type}</instanceType>"
        f"<launchTime>{launched}</launchTime>"
        f"<placement><availabilityZone>{instance.region}a</availabilityZone>"
        f"<groupName/><tenancy>{instance.tenancy}</tenancy></placement>"
        f"<monitoring><state>{instance.monitoring}</state></monitoring>"
        "<architecture>x86_64</architecture><rootDeviceType>ebs</rootDeviceType>"
        "<virtualizationType>hvm</virtualizationType><hypervisor>xen</hypervisor>"
        f"<platformDetails>{details}</platformDetails>{optional}"
        f"{_tags(instance)}</item>"
    )


def _network(instance: EmulatedInstance) -> str:
    """Empty for a terminated instance: its addresses are given back."""
    if instance.state == "terminated":
        return "<privateDnsName/><dnsName/>"
    private = instance.private_ip
    public = (
        f"<ipAddress>{instance.public_ip}</ipAddress>" if instance.public_ip else ""
    )
    return (
        f"<privateDnsName>ip-{private.replace('.', '-')}.ec2.internal</privateDnsName>"
        f"<dnsName/><subnetId>subnet-0a1b2c3d</subnetId><vpcId>vpc-0a1b2c3d</vpcId>"
        f"<privateIpAddress>{private}</privateIpAddress>{public}"
    )


def _tags(instance: EmulatedInstance) -> str:
    items = "".join(
        f"<item><key>{escape(key)}</key><value>{escape(value)}</value></item>"
        for key, value in all_tags(instance).items()
    )
    return f"<tagSet>{items}</tagSet>" if items else ""

"""A strict AWS to test against, on a local port. See README.md beside this file."""

from core.testing.aws_emulator.aws import EmulatedAws
from core.testing.aws_emulator.load import DayFigures
from core.testing.aws_emulator.resources import (
    EmulatedAddress,
    EmulatedBucket,
    EmulatedDatabase,
    EmulatedLoadBalancer,
    EmulatedNatGateway,
    EmulatedSnapshot,
    EmulatedVolume,
)
from core.testing.aws_emulator.wire import AwsError, Call
from core.testing.aws_emulator.world import EmulatedInstance, LineItem, World

__all__ = [
    "AwsError",
    "Call",
    "DayFigures",
    "EmulatedAddress",
    "EmulatedAws",
    "EmulatedBucket",
    "EmulatedDatabase",
    "EmulatedInstance",
    "EmulatedLoadBalancer",
    "EmulatedNatGateway",
    "EmulatedSnapshot",
    "EmulatedVolume",
    "LineItem",
    "World",
]

"""A strict AWS to test against, on a local port. See README.md beside this file."""

from tests.emulator.aws import EmulatedAws
from tests.emulator.load import DayFigures
from tests.emulator.wire import AwsError, Call
from tests.emulator.world import EmulatedInstance, LineItem, World

__all__ = [
    "AwsError",
    "Call",
    "DayFigures",
    "EmulatedAws",
    "EmulatedInstance",
    "LineItem",
    "World",
]

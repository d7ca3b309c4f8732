"""Regions that are read at once fail in any order: what is said of them has one."""

from itertools import permutations

import pytest

from providers.errors import ErrorKind, ProviderError, by_cause


def error(what: str, region: str, request: int) -> ProviderError:
    reason = f"AccessDenied (request {request})"
    reading = f"{what} in {region}"
    return ProviderError(ErrorKind.DENIED, reading, reason, "Allow it.", region)


ERRORS = (
    error("Volumes", "us-east-1", 1),
    error("Snapshots", "us-east-1", 2),
    error("Volumes", "eu-west-1", 3),
    ProviderError(ErrorKind.CLOCK, "AWS identity", "Skewed", "Set the clock."),
)


@pytest.mark.parametrize("errors", [*permutations(ERRORS)])
def test_causes_are_said_in_one_order(errors: tuple[ProviderError, ...]) -> None:
    assert [(one.reading, one.region) for one in by_cause(errors)] == [
        ("AWS identity", ""),
        ("Snapshots in us-east-1", "us-east-1"),
        ("Volumes in eu-west-1, us-east-1", "eu-west-1, us-east-1"),
    ]

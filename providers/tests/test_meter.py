"""What was counted since it was last asked for, so that nothing is stored twice."""

from decimal import Decimal

import pytest

from providers.meter import Meter, Usage

READ = "ce:GetCostAndUsage"


def test_what_is_new_is_what_was_counted_since() -> None:
    meter = Meter()
    meter.count(READ, Decimal("0.01"))
    meter.count("sts:GetCallerIdentity")
    assert meter.take_new() == {
        READ: Usage(1, Decimal("0.01")),
        "sts:GetCallerIdentity": Usage(1),
    }
    meter.count(READ, Decimal("0.01"))
    meter.count(READ, Decimal("0.01"))
    assert meter.take_new() == {READ: Usage(2, Decimal("0.02"))}
    assert meter.take_new() == {}


def test_what_the_gate_refuses_is_not_counted_and_what_is_free_does_not_ask_it() -> (
    None
):
    def refuse(usd: Decimal) -> None:
        raise PermissionError(f"${usd} is too much.")

    meter = Meter()
    meter.gate = refuse
    meter.count("sts:GetCallerIdentity")
    with pytest.raises(PermissionError, match="0.01"):
        meter.count(READ, Decimal("0.01"))
    assert meter.take_new() == {"sts:GetCallerIdentity": Usage(1)}

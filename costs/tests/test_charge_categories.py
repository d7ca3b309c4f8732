"""Tax, credits, refunds and fees are kept apart from usage, by FOCUS's categories."""

from datetime import datetime
from decimal import Decimal

import pytest

from clouds.testing import aws_account
from core.testing.aws_emulator import EmulatedAws, LineItem
from core.testing.aws_emulator.builders import charge, june
from costs.models import DailyCost
from costs.sync import sync_cost
from costs.testing import rows_miss_totals

pytestmark = pytest.mark.django_db
EC2 = "Amazon Elastic Compute Cloud - Compute"
SAVINGS = "Savings Plans for AWS Compute usage"


def test_each_kind_lands_in_its_category(aws: EmulatedAws, now: datetime) -> None:
    aws.world().add_costs(
        [
            charge(june(1), "10", EC2),
            charge(june(1), "0", EC2, "DiscountedUsage", amortized="4"),
            charge(june(1), "6", EC2, "SavingsPlanCoveredUsage", amortized="5"),
            charge(june(1), "-6", EC2, "SavingsPlanNegation", amortized="0"),
            charge(june(1), "7", SAVINGS, "SavingsPlanRecurringFee", amortized="1"),
            charge(june(1), "100", EC2, "RIFee", amortized="0"),
            charge(june(1), "3", "AWS Support", "Support"),
            charge(june(1), "2.5", "Tax", "Tax"),
            charge(june(1), "-4", EC2, "Credit"),
            charge(june(1), "-1.5", EC2, "Refund"),
            charge(june(1), "-0.5", EC2, "EdpDiscount"),
            charge(june(1), "0.25", EC2, "SomethingNew"),
        ]
    )
    sync_cost(aws_account(), now)
    kinds = DailyCost.objects.values_list(
        "service", "charge_category", "billed", "effective"
    )
    assert sorted(kinds) == [
        ("AWS Support", "Purchase", 3, 3),
        # What is new to us, and the refund.
        (EC2, "Adjustment", Decimal("-1.25"), Decimal("-1.25")),
        (EC2, "Credit", -4, -4),
        (EC2, "Purchase", 100, 0),
        (EC2, "Usage", Decimal("-6.5"), Decimal("-0.5")),
        (EC2, "Usage", 16, 19),
        (SAVINGS, "Purchase", 7, 1),
        ("Tax", "Tax", Decimal("2.5"), Decimal("2.5")),
    ]
    assert not rows_miss_totals()


def test_a_region_is_empty_where_a_charge_has_none(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.world().add_costs(
        [
            charge(june(1), "1", region="eu-west-1"),
            charge(june(1), "2", "Amazon Route 53", region="global"),
            charge(june(1), "3", "AWS Config", region=""),
            charge(june(1), "4", "Tax", "Tax", region=""),
        ]
    )
    sync_cost(aws_account(), now)
    assert dict(DailyCost.objects.values_list("service", "region")) == {
        "AWS Lambda": "eu-west-1",
        "Amazon Route 53": "global",
        "AWS Config": "",
        "Tax": "",
    }


def test_a_charge_that_no_service_names_is_named_by_its_kind(
    aws: EmulatedAws, now: datetime
) -> None:
    aws.world().add_costs([charge(june(1), "-2", "", "Credit")])
    sync_cost(aws_account(), now)
    assert DailyCost.objects.get().service == "Credit"


def test_the_currency_of_the_bill_is_kept(aws: EmulatedAws, now: datetime) -> None:
    aws.world().add_costs(
        [LineItem(june(1), "Amazon S3", "", unblended=Decimal(5), currency="CNY")]
    )
    sync_cost(aws_account(), now)
    assert DailyCost.objects.get().currency == "CNY"
    assert not rows_miss_totals()

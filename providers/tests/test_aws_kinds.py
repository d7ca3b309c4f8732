"""RECORD_TYPE of AWS as ChargeCategory of FOCUS."""

import pytest

from providers.aws.cost_explorer import CATEGORIES, USAGE_TYPES, category
from providers.records import ChargeCategory


@pytest.mark.parametrize(
    ("record_type", "expected"),
    [
        ("Usage", ChargeCategory.USAGE),
        ("DiscountedUsage", ChargeCategory.USAGE),
        ("SavingsPlanCoveredUsage", ChargeCategory.USAGE),
        ("SavingsPlanNegation", ChargeCategory.USAGE),
        ("EdpDiscount", ChargeCategory.USAGE),
        ("PrivateRateDiscount", ChargeCategory.USAGE),
        ("Solution Provider Program Discount", ChargeCategory.USAGE),
        ("RIFee", ChargeCategory.PURCHASE),
        ("Recurring", ChargeCategory.PURCHASE),
        ("SavingsPlanUpfrontFee", ChargeCategory.PURCHASE),
        ("Tax", ChargeCategory.TAX),
        ("Credit", ChargeCategory.CREDIT),
        ("Refund", ChargeCategory.ADJUSTMENT),
        ("Something AWS adds next year", ChargeCategory.ADJUSTMENT),
    ],
)
def test_each_kind_has_its_category(record_type: str, expected: ChargeCategory) -> None:
    assert category(record_type) == expected


def test_what_is_asked_for_as_usage_is_in_no_other_category() -> None:
    assert not set(USAGE_TYPES) & set(CATEGORIES)

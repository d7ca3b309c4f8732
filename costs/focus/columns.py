"""The columns of FOCUS 1.2 in their order, and where each comes from.

Of lines they have the names that lines are stored by; of costs that were read by day
and service, what these tell. What is not known is null, as prices and quantities of the
latter are.
"""

from providers.files.line_items import AMOUNT, LINE_COLUMNS, TAGS
from providers.files.service_categories import CATEGORIES

VERSION = "1.2"
TEXT, TIME = "VARCHAR", "TIMESTAMP"
FOCUS = {
    "AvailabilityZone": TEXT,
    "BilledCost": AMOUNT,
    "BillingAccountId": TEXT,
    "BillingAccountName": TEXT,
    "BillingAccountType": TEXT,
    "BillingCurrency": TEXT,
    "BillingPeriodEnd": TIME,
    "BillingPeriodStart": TIME,
    "CapacityReservationId": TEXT,
    "CapacityReservationStatus": TEXT,
    "ChargeCategory": TEXT,
    "ChargeClass": TEXT,
    "ChargeDescription": TEXT,
    "ChargeFrequency": TEXT,
    "ChargePeriodEnd": TIME,
    "ChargePeriodStart": TIME,
    "CommitmentDiscountCategory": TEXT,
    "CommitmentDiscountId": TEXT,
    "CommitmentDiscountName": TEXT,
    "CommitmentDiscountQuantity": AMOUNT,
    "CommitmentDiscountStatus": TEXT,
    "CommitmentDiscountType": TEXT,
    "CommitmentDiscountUnit": TEXT,
    "ConsumedQuantity": AMOUNT,
    "ConsumedUnit": TEXT,
    "ContractedCost": AMOUNT,
    "ContractedUnitPrice": AMOUNT,
    "EffectiveCost": AMOUNT,
    "InvoiceId": TEXT,
    "InvoiceIssuerName": TEXT,
    "ListCost": AMOUNT,
    "ListUnitPrice": AMOUNT,
    "PricingCategory": TEXT,
    "PricingCurrency": TEXT,
    "PricingCurrencyContractedUnitPrice": AMOUNT,
    "PricingCurrencyEffectiveCost": AMOUNT,
    "PricingCurrencyListUnitPrice": AMOUNT,
    "PricingQuantity": AMOUNT,
    "PricingUnit": TEXT,
    "ProviderName": TEXT,
    "PublisherName": TEXT,
    "RegionId": TEXT,
    "RegionName": TEXT,
    "ResourceId": TEXT,
    "ResourceName": TEXT,
    "ResourceType": TEXT,
    "ServiceCategory": TEXT,
    "ServiceName": TEXT,
    "ServiceSubcategory": TEXT,
    "SkuId": TEXT,
    "SkuMeter": TEXT,
    "SkuPriceDetails": TEXT,
    "SkuPriceId": TEXT,
    "SubAccountId": TEXT,
    "SubAccountName": TEXT,
    "SubAccountType": TEXT,
    "Tags": TEXT,
    "x_Operation": TEXT,
    "x_ResourceGroup": TEXT,
}
CASES = " ".join(
    f"WHEN regexp_matches(lower(service), '{words}') THEN '{name}'"
    for name, words in CATEGORIES.items()
)
CATEGORY = f"CASE {CASES} ELSE 'Other' END"
MONTH = "date_trunc('month', CAST(day AS DATE))"
OF_COSTS = {
    "BilledCost": "billed",
    "BillingAccountId": "account_id",
    "BillingAccountName": "account_name",
    "BillingCurrency": "currency",
    "BillingPeriodStart": MONTH,
    "BillingPeriodEnd": f"{MONTH} + INTERVAL 1 MONTH",
    "ChargeCategory": "charge_category",
    "ChargeDescription": "service || ' (' || charge_category || ')'",
    "ChargeFrequency": "CASE charge_category WHEN 'Usage' THEN 'Usage-Based' "
    "ELSE 'One-Time' END",
    "ChargePeriodStart": "day",
    "ChargePeriodEnd": "CAST(day AS DATE) + INTERVAL 1 DAY",
    "EffectiveCost": "effective",
    "InvoiceIssuerName": "cloud",
    "ProviderName": "cloud",
    "PublisherName": "cloud",
    "RegionId": "NULLIF(region, '')",
    "RegionName": "NULLIF(region, '')",
    "ServiceCategory": CATEGORY,
    "ServiceName": "service",
    "ServiceSubcategory": f"'Other (' || {CATEGORY} || ')'",
    "SubAccountId": "NULLIF(sub_account_id, '')",
    "SubAccountName": "NULLIF(sub_account_name, '')",
    "x_ResourceGroup": "NULLIF(resource_group, '')",
}


def of_lines(name: str) -> str:
    """Return the expression of a column for stored lines."""
    kind = LINE_COLUMNS.get(name)
    if kind is None:
        return f"CAST(NULL AS {FOCUS[name]})"
    if kind == TAGS:
        return f"to_json({name})::VARCHAR"
    return f"NULLIF({name}, '')" if kind == TEXT else name


def of_costs(name: str) -> str:
    """Return the same for costs by day and service, which are read as texts."""
    return f"CAST({OF_COSTS.get(name, 'NULL')} AS {FOCUS[name]})"


def as_text(name: str) -> str:
    """Return what a csv file has: instants as FOCUS writes them."""
    if FOCUS[name] == TIME:
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%SZ')"
    return name

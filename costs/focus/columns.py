"""The columns of FOCUS 1.2 in their order, and where each comes from.

Of lines they have the names that lines are stored by; of costs that were read by day
and service, what these tell. What is not known is null, as prices and quantities of the
latter are.
"""

from providers.files.line_items import AMOUNT, LINE_COLUMNS, TAGS

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
# FOCUS's categories of services, by words in their names; the first that matches.
CATEGORIES = {
    "Databases": "database|rds|dynamodb|redshift|elasticache|sql|cosmos|neptune",
    "Storage": "s3|simple storage|storage|backup|glacier|file system|disk",
    "Compute": "ec2|compute|lambda|virtual machine|container|kubernetes|function",
    "Networking": "cloudfront|private cloud|load balanc|route 53|network|bandwidth|dns",
    "Security": "key management|secrets|waf|guardduty|security|key vault|shield",
    "Analytics": "athena|glue|kinesis|emr|data factory|synapse",
    "Integration": "queue|notification|event|step functions|service bus",
    "Management and Governance": "cloudwatch|monitor|cloudtrail|config|log analytics",
}
CASES = " ".join(
    f"WHEN regexp_matches(lower(service), '{words}') THEN '{name}'"
    for name, words in CATEGORIES.items()
)
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
    "ChargeFrequency": "CASE WHEN charge_category = 'Usage' THEN 'Usage-Based' END",
    "ChargePeriodStart": "day",
    "ChargePeriodEnd": "CAST(day AS DATE) + INTERVAL 1 DAY",
    "EffectiveCost": "effective",
    "InvoiceIssuerName": "cloud",
    "ProviderName": "cloud",
    "PublisherName": "cloud",
    "RegionId": "NULLIF(region, '')",
    "RegionName": "NULLIF(region, '')",
    "ServiceCategory": f"CASE {CASES} ELSE 'Other' END",
    "ServiceName": "service",
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
        return f"CASE WHEN cardinality({name}) > 0 THEN to_json({name})::VARCHAR END"
    return f"NULLIF({name}, '')" if kind == TEXT else name


def of_costs(name: str) -> str:
    """Return the same for costs by day and service, which are read as texts."""
    return f"CAST({OF_COSTS.get(name, 'NULL')} AS {FOCUS[name]})"


def as_text(name: str) -> str:
    """Return what a csv file has: instants as FOCUS writes them."""
    if FOCUS[name] == TIME:
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%SZ')"
    return name

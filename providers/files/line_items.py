"""The one schema of our line items: names of FOCUS 1.2, and of our own with x_.

One row is one line of a bill. A text is empty where the bill does not tell; a number
is NULL. Every instant is UTC, without a zone.
"""

# Places enough for what clouds bill with, and for doubles below a cent.
AMOUNT = "DECIMAL(38,18)"
TAGS = "MAP(VARCHAR, VARCHAR)"

LINE_COLUMNS = {
    "ChargePeriodStart": "TIMESTAMP",
    "ChargePeriodEnd": "TIMESTAMP",
    # The day on which the ledger has it: of its start, within its billing period.
    "x_Day": "DATE",
    "BillingPeriodStart": "TIMESTAMP",
    "BillingPeriodEnd": "TIMESTAMP",
    "BillingAccountId": "VARCHAR",
    "BillingAccountName": "VARCHAR",
    "BillingAccountType": "VARCHAR",
    "SubAccountId": "VARCHAR",
    "SubAccountName": "VARCHAR",
    "SubAccountType": "VARCHAR",
    "ProviderName": "VARCHAR",
    "PublisherName": "VARCHAR",
    "InvoiceIssuerName": "VARCHAR",
    "InvoiceId": "VARCHAR",
    "ServiceName": "VARCHAR",
    "ServiceCategory": "VARCHAR",
    "ServiceSubcategory": "VARCHAR",
    "RegionId": "VARCHAR",
    "RegionName": "VARCHAR",
    "AvailabilityZone": "VARCHAR",
    "ResourceId": "VARCHAR",
    "ResourceName": "VARCHAR",
    "ResourceType": "VARCHAR",
    # Of Azure.
    "x_ResourceGroup": "VARCHAR",
    "ChargeCategory": "VARCHAR",
    "ChargeClass": "VARCHAR",
    "ChargeFrequency": "VARCHAR",
    "ChargeDescription": "VARCHAR",
    "SkuId": "VARCHAR",
    "SkuPriceId": "VARCHAR",
    # JSON.
    "SkuPriceDetails": "VARCHAR",
    # What is measured: AWS's usage type, Azure's meter.
    "SkuMeter": "VARCHAR",
    # AWS's operation, such as RunInstances:0002.
    "x_Operation": "VARCHAR",
    "PricingCategory": "VARCHAR",
    "PricingUnit": "VARCHAR",
    "PricingQuantity": AMOUNT,
    "ConsumedUnit": "VARCHAR",
    "ConsumedQuantity": AMOUNT,
    "ListUnitPrice": AMOUNT,
    "ContractedUnitPrice": AMOUNT,
    "ListCost": AMOUNT,
    "ContractedCost": AMOUNT,
    "BilledCost": AMOUNT,
    "EffectiveCost": AMOUNT,
    "BillingCurrency": "VARCHAR",
    "PricingCurrency": "VARCHAR",
    "CapacityReservationId": "VARCHAR",
    "CapacityReservationStatus": "VARCHAR",
    "CommitmentDiscountId": "VARCHAR",
    "CommitmentDiscountName": "VARCHAR",
    "CommitmentDiscountCategory": "VARCHAR",
    "CommitmentDiscountType": "VARCHAR",
    "CommitmentDiscountStatus": "VARCHAR",
    "CommitmentDiscountQuantity": AMOUNT,
    "CommitmentDiscountUnit": "VARCHAR",
    "Tags": TAGS,
}

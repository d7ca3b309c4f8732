"""AWS's Cost and Usage Report, legacy and 2.0, as csv or Parquet.

What a commitment paid for is valued as AWS's guide to amortized costs has it:
https://docs.aws.amazon.com/cur/latest/userguide/amortized-reservation.html
"""

import re
from collections.abc import Mapping

from providers.aws.cost_explorer import CATEGORIES, USAGE_TYPES
from providers.files.columns import NO_TAGS, Columns, quoted_text
from providers.files.line_items import TAGS
from providers.records import ChargeCategory

REQUIRED = (
    *("bill_payer_account_id", "bill_billing_period_start_date"),
    *("line_item_line_item_type", "line_item_usage_start_date"),
    *("line_item_unblended_cost", "line_item_currency_code"),
)
TYPE = "line_item_line_item_type"
# A tag's name: resourceTags/user:team, resource_tags_user_team, or its key in a map.
TAG_COLUMNS = "resource_tags_"
OF_USERS = re.compile(r"^(resourceTags/|resource_tags_)(user[:_])?")


def version(columns: Columns) -> str:
    is_new = "resource_tags" in columns or "product" in columns
    return "CUR 2.0" if is_new else "CUR"


def expressions(columns: Columns) -> Mapping[str, str]:
    """Return our columns as SQL over the file's."""
    text, amount, instant = columns.text, columns.amount, columns.instant
    kind, billed = text(TYPE), amount("line_item_unblended_cost")
    plan = text("savings_plan_savings_plan_a_r_n")
    reservation = text("reservation_reservation_a_r_n")
    effective = _effective(columns, kind, billed, reservation)
    committed = f"{kind} IN ('DiscountedUsage', 'SavingsPlanCoveredUsage')"
    usage_type = text("line_item_usage_type")
    service = f"nullif({columns.keyed('product', 'product_name')}, '')"
    commitment = f"coalesce(nullif({plan}, ''), {reservation})"
    return {
        "ChargePeriodStart": instant("line_item_usage_start_date"),
        "ChargePeriodEnd": instant("line_item_usage_end_date"),
        "BillingPeriodStart": instant("bill_billing_period_start_date"),
        "BillingPeriodEnd": instant("bill_billing_period_end_date"),
        "BillingAccountId": text("bill_payer_account_id"),
        "BillingAccountName": text("bill_payer_account_name"),
        "SubAccountId": text("line_item_usage_account_id", "bill_payer_account_id"),
        "SubAccountName": text("line_item_usage_account_name"),
        "ProviderName": "'AWS'",
        "PublisherName": text("line_item_legal_entity"),
        "InvoiceIssuerName": text("bill_invoicing_entity", "line_item_legal_entity"),
        "InvoiceId": text("bill_invoice_id"),
        "ServiceName": f"coalesce({service}, {text('line_item_product_code')})",
        "RegionId": columns.keyed("product", "region_code", "region"),
        "RegionName": columns.keyed("product", "location"),
        "AvailabilityZone": text("line_item_availability_zone"),
        "ResourceId": text("line_item_resource_id"),
        "ChargeCategory": _category(kind),
        "ChargeFrequency": (
            f"CASE WHEN {kind} IN ('RIFee', 'SavingsPlanRecurringFee') "
            f"THEN 'Recurring' WHEN {kind} IN ('Fee', 'SavingsPlanUpfrontFee') "
            "THEN 'One-Time' ELSE 'Usage-Based' END"
        ),
        "ChargeClass": f"CASE WHEN {kind} = 'Refund' THEN 'Correction' ELSE '' END",
        "ChargeDescription": text("line_item_line_item_description"),
        "SkuId": columns.keyed("product", "sku"),
        "SkuPriceId": text("pricing_rate_code"),
        "SkuMeter": usage_type,
        "x_Operation": text("line_item_operation"),
        "PricingCategory": (
            f"CASE WHEN {committed} THEN 'Committed' "
            f"WHEN {usage_type} LIKE '%SpotUsage%' THEN 'Dynamic' "
            f"WHEN {kind} = 'Usage' THEN 'Standard' ELSE '' END"
        ),
        "PricingUnit": text("pricing_unit"),
        "PricingQuantity": amount("line_item_usage_amount"),
        "ConsumedUnit": text("pricing_unit"),
        "ConsumedQuantity": (
            f"CASE WHEN {_is_usage(kind)} THEN {amount('line_item_usage_amount')} END"
        ),
        "ListUnitPrice": amount("pricing_public_on_demand_rate"),
        "ContractedUnitPrice": amount("line_item_unblended_rate"),
        "ListCost": amount("pricing_public_on_demand_cost"),
        "ContractedCost": billed,
        "BilledCost": billed,
        "EffectiveCost": effective,
        "BillingCurrency": text("line_item_currency_code"),
        "CommitmentDiscountId": commitment,
        "CommitmentDiscountCategory": (
            f"CASE WHEN {plan} <> '' THEN 'Spend' "
            f"WHEN {reservation} <> '' THEN 'Usage' ELSE '' END"
        ),
        "CommitmentDiscountType": (
            f"CASE WHEN {plan} <> '' THEN 'Savings Plan' "
            f"WHEN {reservation} <> '' THEN 'Reservation' ELSE '' END"
        ),
        "CommitmentDiscountStatus": (
            f"CASE WHEN {committed} THEN 'Used' "
            f"WHEN {kind} IN ('RIFee', 'SavingsPlanRecurringFee') "
            f"AND {effective} > 0 THEN 'Unused' ELSE '' END"
        ),
        "Tags": _tags(columns),
    }


def _effective(columns: Columns, kind: str, billed: str, reservation: str) -> str:
    def cost(*names: str) -> str:
        return " + ".join(f"coalesce({columns.amount(name)}, 0)" for name in names)

    plan = "savings_plan_"
    used = cost(f"{plan}used_commitment")
    committed = cost(f"{plan}total_commitment_to_date")
    unused = cost(
        "reservation_unused_amortized_upfront_fee_for_billing_period",
        "reservation_unused_recurring_fee",
    )
    return f"""CASE {kind}
        WHEN 'SavingsPlanCoveredUsage' THEN {cost(f"{plan}savings_plan_effective_cost")}
        WHEN 'SavingsPlanRecurringFee' THEN {committed} - ({used})
        WHEN 'SavingsPlanNegation' THEN 0
        WHEN 'SavingsPlanUpfrontFee' THEN 0
        WHEN 'DiscountedUsage' THEN {cost("reservation_effective_cost")}
        WHEN 'RIFee' THEN {unused}
        WHEN 'Fee' THEN CASE WHEN {reservation} <> '' THEN 0 ELSE {billed} END
        ELSE {billed} END"""


def _is_usage(kind: str) -> str:
    return f"{kind} IN ({', '.join(quoted_text(one) for one in USAGE_TYPES)})"


def _category(kind: str) -> str:
    """Return it as Cost Explorer's record types are; discounts belong to usage."""
    named = " ".join(
        f"WHEN {kind} = '{name}' THEN '{of.value}'" for name, of in CATEGORIES.items()
    )
    return (
        f"CASE {named} WHEN {_is_usage(kind)} OR {kind} LIKE '%Discount' "
        f"THEN '{ChargeCategory.USAGE.value}' "
        f"ELSE '{ChargeCategory.ADJUSTMENT.value}' END"
    )


def _tags(columns: Columns) -> str:
    if "resource_tags" in columns:
        tags = columns.tags("resource_tags")
        return f"""map_from_entries(list_transform(map_entries({tags}), lambda one:
            {{'k': regexp_replace(one.key, '^user[_:]', ''), 'v': one.value}}))"""
    named = {
        name: OF_USERS.sub("", columns.in_file(name))
        for name in columns
        if name.startswith(TAG_COLUMNS)
    }
    if not named:
        return NO_TAGS
    entries = ", ".join(
        f"{{'k': {quoted_text(key)}, 'v': {columns.text(name)}}}"
        for name, key in named.items()
    )
    return f"""map_from_entries(
        list_filter([{entries}], lambda one: one.v <> ''))::{TAGS}"""

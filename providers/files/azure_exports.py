"""Azure's exports of costs: of enterprise agreements (EA), customer agreements (MCA)
and pay as you go, actual and amortized.

A usage that a commitment pays for is billed with the commitment, and costs its share of
it: so one expression values both kinds of export.
"""

from collections.abc import Mapping

from providers.azure.cost_management import CATEGORIES, USAGE
from providers.files.columns import Columns
from providers.records import ChargeCategory

COSTS = ("costinbillingcurrency", "cost", "pretaxcost", "extendedcost")
CURRENCIES = ("billingcurrency", "billingcurrencycode", "currency", "currencycode")
DAYS = ("date", "usagedatetime", "usagedate")
ACCOUNTS = ("billingaccountid", "billingaccount", "subscriptionid", "subscriptionguid")
# One of each is there.
REQUIRED_ANY = (COSTS, CURRENCIES, DAYS, ACCOUNTS, ("metercategory",))
# Of line items: what amortized costs spread over the time that it was bought for.
IS_PURCHASE_AHEAD = (
    "PricingCategory = 'Committed' AND ChargeCategory IN ('Purchase', 'Adjustment')"
)
COMMITTED = ("'reservation'", "'savingsplan'")


def version(columns: Columns) -> str:
    """Return which agreement's columns they are."""
    if "costinbillingcurrency" in columns and "billingprofileid" in columns:
        is_mca = "pricingcurrency" in columns or "exchangeratedate" in columns
        return "Azure MCA" if is_mca else "Azure EA"
    return "Azure EA" if "billingaccountid" in columns else "Azure PAYG"


def expressions(columns: Columns) -> Mapping[str, str]:
    """Return our columns as SQL over the file's."""
    text, amount, instant = columns.text, columns.amount, columns.instant
    cost, day, charge = amount(*COSTS), instant(*DAYS), text("chargetype")
    quantity = amount("quantity", "usagequantity", "consumedquantity")
    model = f"lower(replace({text('pricingmodel')}, ' ', ''))"
    paid_ahead = f"{model} IN ({', '.join(COMMITTED)})"
    is_purchase = f"lower({charge}) IN ('purchase', 'refund')"
    subscription = f"lower({text('subscriptionid', 'subscriptionguid')})"
    account = f"lower({text(*ACCOUNTS)})"
    list_price = amount("paygprice", "unitprice")
    benefit = text("benefitid", "reservationid")
    return {
        "ChargePeriodStart": day,
        "ChargePeriodEnd": f"{day} + INTERVAL 1 DAY",
        "BillingPeriodStart": (
            f"coalesce({instant('billingperiodstartdate', 'billingperiodstart')}, "
            f"date_trunc('month', {day}))"
        ),
        "BillingPeriodEnd": (
            f"coalesce({instant('billingperiodenddate')} + INTERVAL 1 DAY, "
            f"date_trunc('month', {day}) + INTERVAL 1 MONTH)"
        ),
        "BillingAccountId": account,
        "BillingAccountName": text("billingaccountname"),
        "SubAccountId": f"coalesce(nullif({subscription}, ''), {account})",
        "SubAccountName": text("subscriptionname"),
        "SubAccountType": "'Subscription'",
        "ProviderName": "'Microsoft'",
        "PublisherName": text("publishername"),
        "InvoiceIssuerName": text("partnername", "resellername"),
        "InvoiceId": text("invoiceid"),
        "ServiceName": text("metercategory"),
        "ServiceCategory": text("servicefamily"),
        "RegionId": (
            f"lower(replace({text('resourcelocation', 'meterregion')}, ' ', ''))"
        ),
        "RegionName": text("resourcelocation"),
        "AvailabilityZone": text("availabilityzone"),
        "ResourceId": f"lower({text('resourceid', 'instanceid', 'instancename')})",
        "ResourceName": text("resourcename"),
        "ResourceType": text("resourcetype", "consumedservice"),
        "x_ResourceGroup": f"lower({text('resourcegroup', 'resourcegroupname')})",
        "ChargeCategory": _category(charge),
        "ChargeClass": (
            f"CASE WHEN lower({charge}) = 'refund' THEN 'Correction' ELSE '' END"
        ),
        "ChargeFrequency": f"replace({text('frequency')}, 'UsageBased', 'Usage-Based')",
        "ChargeDescription": text("productname", "product", "metername"),
        "SkuId": text("meterid"),
        "SkuPriceId": text("productid", "partnumber"),
        "SkuMeter": text("metername"),
        "PricingCategory": (
            f"CASE WHEN {paid_ahead} THEN 'Committed' "
            f"WHEN {model} = 'spot' THEN 'Dynamic' "
            f"WHEN {model} <> '' THEN 'Standard' ELSE '' END"
        ),
        "PricingUnit": text("unitofmeasure"),
        "PricingQuantity": quantity,
        "ConsumedUnit": text("unitofmeasure"),
        "ConsumedQuantity": quantity,
        "ListUnitPrice": list_price,
        "ContractedUnitPrice": amount("unitprice", "effectiveprice", "resourcerate"),
        "ContractedCost": cost,
        "BilledCost": (
            f"CASE WHEN {paid_ahead} AND NOT {is_purchase} THEN 0 ELSE {cost} END"
        ),
        "EffectiveCost": cost,
        "BillingCurrency": f"upper({text(*CURRENCIES)})",
        "PricingCurrency": text("pricingcurrency"),
        "CommitmentDiscountId": f"lower({benefit})",
        "CommitmentDiscountName": text("benefitname", "reservationname"),
        "CommitmentDiscountCategory": (
            f"CASE WHEN {model} = 'savingsplan' THEN 'Spend' "
            f"WHEN {benefit} <> '' THEN 'Usage' ELSE '' END"
        ),
        "CommitmentDiscountType": (
            f"CASE WHEN {model} = 'savingsplan' THEN 'Savings Plan' "
            f"WHEN {benefit} <> '' THEN 'Reservation' ELSE '' END"
        ),
        "CommitmentDiscountStatus": (
            f"CASE WHEN lower({charge}) LIKE 'unused%' THEN 'Unused' "
            f"WHEN {paid_ahead} AND NOT {is_purchase} THEN 'Used' ELSE '' END"
        ),
        "Tags": columns.tags("tags"),
    }


def _category(charge: str) -> str:
    """Return it as Cost Management's charge types are; older files have only usage."""
    named = " ".join(
        f"WHEN '{name.lower()}' THEN '{of.value}'"
        for name, of in {USAGE: ChargeCategory.USAGE, **CATEGORIES}.items()
    )
    return (
        f"CASE lower({charge}) WHEN '' THEN '{ChargeCategory.USAGE.value}' {named} "
        f"ELSE '{ChargeCategory.ADJUSTMENT.value}' END"
    )

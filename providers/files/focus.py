"""FOCUS 1.0 to 1.3, of any provider: its names are ours."""

from collections.abc import Mapping

from providers.files.columns import Columns
from providers.files.line_items import AMOUNT, LINE_COLUMNS, TAGS

SUBSCRIPTIONS = "/subscriptions/"
REQUIRED = (
    *("billedcost", "billingaccountid", "billingcurrency", "billingperiodstart"),
    *("chargecategory", "chargeperiodstart", "effectivecost", "servicename"),
)
# The newest first: what a version has that those before it have not.
VERSIONS = (
    ("1.3", ("serviceprovidername", "hostprovidername", "allocatedmethodid")),
    ("1.2", ("invoiceid", "billingaccounttype", "pricingcurrency")),
    ("1.1", ("skumeter", "servicesubcategory", "commitmentdiscountquantity")),
)
# Under which names providers have what FOCUS lacks, or has only since a later version.
ALSO = {
    "ProviderName": ("serviceprovidername",),
    "PublisherName": ("hostprovidername",),
    "SkuMeter": ("x_usagetype", "x_skumetername", "x_skumeter"),
    "x_Operation": ("x_operation", "x_skuoperation"),
    "x_ResourceGroup": ("x_resourcegroupname",),
    "InvoiceId": ("x_invoiceid",),
    "ServiceSubcategory": ("x_servicesubcategory",),
    "PricingCurrency": ("x_pricingcurrency",),
}


def version(columns: Columns) -> str:
    found = (name for name, signs in VERSIONS if any(sign in columns for sign in signs))
    return f"FOCUS {next(found, '1.0')}"


def expressions(columns: Columns) -> Mapping[str, str]:
    """Return our columns as SQL over the file's."""
    made = {}
    for name, kind in LINE_COLUMNS.items():
        names = (name.lower(), *ALSO.get(name, ()))
        if kind == "TIMESTAMP":
            made[name] = columns.instant(*names)
        elif kind == AMOUNT:
            made[name] = columns.amount(*names)
        elif kind == TAGS:
            made[name] = columns.tags(*names)
        elif kind == "VARCHAR":
            made[name] = columns.text(*names)
    made["x_ResourceGroup"] = f"lower({made['x_ResourceGroup']})"
    # Azure ignores case, and the ledger has subscriptions by their own id.
    for name in ("SubAccountId", "ResourceId"):
        made[name] = (
            f"CASE WHEN lower({made[name]}) LIKE '{SUBSCRIPTIONS}%' "
            f"THEN lower({made[name]}) ELSE {made[name]} END"
        )
    made["SubAccountId"] = f"replace({made['SubAccountId']}, '{SUBSCRIPTIONS}', '')"
    return made

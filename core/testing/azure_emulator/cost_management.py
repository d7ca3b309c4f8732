"""Microsoft.CostManagement/query: rows of costs, summed as doubles, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from zlib import crc32

from core.testing.azure_emulator.bill import ONLY_ON_THE_BILL
from core.testing.azure_emulator.cost_filter import DIMENSIONS, matches, tag_of
from core.testing.azure_emulator.cost_request import CostQuestion, read_question
from core.testing.azure_emulator.faults import denied
from core.testing.azure_emulator.machines import guid
from core.testing.azure_emulator.wire import (
    SUBSCRIPTION,
    Answer,
    AzureError,
    Call,
    Route,
    path_of,
)

if TYPE_CHECKING:
    from core.testing.azure_emulator.azure import EmulatedAzure
    from core.testing.azure_emulator.bill import Charge

COST_VERSIONS = frozenset(
    {
        *("2019-11-01", "2021-10-01", "2022-10-01", "2023-03-01", "2023-08-01"),
        *("2023-11-01", "2024-08-01", "2025-03-01"),
    }
)
ROWS_A_PAGE, MOST_ROWS_A_PAGE = 1_000, 5_000
QUERY = "/providers/Microsoft.CostManagement/query"
BILLING_ACCOUNT = (
    r"/providers/Microsoft\.Billing/billingAccounts/[^/]+"
    r"(?:/billingProfiles/[^/]+(?:/invoiceSections/[^/]+)?"
    r"|/(?:departments|enrollmentAccounts|customers)/[^/]+)?"
)
MANAGEMENT_GROUP = r"/providers/Microsoft\.Management/managementGroups/[^/]+"

Column = tuple[str, str]  # name and type


def query(azure: EmulatedAzure, call: Call) -> Answer:
    """A page of rows; the next one wants the same body again."""
    scope = call.names["scope"].lower()
    belongs = _belonging(azure, scope)
    question = read_question(call.body, scope, azure.now.date())
    headers = azure.quotas.spend(call, scope, question.qpu, azure.now)
    columns, rows = list(_columns(question)), _rows(azure, question, belongs)
    size = call.number("$top", ROWS_A_PAGE)
    page, link = azure.page(call, rows, min(size, MOST_ROWS_A_PAGE))
    order = _order(call, len(columns))
    name = guid(f"{call.question}")
    content = {
        "id": f"{call.names['scope'].lstrip('/')}{QUERY}/{name}",
        "name": name,
        "type": "Microsoft.CostManagement/query",
        "location": None,
        "sku": None,
        "eTag": None,
        "properties": {
            "nextLink": link or None,
            "columns": [
                {"name": columns[place][0], "type": columns[place][1]}
                for place in order
            ],
            "rows": [[row[place] for place in order] for row in page],
        },
    }
    return Answer(content, headers)


def _order(call: Call, columns: int) -> list[int]:
    """Another one for each question: columns have names, no places."""
    first = crc32(f"{call.question}".encode()) % columns
    return [(first + place) % columns for place in range(columns)]


def _belonging(azure: EmulatedAzure, scope: str) -> Callable[[Charge], bool]:
    """Whether a charge is in a scope; raises for an unknown one."""
    if scope in azure.world.billing_scopes:
        ids = azure.world.billing_scopes[scope]
        return lambda charge: ids is None or charge.subscription_id in ids
    members, group = _members(azure, scope)
    return lambda charge: (
        charge.subscription_id in members
        and charge.charge_type not in ONLY_ON_THE_BILL
        and group in (None, charge.resource_group.lower())
    )


def _members(azure: EmulatedAzure, scope: str) -> tuple[set[str], str | None]:
    """The subscriptions of a scope, and its resource group."""
    parts = scope.split("/")
    if parts[1] == "subscriptions":
        return {parts[2]}, parts[4] if len(parts) > 4 else None
    members = azure.world.management_groups.get(parts[-1])
    if members is None or "microsoft.billing" in scope:
        raise denied(ROUTES[0], scope)
    if azure.world.agreement == "MCA":
        raise AzureError(
            "SubscriptionTypeNotSupported",
            "Management groups with subscriptions of a Microsoft Customer Agreement "
            "are not supported.",
        )
    return members, None


def _rows(
    azure: EmulatedAzure, question: CostQuestion, belongs: Callable[[Charge], bool]
) -> list[list[Any]]:
    """Amounts, the period, groups, and always the currency."""
    sums: dict[tuple[object, ...], list[float]] = {}
    end = min(question.end, azure.world.day_of(azure.now))
    for day, charges in azure.world.charges_by_day.items():
        if not question.start <= day <= end:
            continue
        for charge in charges:
            amount = charge.of(question.type)
            if amount is None or not belongs(charge):
                continue
            if not matches(charge, question.filter):
                continue
            key = (*_period_of(charge, question), *_groups_of(charge, question))
            added = _amounts(azure, charge, amount, question)
            known = sums.setdefault((*key, charge.currency), [0.0] * len(added))
            for place, each in enumerate(added):
                known[place] += each  # as doubles, in the bill's order
    return [[*sums[key], *key] for key in sorted(sums, key=str)]


def _amounts(
    azure: EmulatedAzure, charge: Charge, amount: float, question: CostQuestion
) -> list[float]:
    rate = azure.world.dollars[charge.currency]
    return [
        amount * rate if name.endswith("USD") else amount for name in question.amounts
    ]


def _period_of(charge: Charge, question: CostQuestion) -> Iterator[object]:
    if question.granularity == "Daily":
        yield int(f"{charge.day:%Y%m%d}")
    if question.granularity == "Monthly":
        yield f"{charge.day:%Y-%m}-01T00:00:00"


def _groups_of(charge: Charge, question: CostQuestion) -> Iterator[str]:
    for kind, name in question.groupings:
        if kind == "TagKey":
            yield name.lower()
            yield tag_of(charge, name)
        else:
            yield DIMENSIONS[name](charge)


def _columns(question: CostQuestion) -> Iterator[Column]:
    for name in question.amounts:
        yield name, "Number"
    if question.granularity == "Daily":
        yield "UsageDate", "Number"
    if question.granularity == "Monthly":
        yield "BillingMonth", "Datetime"
    for kind, name in question.groupings:
        if kind == "TagKey":
            yield "TagKey", "String"
            yield "TagValue", "String"
        else:
            yield name, "String"
    yield "Currency", "String"


ROUTES = tuple(
    Route(
        "Microsoft.CostManagement/query/read",
        "POST",
        path_of(f"(?P<scope>{scope})" + QUERY),
        query,
        COST_VERSIONS,
        namespace="Microsoft.CostManagement",
    )
    for scope in (
        SUBSCRIPTION + r"(?:/resourceGroups/[^/]+)?",
        MANAGEMENT_GROUP,
        BILLING_ACCOUNT,
    )
)

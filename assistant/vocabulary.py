"""The names that one user may see: what their questions can be about."""

from collections.abc import Iterator
from datetime import datetime

from assistant.engine.names import Name, NameKind, Vocabulary
from clouds.access import AnyUser
from clouds.labels import account_labels, tag_keys_of
from clouds.models import CloudAccount
from clouds.registry import CloudKind
from core.api.permissions import view_right
from core.windows import last_complete_days
from costs.models import DailyCost
from costs.queries.filter_options import EXCLUDABLE, LONGEST
from costs.queries.source import CostSource
from insights.models import Budget
from inventory.models import Resource
from providers.records import ChargeCategory

# Names of an older bill are asked for by their page.
DAYS = 400
CATEGORY_WORDS = {
    ChargeCategory.TAX: ("taxes",),
    ChargeCategory.CREDIT: ("credits",),
    ChargeCategory.ADJUSTMENT: ("adjustments", "refund", "refunds"),
}


def vocabulary_of(user: AnyUser, now: datetime) -> Vocabulary:
    """Return the names; those of the bill only where the user may see it.

    Seven queries, and one for each tag key.
    """
    accounts = list(CloudAccount.objects.visible_to(user).order_by("name"))
    names = [*_accounts(accounts), *_categories()]
    tag_keys: list[str] = []
    if _may_view(user, DailyCost):
        tag_keys = tag_keys_of(accounts)
        names += _of_bill(user, now, tag_keys)
    elif _may_view(user, Resource):
        names += _regions(user)
    if _may_view(user, Budget):
        budgets = Budget.objects.visible_to(user).order_by("name")
        found = budgets.values_list("name", flat=True)[:LONGEST]
        names += [Name(NameKind.BUDGET, name) for name in found]
    return Vocabulary(names, tag_keys)


def labels_of(vocabulary: Vocabulary) -> dict[str, str]:
    """Return what values are called where they have a label of their own."""
    return {one.value: one.label for one in vocabulary.names if one.label}


def _may_view(user: AnyUser, model: type) -> bool:
    return user.has_perm(view_right(model))  # type: ignore[union-attr]


def _accounts(accounts: list[CloudAccount]) -> Iterator[Name]:
    labels = account_labels(accounts)
    for one in accounts:
        label = labels[one.account_id]
        yield Name(NameKind.ACCOUNT, one.account_id, label, (one.name,))
    for provider in sorted({one.provider for one in accounts}):
        label = str(CloudKind(provider).label)
        last = label.split()[-1].lower()
        aliases = (last, "amazon") if last == "aws" else (last, "microsoft")
        yield Name(NameKind.PROVIDER, provider, label, aliases)


def _categories() -> Iterator[Name]:
    for value in EXCLUDABLE:
        aliases = CATEGORY_WORDS[ChargeCategory(value)]
        yield Name(NameKind.CATEGORY, value, aliases=aliases)


def _of_bill(user: AnyUser, now: datetime, tag_keys: list[str]) -> Iterator[Name]:
    seen = CostSource.visible_to(user).in_window(last_complete_days(DAYS, now))
    columns = {
        NameKind.SERVICE: "service",
        NameKind.REGION: "region",
        NameKind.RESOURCE_GROUP: "resource_group",
    }
    for kind, column in columns.items():
        values = seen.values_of(column, LONGEST)
        yield from (Name(kind, value) for value in values if value)
    for key in tag_keys:
        by_tag = seen.by_tag(key, user).by("tag_value").order_by("tag_value")
        tags = by_tag.exclude(tag_value="").values_list("tag_value", flat=True)
        for value in tags.distinct()[:LONGEST]:
            yield Name(NameKind.TAG, f"{key}={value}")


def _regions(user: AnyUser) -> Iterator[Name]:
    rows = Resource.objects.visible_to(user).exclude(region="").order_by("region")
    values = rows.values_list("region", flat=True).distinct()[:LONGEST]
    yield from (Name(NameKind.REGION, value) for value in values)

"""Filters by account, and of accounts."""

from typing import Any

import django_filters as filters
from drf_spectacular.utils import extend_schema_field

from clouds.models import CloudAccount
from clouds.querysets import CloudAccountQuerySet
from clouds.registry import CloudKind
from core.api.filters import AnyChoice, AnyObject, Order, YesOrNo


def visible_accounts(request: Any) -> CloudAccountQuerySet:
    """Return the accounts that one may filter by; without a request there are none."""
    accounts = CloudAccount.objects.all()
    return accounts.visible_to(request.user) if request else accounts.none()


def account_filter(
    field_name: str | None = None, help_text: str = "By its id."
) -> AnyObject:
    return AnyObject(
        field_name=field_name,
        queryset=visible_accounts,
        to_field_name="account_id",
        help_text=help_text,
    )


def own_account_filter() -> AnyObject:
    """Filter accounts themselves, whose fields do not tell the schema of it."""
    schema = {"type": "string", "description": "By its id."}
    found: AnyObject = extend_schema_field(schema)(account_filter("pk"))  # type: ignore[type-var]
    return found


def provider_filter(
    field_name: str = "account__provider", help_text: str = "The cloud."
) -> AnyChoice:
    return AnyChoice(
        field_name=field_name, choices=CloudKind.choices, help_text=help_text
    )


class CloudAccountFilter(filters.FilterSet):
    enabled = YesOrNo("is_enabled", help_text="Whether syncs read it.")
    provider = provider_filter("provider")
    search = filters.CharFilter(method="searched", help_text="Part of an id or name.")
    ordering = Order(fields=["name", "account_id", "provider", "created_at"])

    def searched(
        self, queryset: CloudAccountQuerySet, name: str, value: str
    ) -> CloudAccountQuerySet:
        return queryset.searched(value)

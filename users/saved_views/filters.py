"""Filters of saved views, for the page and the API."""

import django_filters as filters
from django.db.models import Q, QuerySet

from core.api.filters import Order, YesOrNo
from users.models import SavedView


class SavedViewFilter(filters.FilterSet):
    search = filters.CharFilter(
        method="searched", help_text="Part of a name or an address."
    )
    mine = YesOrNo(method="of_user", help_text="Whether you saved it.")
    is_shared = YesOrNo("is_shared", help_text="Whether everybody finds it.")
    ordering = Order(fields=[("name", "name"), ("address", "address")])

    def searched(
        self, queryset: QuerySet[SavedView], name: str, value: str
    ) -> QuerySet[SavedView]:
        return queryset.filter(Q(name__icontains=value) | Q(address__icontains=value))

    def of_user(
        self, queryset: QuerySet[SavedView], name: str, value: bool
    ) -> QuerySet[SavedView]:
        own = Q(user=self.request.user.pk)
        return queryset.filter(own if value else ~own)

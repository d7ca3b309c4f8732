"""The endpoint of how fresh each account's data is, as the page of syncs says it."""

from collections.abc import Iterator, Sequence
from typing import Any

import django_filters as filters
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clouds.filters import own_account_filter, provider_filter
from clouds.models import CloudAccount
from core.api.files import table_file, wants_file
from core.api.pagination import Pages
from core.api.viewsets import RowsViewSet
from syncs.models import SyncRun
from syncs.runs.freshness import Freshness, State, freshness, per_account


class DatasetFreshnessSerializer(serializers.Serializer[Freshness]):
    dataset = serializers.CharField()
    state = serializers.ChoiceField(choices=[state.value for state in State])
    last_good_at = serializers.DateTimeField(allow_null=True)
    sentence = serializers.CharField()


class FreshnessSerializer(serializers.Serializer[Any]):
    """Every dataset of an account: how fresh it is, and why not."""

    account = serializers.CharField(source="account.account_id")
    name = serializers.CharField(source="account.name")
    datasets = DatasetFreshnessSerializer(many=True)


class FreshnessFilter(filters.FilterSet):
    account = own_account_filter()
    provider = provider_filter("provider")

    class Meta:
        model = CloudAccount
        fields: list[str] = []


class FreshnessViewSet(RowsViewSet):
    """How fresh each dataset of each enabled account is, by account. As a file a row
    for each account and dataset."""

    queryset = CloudAccount.objects.enabled().order_by("name", "id")
    serializer_class = FreshnessSerializer
    filterset_class = FreshnessFilter
    pagination_class = Pages
    viewed_models: tuple[type[Model], ...] = (CloudAccount, SyncRun)

    @extend_schema(responses=FreshnessSerializer(many=True))
    def list(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response | StreamingHttpResponse:
        accounts = self.filter_queryset(self.get_queryset())
        if wants_file(request):
            return table_file(request, "freshness", self._lines(accounts))
        page = self.paginate_queryset(accounts) or []
        found = per_account(freshness(page, timezone.now()))
        of = {one.account.pk: one for one in found}
        rows = [of[account.pk] for account in page if account.pk in of]
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def _lines(self, accounts: QuerySet[CloudAccount]) -> Iterator[Sequence[Any]]:
        yield ["account", "name", "dataset", "state", "last_good_at", "sentence"]
        for one in freshness(accounts, timezone.now()):
            account = one.account
            head = [account.account_id, account.name, one.dataset.value]
            yield [*head, one.state.value, one.last_good_at, one.sentence]

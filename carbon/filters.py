"""Filters of emissions, for the API and the page."""

from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from carbon.breakdown import GROUPINGS, CarbonQuery
from carbon.facts import ESTIMATED
from carbon.models import ResourceEmission
from carbon.refresh import KEPT_DAYS
from clouds.filters import account_filter, own_account_filter, provider_filter
from clouds.models import CloudAccount
from core.api.filters import (
    AnyChoice,
    AnyText,
    OneChoice,
    Order,
    WindowFilter,
    WindowForm,
    end_filter,
    start_filter,
)
from core.periods import PERIODS, period_window
from core.windows import Window
from costs.queries.plain_values import ALLOWED_DAYS

DEFAULT_PERIOD = "30_days"


class EmissionFilter(WindowFilter):
    """The days of single resources."""

    start = start_filter()
    end = end_filter()
    account = account_filter("resource__account")
    provider = provider_filter("resource__account__provider")
    region = AnyText("resource__region", help_text="One or several regions.")
    kind = AnyChoice(
        "resource__kind",
        choices=[(one.value, one.label) for one in ESTIMATED],
        help_text="One or several kinds of resources.",
    )
    resource = AnyText("resource__resource_id", help_text="One or several IDs.")
    unknown = AnyChoice(
        choices=ResourceEmission.Reason.choices,
        help_text="Only days that are unknown for one of these reasons.",
    )
    ordering = Order(fields=["day", "kwh", "operational_kg", "embodied_kg"])


class PeriodForm(WindowForm):
    """Days, or a period that is named from today; both is refused."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        given = [name for name in ("start", "end") if data.get(name)]
        if data.get("period") and given:
            raise ValidationError({"period": "Use start and end, or a period."})
        if len(given) == 1:
            missing = "end" if given == ["start"] else "start"
            raise ValidationError({missing: f"Give {missing} too."})
        for name in given:
            if data[name] not in ALLOWED_DAYS:
                raise ValidationError({name: f"Choose days within {ALLOWED_DAYS}."})
        if len(given) == 2 and len(Window(data["start"], data["end"])) > KEPT_DAYS:
            raise ValidationError({"start": f"Choose at most {KEPT_DAYS} days."})
        return data


class CarbonFilter(filters.FilterSet):
    """Whose emissions, on which days, by what."""

    start = start_filter(method="of_query")
    end = end_filter(method="of_query")
    period = OneChoice(
        method="of_query",
        choices=[(name, label) for name, (label, _) in PERIODS.items()],
        help_text="Instead of start and end. Default: the last 30 complete days.",
    )
    account = own_account_filter()
    provider = provider_filter("provider")
    group_by = OneChoice(
        method="of_query",
        choices=[(name, name) for name in GROUPINGS],
        help_text="Default: account.",
    )

    class Meta:
        form = PeriodForm

    def of_query(
        self, queryset: QuerySet[CloudAccount], name: str, value: object
    ) -> QuerySet[CloudAccount]:
        return queryset

    def query(self) -> CarbonQuery:
        """Return what is asked for. Only where the form is valid. One query."""
        given = self.form.cleaned_data
        start, end = given["start"], given["end"]
        period = given["period"] or DEFAULT_PERIOD
        return CarbonQuery(
            user=self.request.user,
            window=Window(start, end)
            if start and end
            else period_window(period, timezone.now()),
            accounts=list(self.qs.select_related("payer")),
            group_by=given["group_by"] or "account",
        )

"""The admin of forecasts: computed, so read-only."""

from typing import cast

from django.contrib import admin

from core.admin.columns import amount, day, figure, moment
from insights.models import Forecast, ForecastPoint, MonthEndMiss
from users.audited_admin import ACCOUNT, ReadOnlyAdmin, ReadOnlyInline, page


class PointInline(ReadOnlyInline[ForecastPoint, Forecast]):
    model = ForecastPoint
    fields = readonly_fields = cast(
        "tuple[str, ...]",
        (
            day("day"),
            *(
                amount(name, "forecast.currency")
                for name in ("mean", "low_80", "high_80", "low_95", "high_95")
            ),
        ),
    )


class MissInline(ReadOnlyInline[MonthEndMiss, Forecast]):
    model = MonthEndMiss
    fields = readonly_fields = cast(
        "tuple[str, ...]",
        (
            day("month"),
            day("forecast_date"),
            "is_replayed",
            *(
                amount(name, "forecast.currency")
                for name in ("forecasted", "low_80", "high_80", "actual")
            ),
            "days",
            "days_within_80",
        ),
    )


@admin.register(Forecast)
class ForecastAdmin(ReadOnlyAdmin[Forecast]):
    list_display = (
        "title",
        ACCOUNT,
        "currency",
        day("data_until"),
        *(figure(Forecast, name) for name in ("mase", "naive_mase", "coverage_80")),
        "is_newest",
    )
    list_filter = ("account", "scope", "is_newest", "is_replayed", "data_until")
    search_fields = ("key", "account__name")
    ordering = ("-made_at", "-id")
    inlines = (MissInline, PointInline)
    fields = page(
        ("title", ACCOUNT, "currency"),
        (day("data_until"), "horizon", moment("made_at")),
        ("model", "note"),
        tuple(figure(Forecast, name) for name in ("mase", "naive_mase", "smape")),
        (figure(Forecast, "coverage_80"), figure(Forecast, "coverage_95"), "folds"),
        (figure(Forecast, "widened_to_percent"),),
    )

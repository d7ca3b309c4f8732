"""The admin of insights: what is computed is read-only, what people decide is not."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
)

from insights.budget_admin import BudgetAdmin, BudgetAlertAdmin
from insights.models import (
    Anomaly,
    AnomalyChange,
    Feedback,
    Forecast,
    ForecastPoint,
    Recommendation,
    RecommendationChange,
    RefreshState,
    Verification,
)
from insights.moves import CannotMove, Row, Stale, move
from syncs.columns import amount, day, label, linked, moment, pairs
from syncs.readonly import Admin, ReadOnlyAdmin, ReadOnlyInline, page

__all__ = ["BudgetAdmin", "BudgetAlertAdmin"]

ACCOUNT = linked("account", ordering="account__name")
OF_ACCOUNT = ("account", AutocompleteSelectFilter)


def choices(*names: str) -> list[Any]:
    return [(name, ChoicesDropdownFilter) for name in names]


class StatusForm(forms.ModelForm[Any]):
    """Another status for the version that was shown; the rest is computed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            row: Row = self.instance
            now = (row.status, row.get_status_display())
            allowed = [(one.value, one.label) for one in row.next_statuses()]
            cast("forms.ChoiceField", self.fields["status"]).choices = [now, *allowed]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        stored = type(self.instance)._default_manager.get(pk=self.instance.pk)
        if stored.version != data.get("version"):
            raise forms.ValidationError(
                f"Somebody else has made it {stored.get_status_display().lower()} "
                "meanwhile. Look at it again before you change it."
            )
        return data


class StatusAdmin(Admin[Any]):
    """Rows that a refresh computes, and whose status people change."""

    form = StatusForm
    # What is computed, in lines as `page` takes them.
    computed: tuple[Any, ...] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = ("status", "note", "version") if self._may(request, obj) else ("status",)
        return [*own, *self.computed]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        flat = [
            name
            for line in self.computed
            for name in (line if isinstance(line, tuple) else (line,))
        ]
        return flat if self._may(request, obj) else ["status", *flat]

    def _may(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        """Through the one door that pages and API use too."""
        wanted = form.cleaned_data
        row = type(obj)._default_manager.get(pk=obj.pk)
        if wanted["status"] == row.status:
            return
        try:
            move(
                row,
                wanted["status"],
                wanted["version"],
                timezone.now(),
                user=cast("User", request.user),
                note=wanted["note"],
            )
        except (Stale, CannotMove) as error:
            messages.error(request, str(error))


class AnomalyChangeInline(ReadOnlyInline[AnomalyChange, Anomaly]):
    model = AnomalyChange
    fields = readonly_fields = (
        *("at", "user_name", "old_status", "new_status", "note"),
    )


class RecommendationChangeInline(ReadOnlyInline[RecommendationChange, Recommendation]):
    model = RecommendationChange
    fields = readonly_fields = (
        *("at", "user_name", "old_status", "new_status", "note"),
    )


@admin.register(Anomaly)
class AnomalyAdmin(StatusAdmin):
    list_display = (
        "title",
        ACCOUNT,
        "severity",
        day("first_day"),
        day("last_day"),
        amount("impact"),
        "status",
    )
    list_select_related = ("account", "resource")
    list_filter = (
        OF_ACCOUNT,
        *choices("scope", "severity", "status"),
        ("first_day", RangeDateFilter),
        ("is_over", BooleanRadioFilter),
    )
    search_fields = ("service", "region", "resource__name", "account__name")
    ordering = ("-first_day", "-id")
    inlines = (AnomalyChangeInline,)
    computed = (
        ("title", ACCOUNT, "scope"),
        ("first_day", "last_day", "is_over"),
        ("peak_day", amount("actual", "unit"), amount("expected", "unit")),
        (amount("low", "unit"), amount("high", "unit")),
        (amount("impact"), "severity", "confidence"),
        ("recall", "false_per_month", "detected_at"),
    )


@admin.display(description="evidence")
def evidence(row: Recommendation) -> SafeString:
    return pairs(row.evidence)


@admin.register(Recommendation)
class RecommendationAdmin(StatusAdmin):
    list_display = (
        "title",
        ACCOUNT,
        "category",
        "priority",
        amount("savings_monthly"),
        "status",
    )
    list_select_related = ("account",)
    list_filter = (
        OF_ACCOUNT,
        *choices("rule", "category", "priority", "risk", "status"),
        ("is_found", BooleanRadioFilter),
    )
    search_fields = ("title", "resource__resource_id", "account__name")
    ordering = ("-found_at", "-id")
    inlines = (RecommendationChangeInline,)
    computed = (
        ("title", ACCOUNT, linked("resource", ordering="resource")),
        "current_state",
        "recommendation",
        (amount("savings_monthly"), amount("counted_monthly"), "price_basis"),
        ("priority", "impact", "effort", "complexity", "risk"),
        ("estimated_time", "confidence", "is_found"),
        ("found_at", "done_at", "reason"),
        evidence,
    )


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


@admin.register(Forecast)
class ForecastAdmin(ReadOnlyAdmin[Forecast]):
    list_display = (
        "title",
        ACCOUNT,
        "currency",
        day("data_until"),
        "mase",
        "naive_mase",
        "coverage_80",
        "is_newest",
    )
    list_select_related = ("account",)
    list_filter = (
        OF_ACCOUNT,
        *choices("scope"),
        ("is_newest", BooleanRadioFilter),
        ("is_replayed", BooleanRadioFilter),
        ("data_until", RangeDateFilter),
    )
    search_fields = ("key", "account__name")
    ordering = ("-made_at", "-id")
    inlines = (PointInline,)
    fields = page(
        ("title", ACCOUNT, "currency"),
        (day("data_until"), "horizon", moment("made_at")),
        ("model", "note"),
        ("mase", "naive_mase", "smape"),
        ("coverage_80", "coverage_95", "folds"),
    )


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin[Feedback]):
    list_display = (
        linked("recommendation", ordering="recommendation"),
        "user",
        "rating",
        "is_flagged",
        moment("updated_at"),
    )
    list_select_related = ("recommendation", "user")
    list_filter = (("is_flagged", BooleanRadioFilter),)
    search_fields = ("comment", "recommendation__title", "user__username")
    ordering = ("-updated_at", "-id")


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin[Verification]):
    list_display = (
        linked("recommendation", ordering="recommendation"),
        "status",
        amount("expected"),
        amount("realised"),
        moment("checked_at"),
    )
    list_select_related = ("recommendation",)
    list_filter = choices("status")
    search_fields = ("recommendation__title",)
    ordering = ("-checked_at", "-id")


@admin.display(description="state", ordering="error")
def standing(row: RefreshState) -> SafeString:
    return label("failed", "danger") if row.error else label("good", "success")


@admin.register(RefreshState)
class RefreshStateAdmin(ReadOnlyAdmin[RefreshState]):
    list_display = (
        "__str__",
        standing,
        moment("refreshed_at"),
        moment("tried_at"),
        "seconds",
    )
    list_select_related = ("account",)
    list_filter = (OF_ACCOUNT,)
    search_fields = ("account__name", "account__account_id")
    ordering = ("account__name", "id")

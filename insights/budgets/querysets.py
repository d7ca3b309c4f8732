"""Questions about budget alerts, answered by the database."""

from datetime import date

from django.db.models import Exists, OuterRef, Q

from clouds.access import AccountScopedQuerySet


class BudgetAlertQuerySet(AccountScopedQuerySet):
    account_path = "budget__account"

    def without_notice(self, period: date) -> "BudgetAlertQuerySet":
        """Return alerts of that month that are still to be sent: no channel was
        configured yet."""
        waiting = self.with_overtaken().filter(notices=None, period=period)
        return waiting.filter(is_overtaken=False)

    def with_overtaken(self) -> "BudgetAlertQuerySet":
        """Annotate `is_overtaken`: a larger threshold is exceeded too, or what is
        forecast is spent. Nothing more is sent of it."""
        kinds = self.model.Kind
        same = self.model.objects.filter(
            budget=OuterRef("budget"), period=OuterRef("period")
        )
        larger = same.filter(kind=OuterRef("kind"), threshold__gt=OuterRef("threshold"))
        spent = same.filter(kind=kinds.ACTUAL, threshold__gte=OuterRef("threshold"))
        is_forecast = Q(kind=kinds.FORECASTED)
        return self.annotate(
            is_overtaken=Q(Exists(larger)) | is_forecast & Q(Exists(spent))
        )

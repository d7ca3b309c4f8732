"""Questions about forecasts, answered by the database."""

from clouds.access import AccountScopedQuerySet


class ForecastQuerySet(AccountScopedQuerySet):
    def newest(self) -> "ForecastQuerySet":
        """The one of each scope that is shown."""
        return self.filter(is_newest=True)

    def of_scope(
        self, account: int | None, scope: str, key: str, currency: str
    ) -> "ForecastQuerySet":
        """All that were made of one scope, the newest first."""
        which = {"scope": scope, "key": key, "currency": currency}
        return self.filter(account=account, **which).order_by("-data_until", "-id")


class OfForecastQuerySet(AccountScopedQuerySet):
    """Rows of a forecast."""

    account_path = "forecast__account"

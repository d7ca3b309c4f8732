"""Forecasts and anomalies of all accounts, and the accounts they were made of."""

from django.db import transaction

from clouds.models import CloudAccount
from costs.models import CostTotal
from insights.models import Anomaly, Forecast, RefreshState

# In the parts of the state of all accounts: the accounts that they were made of.
MADE_OF = "accounts"


@transaction.atomic
def forget_removed_accounts(state: RefreshState | None = None) -> None:
    """Delete what was made of all accounts where one of them was removed since.

    Otherwise its costs would stay in forecasts and anomalies of those that are left.
    `state` is that of all accounts.
    """
    state = state or RefreshState.objects.filter(account=None).first()
    if state is None:
        return  # nothing was computed yet
    totals = CostTotal.objects.counted().order_by()
    current = set(totals.values_list("account", flat=True).distinct())
    made_of = current | set(state.parts.get(MADE_OF, ()))
    existing = set(CloudAccount.objects.values_list("pk", flat=True))
    if not made_of <= existing:
        Forecast.objects.filter(account=None).delete()
        Anomaly.objects.filter(account=None).delete()
        state.parts.clear()
    state.parts[MADE_OF] = sorted(made_of & existing)
    state.save(update_fields=["parts"])

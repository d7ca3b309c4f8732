"""How each instance of an account is monitored, and was on a day."""

from collections import defaultdict
from datetime import date

from clouds.models import CloudAccount
from core.windows import utc_day
from inventory.models import Instance, StateChange
from providers.records import DETAILED


class MonitoringHistory:
    """Two queries for all instances of the account."""

    def __init__(self, account: CloudAccount) -> None:
        instances = Instance.objects.filter(account=account)
        self._current = dict(instances.values_list("id", "monitoring"))
        self._changes: dict[int, list[tuple[date, str]]] = defaultdict(list)
        changes = StateChange.objects.filter(
            resource__account=account, field=StateChange.Field.MONITORING
        ).order_by("-at", "-id")
        for key, at, old in changes.values_list("resource", "at", "old_value"):
            self._changes[key].append((utc_day(at), old))

    def is_detailed(self, key: int, day: date) -> bool:
        """Return whether it was detailed at that day's end, by the changes since."""
        monitoring = self._current.get(key)
        if key not in self._changes:
            return monitoring == DETAILED
        for changed_on, before in self._changes.get(key, ()):
            if changed_on <= day:
                break
            monitoring = before
        return monitoring == DETAILED

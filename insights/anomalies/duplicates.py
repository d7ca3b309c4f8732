"""Incidents of all accounts together that are already anomalies of single accounts."""

from collections.abc import Iterable

from core.windows import ONE_DAY
from insights.anomalies.engine.anomaly_records import Finding, Scope
from insights.models import Anomaly

# An incident of which the accounts' own anomalies explain this share is theirs.
EXPLAINED_SHARE = 0.5


def account_anomalies() -> list[Anomaly]:
    """Return the anomalies that are found in the bills of single accounts now."""
    rows = Anomaly.objects.filter(account__isnull=False, resource__isnull=True)
    rows = rows.prefetch_related("changes").order_by("pk")
    return [row for row in rows if not row.is_closed_automatically]


def is_duplicate(incident: Finding, rows: Iterable[Anomaly]) -> bool:
    """Return whether an incident of all accounts would be shown twice.

    So it would where it lies in one account, or where `rows` explain most of it.
    """
    if incident.scope.account:
        return True
    same_days = [row for row in rows if _is_at_the_same_time(row, incident)]
    explained = sum(
        cause.share
        for cause in incident.causes
        if any(_holds(row, cause.scope) for row in same_days)
    )
    return explained >= EXPLAINED_SHARE


def _is_at_the_same_time(row: Anomaly, incident: Finding) -> bool:
    return (
        (row.currency, row.direction) == (incident.currency, incident.direction.value)
        and row.first_day <= incident.last_day + ONE_DAY
        and incident.first_day <= row.last_day + ONE_DAY
    )


def _holds(row: Anomaly, part: Scope) -> bool:
    """Return whether the part is on the bill, and within the scope, of that row."""
    own = [row.sub_account_id] if row.sub_account_id else _accounts_of(row)
    return part.account in own and row.service in ("", part.service)


def _accounts_of(row: Anomaly) -> list[str]:
    """The accounts on a payer's bill that the anomaly comes from."""
    return [cause["account"] for cause in row.causes]

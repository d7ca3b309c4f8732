"""What a recommendation would avoid a month, in kg CO2e."""

from datetime import datetime

from carbon.avoided import RecentUse, recent_emissions, resized_share
from clouds.models import CloudAccount
from insights.models import Recommendation
from insights.recommendations.engine.advice import Rule

# Afterwards the resource uses no energy. Of one that is stopped only its disks do, and
# of a snapshot nobody knows.
ENDING = {Rule.IDLE, Rule.ALLOCATED, Rule.UNATTACHED}
RETYPING = {Rule.OVERSIZED, Rule.OLD_GENERATION}
DECIMALS = 3
ROWS_PER_STATEMENT = 500


def store_avoided_emissions(account: CloudAccount, now: datetime) -> int:
    """Bring `kg_per_month` of the account's live recommendations up to date; return
    how many changed. Two queries, and one for some hundreds that changed."""
    live = Recommendation.objects.filter(account=account).live()
    rows = list(live.select_related("resource__account").order_by("pk"))
    resources = {row.resource_id for row in rows if row.resource_id is not None}
    emissions = recent_emissions(resources, now)
    changed = []
    for row in rows:
        recent = emissions.get(row.resource_id) if row.resource_id else None
        avoided = _avoided(row, recent)
        kg = None if avoided is None else round(avoided, DECIMALS)
        if kg != row.kg_per_month:
            row.kg_per_month = kg
            changed.append(row)
    Recommendation.objects.bulk_update(
        changed, ["kg_per_month"], batch_size=ROWS_PER_STATEMENT
    )
    return len(changed)


def _avoided(row: Recommendation, recent: RecentUse | None) -> float | None:
    """Return None where it is unknown."""
    if recent is None:
        return None
    if row.rule in ENDING:
        return recent.kg
    share = _share(row, recent)
    return None if share is None else recent.kg * share


def _share(row: Recommendation, recent: RecentUse) -> float | None:
    if row.rule in RETYPING and row.target and row.resource:
        return resized_share(
            row.resource, row.resource_type, row.target, recent.cpu_percent
        )
    cost = row.evidence.get("monthly_cost")
    if row.rule == Rule.SCHEDULE and row.savings_monthly is not None and cost:
        # The hours that it does not run are those that are not paid.
        return float(row.savings_monthly) / float(cost)
    return None

"""Days of emissions for tests."""

from datetime import datetime

from carbon.models import EmissionTotal, ResourceEmission
from carbon.refresh import refresh_emissions
from clouds.models import CloudAccount
from core.testing.stored import Rows, sorted_rows


def estimate_all(account: CloudAccount, now: datetime) -> int:
    """Estimate every day of which use is stored; return how many sums changed."""
    return refresh_emissions(account, now, None)[0]


def stored_emissions() -> Rows:
    """Return every row and sum, without what differs between runs."""
    return {
        "resources": sorted_rows(
            ResourceEmission,
            *("resource__resource_id", "day", "kwh", "operational_kg"),
            *("embodied_kg", "unknown"),
        ),
        "totals": sorted_rows(
            EmissionTotal,
            *("account__account_id", "day", "kind", "region", "kwh"),
            *("operational_kg", "embodied_kg", "resources", "unknown"),
        ),
    }

"""Every row that reading a cloud leaves, over all rooms."""

from core.testing.stored import Rows
from costs.testing import stored_costs
from inventory.testing import stored_instances
from metrics.testing import stored_metrics


def stored() -> Rows:
    """Return what a cloud's answer left, without what tells one run from another."""
    return {**stored_costs(), **stored_instances(), **stored_metrics()}

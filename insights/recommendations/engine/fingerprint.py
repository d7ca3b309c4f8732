"""Whether advice changed, so that dismissed advice does not come back unchanged."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

# A saving that grows by half, or a load by ten points, is a change.
SAVING_GROWS_BY = Decimal("0.5")
LOAD_CHANGES_BY = 10.0
LOADS = ("highest_percent", "highest_p99_percent")


def fingerprint(*substance: object) -> str:
    """Return sixteen digits that stay as long as rule, instance, type and target do.

    Figures are left out: they move a little every day.
    """
    text = json.dumps([str(part) for part in substance])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def changed_much(
    old_fingerprint: str,
    old_evidence: Mapping[str, object],
    old_savings: Decimal | None,
    new_fingerprint: str,
    new_evidence: Mapping[str, object],
    new_savings: Decimal | None,
) -> bool:
    """Return whether dismissed advice should be shown again."""
    if old_fingerprint != new_fingerprint:
        return True
    if _grew(old_savings, new_savings):
        return True
    return any(_moved(old_evidence.get(name), new_evidence.get(name)) for name in LOADS)


def _grew(old: Decimal | None, new: Decimal | None) -> bool:
    if new is None:
        return False
    return old is None or new > old * (1 + SAVING_GROWS_BY)


def _moved(old: object, new: object) -> bool:
    before, after = _number(old), _number(new)
    if before is None or after is None:
        return False
    return abs(after - before) >= LOAD_CHANGES_BY


def _number(value: object) -> float | None:
    try:
        return None if value is None else float(Decimal(str(value)))
    except InvalidOperation:
        return None

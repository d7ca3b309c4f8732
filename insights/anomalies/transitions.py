"""Changes of an anomaly's status, by people and by a refresh."""

from datetime import datetime

from django.db import transaction

from insights.models import Anomaly
from insights.transitions import (
    AnyRequest,
    InvalidTransition,
    StaleVersion,
    require_version,
    write_transition,
)


def check_transition(
    anomaly: Anomaly, status: str, version: int | None, note: str = ""
) -> None:
    """Raise InvalidTransition unless somebody may give it that status now."""
    require_version(anomaly, version)
    if status == anomaly.status:
        raise InvalidTransition(
            f"The status is already {anomaly.get_status_display().lower()}."
        )


def change_status(
    anomaly: Anomaly,
    status: str,
    version: int,
    now: datetime,
    *,
    request: AnyRequest,
    note: str = "",
) -> None:
    """Give it that status, if nobody changed it since `version`.

    Raise StaleVersion and InvalidTransition.
    """
    check_transition(anomaly, status, version, note)
    with transaction.atomic():
        write_transition(
            anomaly, status, version, now, request=request, note=note.strip()
        )


def change_status_automatically(
    anomaly: Anomaly, status: str, note: str, now: datetime
) -> bool:
    """Let a refresh give it that status; False where somebody changed it meanwhile."""
    try:
        with transaction.atomic():
            write_transition(
                anomaly, status, anomaly.version, now, request=None, note=note
            )
    except StaleVersion:
        return False
    return True

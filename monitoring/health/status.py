"""/health and /status, which monitors ask without a token."""

from collections import Counter
from threading import Lock
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from clouds.models import CloudAccount
from monitoring.health.checks import ANSWERS_WITHIN_SECONDS
from monitoring.health.newest import newest_findings, worst_state
from monitoring.models import HealthState
from syncs.runs.freshness import freshness

checking = Lock()


def health(request: HttpRequest) -> JsonResponse:
    """The process responds. No other part is checked."""
    return JsonResponse({"status": "ok"})


def status(request: HttpRequest) -> JsonResponse:
    """Return the state of each component and data freshness; 503 when one is down.

    It names states only, so that a monitor needs no token. A database that is away may
    take seconds to time out, so one request asks it at a time and others get 429:
    nobody can block all threads of the server.
    """
    if not checking.acquire(blocking=False):
        busy = JsonResponse({"status": "busy"}, status=429)
        busy["Retry-After"] = str(ANSWERS_WITHIN_SECONDS)
        return busy
    try:
        return _status()
    finally:
        checking.release()


def _status() -> JsonResponse:
    now = timezone.now()
    findings = newest_findings(now)
    worst = worst_state(findings)
    components = {
        one.component: {
            "state": one.state,
            "response_ms": round(one.response_ms, 1),
            "checked_at": one.checked_at,
        }
        for one in findings
    }
    body: dict[str, Any] = {"status": worst, "components": components}
    if components["database"]["state"] == HealthState.OK:
        datasets = freshness(CloudAccount.objects.enabled(), now)
        body["freshness"] = Counter(one.state.value for one in datasets)
    return JsonResponse(body, status=503 if worst == HealthState.DOWN else 200)

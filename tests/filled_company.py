"""The demo company with its insights, and what its people did: a row of most tables."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.core.management import call_command
from django.db.models import F
from rest_framework.test import APIClient

from alerts.models import Channel
from assistant.models import Interaction
from core.testing.clock import NOW
from insights.models import Anomaly, Forecast, Recommendation, RefreshState
from monitoring.models import Finding
from syncs.models import SyncRun, Watermark
from users.roles import Role
from users.testing import person, session_of

# As little history as anomalies and recommendations need.
DAYS = 45
REPORT = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "trivy"}},
            "results": [
                {"ruleId": "R1", "level": "error", "message": {"text": "Old library"}},
                {"ruleId": "R2", "level": "note", "message": {"text": "Old image"}},
            ],
        }
    ],
}
WEBHOOK = "https://hooks.example.com/finance"
ROUTE = {"channel": "Finance", "least_amount": "50", "currency": "USD"}
BUDGET = {"name": "Compute", "scope": "total", "currency": "USD", "amount": "900"}
DIGEST = {"frequency": "weekly", "hour": 6}
PLANNED = {"name": "Sale", "first_day": "2026-11-24", "last_day": "2026-11-27"}
VIEW = {"name": "By team", "address": "/costs/?group_by=service", "is_shared": True}
BACKFILL = {"account": "staging", "dataset": "cost", "start": "2026-09-01"}


def fill(folder: Path) -> APIClient:
    """Return the session of an administrator, who did it all by the API."""
    call_command("demo", days=DAYS, stdout=StringIO())
    administrator = person(Role.ADMINISTRATOR)
    administrator.email = "ada@example.com"
    administrator.save()
    api = session_of(administrator)
    _add_what_is_asked_for(api)
    _scan(folder)
    call_command("refresh_insights", stdout=StringIO())
    _judge(api)
    call_command("report", "cost-analyst", stdout=StringIO())
    _take_as_long_each_time()
    return api


def _take_as_long_each_time() -> None:
    SyncRun.objects.update(finished_at=F("started_at") + timedelta(seconds=12))
    Watermark.objects.update(updated_at=NOW)
    RefreshState.objects.update(seconds=2)
    Interaction.objects.update(seconds=0.25)


def _posted(api: APIClient, path: str, body: Any, method: str = "post") -> Any:
    answer = getattr(api, method)(f"/api/v1/{path}/", body, format="json")
    assert answer.status_code < 300, (path, answer.content)
    return answer.json()


def _add_what_is_asked_for(api: APIClient) -> None:
    _posted(api, "budgets", BUDGET)
    _posted(api, "planned-changes", PLANNED)
    _posted(api, "digests", DIGEST)
    _posted(api, "saved-views", VIEW)
    Channel.objects.create(
        name="Finance", kind="webhook", target=WEBHOOK, created_at=NOW
    )
    _posted(api, "alert-routes", ROUTE)
    _posted(api, "backfills", BACKFILL)
    for hours in range(6):
        at = (NOW - timedelta(hours=hours)).isoformat()
        point = {"name": "orders", "value": 10 + hours, "unit": "1", "recorded_at": at}
        _posted(api, "monitoring/metrics", point)


def _scan(folder: Path) -> None:
    report = folder / "trivy.sarif"
    report.write_text(json.dumps(REPORT))
    arguments = ["--no-code", "--fail-on", "never", "--sarif", str(report)]
    with patch("monitoring.scans.scan.scan_settings", return_value=iter(())):
        call_command("scan", *arguments, stdout=StringIO())


def _judge(api: APIClient) -> None:
    """Decide on some of what was found, and propose to act on one."""
    first, second, *_ = Recommendation.objects.order_by("title", "pk")
    anomaly, forecast = Anomaly.objects.earliest("pk"), Forecast.objects.earliest("pk")
    accepted = {"status": "accepted", "note": "This week", "version": first.version}
    _posted(api, f"recommendations/{first.pk}", accepted, "patch")
    rating = {"rating": 4, "comment": "Useful"}
    _posted(api, f"recommendations/{second.pk}/feedback", rating, "put")
    _posted(api, "feedback", {"forecast": forecast.pk, "rating": 2})
    seen = {"status": "acknowledged", "note": "Seen", "version": anomaly.version}
    _posted(api, f"anomalies/{anomaly.pk}", seen, "patch")
    owner = {"about": "anomaly", "ids": [anomaly.pk], "owner": "administrator"}
    _posted(api, "assignments", owner)
    finding = Finding.objects.latest("rule")
    until = {"reason": "Not reachable", "until": "2026-12-24"}
    _posted(api, f"monitoring/findings/{finding.pk}/suppress", until)
